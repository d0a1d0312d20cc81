"""Handing over and taking from the queue, with three browsers."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tools.testing import Server

from .people import SOON, Agent, Person

HOT = "Горячая линия 1С"


def feed(visitor: Agent | Person, text: str) -> Locator:
    return visitor.page.locator(".o-mail-NotificationMessage, .o-mail-Message", has_text=text).last


def quiet(server: Server, line_id: int, *logins: str) -> None:
    """What other tests left waiting or in hand is finished, and nobody gets anything by himself."""
    for login in logins:
        call = server.rpc(login, "demo")
        call("connect.agent", "set_status", ["dnd"])
        call("connect.line", "pull_queue", [[line_id]], {"count": 20})
        for request in call("connect.agent", "get_state")["active"]:
            call("connect.request", "finish", [[request["id"]]])


def test_a_request_goes_from_hand_to_hand(
    person: Callable[..., Person], agent: Callable[..., Agent], server: Server
) -> None:
    """ROU-38, ROU-42, ROU-43, ROU-46: out of the queue by «Молния», offered, declined, offered again, accepted; the
    person sees who helps him, and no word of what colleagues settle among themselves."""
    admin = server.rpc("admin", "admin")
    [line] = admin("connect.line", "search_read", [[("name", "=", HOT)]], {"fields": ["id"]})
    quiet(server, line["id"], "100002", "100003", "100004")
    admin("connect.line", "write", [[line["id"]], {"transfer_consent": True}])
    nikiforov, second = agent("100002"), agent("100003")
    for each in (nikiforov, second):  # a login begins with «Свободен» (ROU-05)
        each.set_status("Не беспокоить")
    anna = person("200001")
    anna.open_line(HOT)
    anna.write("Кто-нибудь есть?")
    expect(anna.guidance).to_contain_text("в очередь", timeout=SOON)

    pull = nikiforov.page.locator(".o_connect_pull")
    expect(pull).to_be_visible(timeout=SOON)
    nikiforov.picture("discuss-lightning-1360")
    pull.click()
    expect(nikiforov.page.locator(".o_connect_finish")).to_be_visible(timeout=SOON)
    expect(anna.guidance).to_contain_text("Никифоров", timeout=SOON)

    second.set_status("Свободен")
    name = second.page.locator(".o_connect_sidebar")
    for verb in ("o_connect_decline", "o_connect_accept"):
        nikiforov.page.locator(".o_connect_transfer").click()
        menu = nikiforov.page.locator(".o_connect_transfer_menu")
        expect(menu.get_by_text("Линии")).to_be_visible()
        nikiforov.picture("discuss-transfer-menu-1360")
        menu.locator(".o-dropdown-item").first.click()
        expect(nikiforov.page.locator(".o_connect_withdraw")).to_be_visible()
        expect(name.get_by_text("Предлагают вам", exact=False)).to_be_visible(timeout=SOON)
        second.picture("discuss-offer-1360")
        second.page.locator(".o_connect_offer button").first.click()
        second.page.locator(f".{verb}").click()
        if verb == "o_connect_decline":
            expect(nikiforov.page.locator(".o_connect_transfer")).to_be_visible(timeout=SOON)
            expect(feed(nikiforov, "отказ")).to_be_visible(timeout=SOON)
    expect(second.page.locator(".o_connect_finish")).to_be_visible(timeout=SOON)
    expect(nikiforov.page.locator(".o_connect_header")).to_contain_text(re.compile("в работе"), timeout=SOON)
    nikiforov.picture("discuss-handed-over-1360")
    expect(anna.guidance).not_to_contain_text("Никифоров", timeout=SOON)
    expect(feed(anna, "Специалист передаёт ваше обращение")).to_be_visible()
    expect(anna.page.get_by_text("отказ")).to_have_count(0)
    anna.picture("portal-handed-over-1360")
    second.finish()
    admin("connect.line", "write", [[line["id"]], {"transfer_consent": False}])
