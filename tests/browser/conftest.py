"""One started product for the whole folder, and people with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.testing import Server, browser_path, running_server

from .people import PASSWORD, Agent, Office, Person


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    """Odoo with demo data and its crons, as ``make run`` starts it."""
    with running_server(max_cron_threads=1) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def person(server: Server, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Open the portal as a recipient: ``person("200001")``."""
    opened: list[Person] = []

    def open_portal(login: str, width: int = 1360, height: int = 768) -> Person:
        opened.append(Person(server, browser, login, width, height))
        return opened[-1]

    yield open_portal
    for each in opened:
        each.close()


@pytest.fixture
def agent(server: Server, browser: Browser) -> Iterator[Callable[..., Agent]]:
    """Open Discuss as a specialist: ``agent("100002")``. He leaves work when the test ends."""
    opened: list[Agent] = []

    def open_discuss(login: str, width: int = 1360, height: int = 768) -> Agent:
        opened.append(Agent(server, browser, login, width, height))
        return opened[-1]

    yield open_discuss
    for each in opened:
        each.close()


@pytest.fixture
def office(server: Server, browser: Browser) -> Iterator[Callable[..., Office]]:
    """Open the back office: ``office("100031")``. He leaves when the test ends."""
    opened: list[Office] = []

    def open_office(login: str, width: int = 1360, height: int = 768, password: str = PASSWORD) -> Office:
        opened.append(Office(server, browser, login, width, height, password))
        return opened[-1]

    yield open_office
    for each in opened:
        each.close()
