"""Chromium with sound, for the telephones in pages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, sync_playwright

from tools.testing import FAKE_MEDIA, browser_path

from ..browser.people import PICTURES

if TYPE_CHECKING:
    from .conftest import World

ARGUMENTS = [*FAKE_MEDIA, "--allow-loopback-in-peer-connection"]


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def logged_in(
    calls: World, browser: Browser, login: object, width: int = 1360, height: int = 768, password: str = "demo"
) -> Iterator[Page]:
    """Somebody's page. His microphone is allowed, and gives a tone."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{calls.server.base_url}/web/login")
    page.fill("input[name=login]", str(login))
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/(odoo|my)"))
    yield page
    context.close()


def registered(page: Page) -> None:
    """This page's telephone is known to Asterisk: not one that was there before, on which a call would ring unseen."""
    page.wait_for_function("() => odoo.__WOWL_DEBUG__?.root.env.services['connect.phone']?.isRegistered")


def heard(calls: World, endpoint: str) -> int:
    """Packets of sound that have come from an endpoint so far."""
    channel = next(each for each in calls.ari("/channels") if each["name"].startswith(f"PJSIP/{endpoint}-"))
    return int(calls.ari(f"/channels/{channel['id']}/rtp_statistics")["rxcount"])


def speaks(calls: World, endpoint: str, within: float = 10) -> None:
    """Another second of sound comes from this endpoint."""
    before, deadline = heard(calls, endpoint), time.monotonic() + within
    while heard(calls, endpoint) - before < 50:
        assert time.monotonic() < deadline, f"no sound from {endpoint}"
        calls.pause(0.1)


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"voice_{name}.png"))
