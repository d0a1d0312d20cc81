"""Companies and accounts, as people see them: a later login, a suspension, an application."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person


def test_a_later_login_throws_the_earlier_screen_out(person: Callable[..., Person]) -> None:
    """ADM-06, POR-20: at once, without a click, and it says why; the later one goes on."""
    first = person("200002")
    first.page.goto(f"{first.server.base_url}/my/connect")
    expect(first.page.locator(".o_connect_line").first).to_be_visible()
    second = person("200002")
    second.page.goto(f"{second.server.base_url}/my/connect")
    expect(first.page.get_by_text("Обнаружена более поздняя авторизация")).to_be_visible(timeout=SOON)
    first.picture("login-later-1360")
    expect(second.page.locator(".o_connect_line").first).to_be_visible()
    first.errors.clear()  # whatever was under way when its session ended


def test_a_suspended_company_is_out_at_once(agent: Callable[..., Agent], server: Server) -> None:
    """LIN-39: an open screen of a specialist, without a click; back again as it was."""
    belov = agent("100013")
    call = server.rpc("100031", "demo")
    companies = call("res.company", "search", [[["name", "=", "Бета-Сервис"]]])
    until = call("res.company", "read", [companies, ["connect_access", "connect_access_until"]])[0]
    call("res.company", "action_connect_suspend", [companies])
    try:
        expect(belov.page.get_by_text("приостановлена")).to_be_visible(timeout=SOON)
        belov.picture("login-suspended-1360")
    finally:
        call("res.company", "write", [companies, {key: until[key] for key in until if key != "id"}])
    belov.errors.clear()
    again = agent("100013")
    expect(again.page.locator(".o_connect_status")).to_be_visible()


def test_a_person_asks_for_a_line_and_the_owner_connects_it(person: Callable[..., Person], server: Server) -> None:
    """LIN-27, LIN-28, POR-08, POR-10: from the advertised line to the connected one; the contract's state beside it."""
    vera = person("200003")
    vera.page.goto(f"{server.base_url}/my/connect")
    offer = vera.page.locator(".o_connect_offer", has_text="ОФД и маркировка")
    offer.get_by_role("button", name="Подключить").click()
    expect(offer.get_by_text("заявка отправлена")).to_be_visible(timeout=SOON)
    expect(vera.page.locator(".o_connect_its")).to_contain_text("ИТС до")
    vera.picture("portal-offers-1360")
    call = server.rpc("100021", "demo")
    asked = call("connect.application", "search", [[["state", "=", "submitted"], ["type", "=", "line"]]])
    call("connect.application", "approve", [asked])
    vera.page.reload()
    expect(vera.page.locator(".o_connect_line", has_text="ОФД и маркировка")).to_be_visible(timeout=SOON)
