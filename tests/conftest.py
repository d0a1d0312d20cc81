"""Fixtures of the end-to-end tests: a real server, a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools import paths
from tools.testing import FAKE_MEDIA, Server, browser_path, running_server

SHOTS = paths.STATE / "shots"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server per file of tests, with workers off and cron off; a test that needs another starts its own."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, with a camera and a microphone that are always there."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_path(), args=FAKE_MEDIA)
        yield launched
        launched.close()


@pytest.fixture
def login(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`login("agent1")` gives a page of a fresh browser session in which that user is logged in.

    Several users side by side are several calls. When the test fails, a picture of each page stays in .connect/shots.
    """
    contexts: list[BrowserContext] = []

    def enter(user: str, password: str = "", url: str = "/odoo") -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.base_url)
        contexts.append(context)
        context.request.post("/web/session/authenticate", data=_credentials(server.database, user, password or user))
        page = context.new_page()
        page.goto(url)
        return page

    yield enter
    failed = getattr(request.node, "report_call", None) is None or request.node.report_call.failed
    for number, context in enumerate(contexts):
        for page in context.pages if failed else []:
            page.screenshot(path=_shot(request.node.nodeid, number))
        context.close()


def _credentials(database: str, user: str, password: str) -> dict[str, object]:
    params = {"db": database, "login": user, "password": password}
    return {"jsonrpc": "2.0", "method": "call", "params": params}


def _shot(test: str, number: int) -> Path:
    return SHOTS / f"{re.sub(r'[^A-Za-z0-9]+', '-', test)}-{number}.png"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the fixtures know how the test ended."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report
