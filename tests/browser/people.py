"""What people do in their browsers, in the words of the screen. Every wait is for something a person would see."""

from __future__ import annotations

import io
import re
import time

import openpyxl
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tools import paths
from tools.testing import Server

PASSWORD = "demo"
PICTURES = paths.STATE / "screenshots"
SOON = 20_000  # ms, for whatever arrives by itself
# what the browser itself says about the network of a test machine, and what a test provokes
EXPECTED_ERRORS = re.compile(r"WebSocket|websocket|net::ERR_|Failed to load resource|favicon|push|ServiceWorker", re.I)
# what nobody shall read on a Russian screen: what a program says to itself, and two English words in a row
ADDRESSES = re.compile(r"\S+@\S+|https?://\S+|\S+\.(?:xlsx|pdf|png)")
MACHINE = re.compile(r"\w+\.\w+\(\d*,?\)|\b(?:False|None|null|undefined|NaN)\b|\[object|Traceback|\b[a-z]+_[a-z_]+\b")
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [A-Za-z]{2,}\b")


class Visitor:
    """A browser of somebody who is logged in."""

    def __init__(
        self, server: Server, browser: Browser, login: str, width: int, height: int, password: str = PASSWORD
    ) -> None:
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
        self.page.fill("input[name=password]", password)
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

    def reads_well(self) -> None:
        """What stands on the screen is Russian and meant for people."""
        text = ADDRESSES.sub("", self.page.inner_text("body"))
        strange = {*MACHINE.findall(text), *ENGLISH.findall(text)}
        assert not strange, f"{self.login} reads {sorted(strange)} on {self.page.url}"

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


class Office(Visitor):
    """Somebody in the back office, who goes by the words of the menus and buttons."""

    def menu(self, section: str, item: str = "", title: str = "") -> None:
        """Go there; ``title`` is the screen's where it is not called like the menu."""
        self.page.locator(".o_menu_sections").get_by_text(section, exact=True).click()
        if item:
            self.page.locator(".o-dropdown--menu").get_by_text(item, exact=True).click()
        expect(self.page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item").last).to_contain_text(
            title or item or section
        )

    def press(self, name: str) -> None:
        self.page.locator(".modal, body:not(.modal-open)").get_by_role("button", name=name, exact=True).first.click()

    def row(self, text: str) -> Locator:
        return self.page.locator(".o_data_row", has_text=text).first

    def enter(self, field: str, text: str) -> None:
        box = self.page.locator(f".modal [name={field}], body:not(.modal-open) [name={field}]")
        box.locator("input, textarea").first.fill(text)

    def enter_row(self, field: str, text: str) -> None:
        """Into the row of a list that is being edited."""
        self.page.locator(f".o_selected_row [name={field}] input").first.fill(text)

    def choose(self, field: str, text: str, where: Locator | None = None) -> None:
        """A record by its name, in a form or in a row that is being edited."""
        (where or self.page.locator("body")).locator(f"[name={field}] input").last.fill(text)
        self.page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()

    def choose_option(self, field: str, text: str) -> None:
        """One of a list of words, in a row that is being edited or in a form."""
        self.page.locator(f"[name={field}] input, [name={field}] select").last.click()
        self.page.locator(".o_select_menu_item, .o-dropdown-item", has_text=text).first.click()

    def save(self) -> None:
        """What is not saved yet; a switch saves by itself."""
        button = self.page.locator(".o_form_button_save:visible, .o_list_button_save:visible")
        button.evaluate_all("buttons => buttons.forEach((button) => button.click())")
        expect(button).to_have_count(0)

    def table(self, name: str, rows: list[list[str]]) -> None:
        """Load a table into the open import, and have it tried."""
        book, file = openpyxl.Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(file)
        self.page.locator("input[type=file]").first.set_input_files(
            {"name": name, "mimeType": "application/vnd.ms-excel", "buffer": file.getvalue()}
        )
        expect(self.page.get_by_text(name)).to_be_visible()
        self.page.locator(".o_control_panel").get_by_role("button", name="Тест", exact=True).click()

    def report(self) -> list[str]:
        """What the import says of the rows."""
        told = self.page.locator(".o_import_data_content p", has_text="строке")
        expect(told.first).to_be_visible()
        return [text.strip() for text in told.all_inner_texts()]

    def import_it(self) -> None:
        expect(self.page.get_by_text("Вроде всё правильно")).to_be_visible()
        self.page.locator(".o_control_panel").get_by_role("button", name="Импорт", exact=True).click()

    def close(self) -> None:
        self.page.goto(f"{self.server.base_url}/web/session/logout?redirect=/web/login")
        time.sleep(0.2)
        super().close()
