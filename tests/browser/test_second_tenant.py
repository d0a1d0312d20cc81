"""The second tenant sees nothing (ADM-07), by screen, by address and by call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person

HOT = "Горячая линия 1С"
ALPHA = ["Горячая линия 1С", "Ромашка", "Иванова Анна", "Никифоров"]


def test_the_other_company_sees_no_line_and_no_person(
    server: Server, person: Callable[..., Person], agent: Callable[..., Agent]
) -> None:
    """While Alpha's people talk, Beta's specialist and Beta's recipient see none of it."""
    nikiforov = agent("100002")
    nikiforov.set_status("Свободен")
    anna = person("200001")
    anna.open_line(HOT)
    anna.write("Это только для Альфы")
    expect(nikiforov.row("Иванова Анна")).to_be_visible(timeout=SOON)
    nikiforov.open_work("Иванова Анна")
    channel_page = nikiforov.page.url

    zaitseva, frolova = agent("100012"), person("200011")
    zaitseva.page.goto(channel_page)
    zaitseva.page.wait_for_timeout(2000)
    frolova.page.goto(f"{server.base_url}/my/connect")
    expect(frolova.page.locator(".o_connect_line").first).to_be_visible()
    for visitor in (zaitseva, frolova):
        text = visitor.page.inner_text("body")
        for word in [*ALPHA, "Это только для Альфы"]:
            assert word not in text, f"{visitor.login} sees {word}"
    zaitseva.picture("other-tenant-discuss-1360")
    frolova.picture("other-tenant-portal-1360")
    nikiforov.finish()


@pytest.mark.parametrize("login", ["100011", "100012", "200011", "100031"])
def test_nothing_of_the_other_company_by_call(server: Server, login: str) -> None:
    """Each of Beta's roles and the distributor ask every model by name and by id."""
    admin, stranger = server.rpc("admin", "admin"), server.rpc(login, "demo")
    alpha = admin("res.company", "search", [[["name", "=", "Альфа-Помощь"]]])
    for model, domain in {
        "connect.line": [["company_id", "in", alpha]],
        "connect.line.connection": [["line_id.company_id", "in", alpha]],
        "connect.request": [["line_id.company_id", "in", alpha]],
        "res.partner": [["company_id", "in", alpha]],
        "discuss.channel": [["channel_type", "=", "connect"], ["connect_line_id.company_id", "in", alpha]],
    }.items():
        ids = admin(model, "search", [domain], {"context": {"active_test": False}})
        assert ids, f"the demo has no {model} of Alpha"
        if model == "connect.line":
            shared = admin("connect.line.connection", "search_read", [[["line_id", "in", ids]], ["line_id"]])
            assert shared
        with pytest.raises((RuntimeError, AssertionError)):
            assert stranger(model, "read", [ids, ["display_name"]]) == [], model
        try:
            assert stranger(model, "search", [[["id", "in", ids]]]) == [], model
        except RuntimeError as refused:
            assert "AccessError" in str(refused)
