"""What people do in their browsers, in the words of the screen. Every wait is for something a person would see."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tools import paths
from tools.testing import Server

PASSWORD = "demo"
PICTURES = paths.STATE / "screenshots"
SOON = 20_000  # ms, for whatever arrives by itself
# what the browser itself says about the network of a test machine, and what a test provokes
EXPECTED_ERRORS = re.compile(r"WebSocket|websocket|net::ERR_|Failed to load resource|favicon|push|ServiceWorker", re.I)


class Visitor:
    """A browser of somebody who is logged in."""

    def __init__(self, server: Server, browser: Browser, login: str, width: int, height: int) -> None:
        self.server = server
        self.login = login
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
        self.context.set_default_timeout(SOON)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{server.base_url}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(re.compile(r"/(odoo|my)"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_ERRORS.search(message.text):
            self.errors.append(message.text)

    def forgive(self) -> None:
        """Forget what the browser complained of until now. The round trip brings in what it has said meanwhile."""
        self.page.evaluate("0")
        self.errors.clear()

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(PICTURES / f"{name}.png"))

    @property
    def composer(self) -> Locator:
        return self.page.locator(".o-mail-Composer-input").first

    def write(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Control+Enter" if isinstance(self, Agent) else "Enter")
        expect(self.message(text)).to_be_visible()

    def message(self, text: str) -> Locator:
        return self.page.locator(".o-mail-Message", has_text=text).last

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).last).to_be_visible(timeout=SOON)

    def close(self) -> None:
        self.context.close()
        assert not self.errors, f"{self.login}'s browser complained: {self.errors}"


class Person(Visitor):
    """A client's person in the portal."""

    def open_line(self, name: str) -> None:
        self.page.goto(f"{self.server.base_url}/my/connect")
        self.page.locator(".o_connect_line", has_text=name).click()
        expect(self.composer).to_be_visible()

    @property
    def guidance(self) -> Locator:
        return self.page.locator(".o_connect_guidance")

    @property
    def specialist(self) -> Locator:
        return self.page.locator(".o_connect_specialist")

    def rate(self, stars: int) -> None:
        self.page.locator(".o_connect_star").nth(stars - 1).click()


class Agent(Visitor):
    """A specialist in Discuss."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.page.goto(f"{self.server.base_url}/odoo/discuss")
        expect(self.page.locator(".o_connect_status")).to_be_visible()

    def set_status(self, name: str) -> None:
        self.page.locator(".o_connect_status").click()
        self.page.locator(".o-dropdown-item", has_text=re.compile(f"^\\s*{name}\\s*$")).click()
        expect(self.page.locator(".o_connect_status")).to_contain_text(name)

    def plan(self, name: str) -> None:
        """Plan the status that follows the work in hand."""
        self.page.locator(".o_connect_status").click()
        self.page.locator(".o_connect_plan").click()
        self.page.locator(".o-dropdown-item", has_text=re.compile(f"^\\s*{name}\\s*$")).last.click()
        expect(self.page.locator(".o_connect_planned")).to_contain_text(name)

    def row(self, name: str) -> Locator:
        return self.page.locator(".o_connect_sidebar .o_connect_row", has_text=name).first

    def open_work(self, name: str) -> None:
        self.row(name).click()
        expect(self.composer).to_be_visible()

    def finish(self) -> None:
        self.page.locator(".o_connect_finish").click()
        expect(self.page.locator(".o_connect_finish")).to_be_hidden()

    def close(self) -> None:
        self.page.goto(f"{self.server.base_url}/web/session/logout?redirect=/web/login")
        time.sleep(0.2)
        super().close()
