"""The day of a supervisor: who waits and who works, a request moved, tickets by their deadline, a day replayed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Office, Person

HOT = "Горячая линия 1С"
VERA = "Сидорова Вера"


def at_work(server: Server, login: str) -> Callable[..., Any]:
    """A specialist who is there and free, by his calls."""
    call = server.rpc(login, "demo")
    call("connect.agent", "heartbeat")
    call("connect.agent", "set_status", ["free"])
    return call


def test_a_request_is_looked_into_and_moved(
    server: Server, office: Callable[..., Office], person: Callable[..., Person]
) -> None:
    """ROU-18, ROU-42, LIN-22: the list says who helps whom; the supervisor looks in, hands the request over without
    working on it herself, and the ledger of decisions keeps who did it."""
    nikiforov = at_work(server, "100002")
    vera = person("200003")
    vera.open_line(HOT)
    vera.write("Не проводится документ")
    expect(vera.specialist).to_contain_text("Никифоров", timeout=SOON)
    orlova = at_work(server, "100003")

    elena = office("100005")
    elena.page.goto(f"{server.base_url}/odoo/connect-requests")
    expect(elena.row(VERA)).to_contain_text("В работе")
    elena.picture("supervisor-requests-1360")
    elena.reads_well()
    elena.row(VERA).get_by_text(VERA).click()
    elena.press("Открыть переписку")
    elena.sees("Не проводится документ")
    elena.page.locator(".o_connect_transfer").click()
    menu = elena.page.locator(".o_connect_transfer_menu")
    menu.locator("input").fill("Орлова")
    elena.picture("supervisor-transfer-1360")
    elena.reads_well()
    menu.locator(".o-dropdown-item", has_text="Орлова").click()
    expect(vera.specialist).to_contain_text("Орлова", timeout=SOON)
    [request] = orlova(
        "connect.request",
        "search_read",
        [[["state", "=", "active"], ["partner_id.name", "=", VERA], ["line_id.name", "=", HOT]], ["user_id"]],
    )
    assert request["user_id"][1] == "Орлова Мария"

    elena.page.goto(f"{server.base_url}/odoo/connect-requests")
    elena.menu("Обращения", "Журнал решений")
    expect(elena.row("Передано").first).to_contain_text("Соколова Елена")
    elena.menu("Обращения", "Специалисты в работе")
    expect(elena.row("Орлова Мария")).to_contain_text("Свободен")
    elena.picture("supervisor-agents-1360")
    elena.reads_well()
    orlova("connect.request", "finish", [[request["id"]]])
    for specialist in (nikiforov, orlova):
        specialist("connect.agent", "set_status", ["dnd"])


def test_tickets_and_a_day_that_is_replayed(server: Server, office: Callable[..., Office]) -> None:
    """LIN-52..58, ROU-17: open tickets with their terms, the blocking one first; a ticket given to a specialist; what
    the day would have been with one more."""
    elena = office("100005")
    elena.page.goto(f"{server.base_url}/odoo/connect-requests")
    elena.menu("Заявки", "Все заявки")
    elena.page.locator(".o_switch_view.o_list").click()
    first = elena.page.locator(".o_data_row").first
    expect(first).to_contain_text("Работа остановлена")
    expect(first).to_contain_text(re.compile("осталось|просрочено"))
    elena.picture("supervisor-tickets-1360")
    elena.reads_well()
    elena.row("Сверить отпускные").get_by_text("Сверить отпускные").click()
    elena.choose("user_id", "Орлова Мария")
    elena.save()
    [ticket] = server.rpc("100003", "demo")(
        "connect.ticket", "search_read", [[["summary", "like", "Сверить отпускные"]], ["user_id"]]
    )
    assert ticket["user_id"][1] == "Орлова Мария"

    elena.menu("Обращения", "Повтор дня", title=HOT)
    elena.press("Переиграть день")
    expect(elena.page.get_by_text("Как было бы:")).to_be_visible(timeout=SOON)
    elena.picture("supervisor-replay-1360")
    elena.reads_well()


def test_the_proof_of_delivery(server: Server, office: Callable[..., Office]) -> None:
    """ROU-12: at a click of the platform's administrator every request is compared with the ledger of decisions."""
    platform = office("admin", password="admin")
    platform.page.goto(f"{server.base_url}/odoo/connect-requests")
    platform.menu("Настройки", "Проверка доставки")
    platform.press("Проверить сейчас")
    expect(platform.page.get_by_text("Всё сходится").first).to_be_visible(timeout=SOON)
    platform.picture("platform-proof-1360")
    [proof] = server.rpc("admin", "admin")(
        "connect.proof", "search_read", [[], ["finding_count", "request_count"]], {"order": "id desc", "limit": 1}
    )
    assert proof["finding_count"] == 0
    assert proof["request_count"] > 0
