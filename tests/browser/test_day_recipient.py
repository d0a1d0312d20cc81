"""The day of a client's person in the portal: contract, lines, products and tickets, and what comes of each."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Office, Person


def test_what_a_person_asks_for_arrives_and_comes_back(
    server: Server, office: Callable[..., Office], person: Callable[..., Person]
) -> None:
    """LIN-28, LIN-34, LIN-36, LIN-48, POR-08, POR-10, POR-14: from beside the conversation to the contract's extension,
    a line that is found, and a product that is of interest; the company decides, and she reads it."""
    anna = person("200001")
    anna.page.goto(f"{server.base_url}/my")
    anna.page.get_by_text("Редактировать информацию").first.click()
    anna.sees("Моя карточка")
    anna.reads_well()
    anna.page.goto(f"{server.base_url}/my/connect")
    anna.page.locator(".o_connect_its", has_text="ИТС истекает").click()
    anna.page.get_by_role("button", name="Продлить").click()
    anna.sees("Продление договора ИТС")
    anna.page.fill("input[name=search]", "маркировка")
    anna.page.keyboard.press("Enter")
    found = anna.page.locator(".list-group-item", has_text="ОФД и маркировка")
    found.get_by_role("button", name="Подключить").click()
    anna.sees("Подключение линии: ОФД и маркировка")
    anna.picture("portal-applications-1360")
    anna.reads_well()
    anna.page.goto(f"{server.base_url}/my/connect")
    anna.page.locator(".o_connect_link", has_text="Витрина").click()
    product = anna.page.locator(".o_connect_product", has_text="Справочник «Годовая отчётность»")
    product.get_by_role("button", name="Интересует").click()
    expect(product).to_contain_text("Заявка отправлена")
    anna.picture("portal-showcase-1360")
    anna.reads_well()

    olga = office("100001")
    olga.menu("Доступ", "Заявки")
    for subject in ("Годовая отчётность", "Продление договора ИТС"):
        row = olga.row(subject)
        expect(row).to_contain_text("Иванова Анна")
        row.get_by_role("button", name="Принять").click()
        expect(row).to_have_count(0)
    olga.picture("administrator-applications-1360")
    olga.reads_well()
    [contract] = server.rpc("100001", "demo")(
        "connect.contract", "search_read", [[["number", "=", "ИТС-2026-0017"]], ["state"]]
    )
    assert contract["state"] == "valid"
    anna.page.goto(f"{server.base_url}/my/connect")
    expect(anna.page.locator(".o_connect_its")).to_contain_text("ИТС до")
    anna.page.goto(f"{server.base_url}/my/applications")
    expect(anna.page.get_by_text("Принята")).to_have_count(2)


def test_a_ticket_from_the_portal_to_its_end(server: Server, person: Callable[..., Person]) -> None:
    """POR-13, LIN-55, LIN-57: filed in the portal, done by a specialist, and seen there with its state."""
    anna = person("200001")
    anna.page.goto(f"{server.base_url}/my/connect")
    anna.page.locator(".o_connect_myTickets").click()
    anna.page.get_by_text("Новая заявка").click()
    anna.page.select_option("[name=type_code]", label="Иное обращение")
    anna.page.select_option("#topic_id", label="Прочее")
    anna.page.fill("#summary", "Нужна памятка по отпускам")
    anna.page.fill("#situation", "Готовим график отпусков")
    anna.page.fill("#desired_result", "Памятка на одну страницу")
    anna.page.get_by_role("button", name="Отправить").click()
    anna.page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    anna.reads_well()
    number = int(anna.page.url.split("?")[0].rsplit("/", 1)[1])
    call = server.rpc("100002", "demo")
    [done] = call("connect.ticket.stage", "search", [[["kind", "=", "done"]]], {"limit": 1})
    call("connect.ticket", "write", [[number], {"stage_id": done}])
    anna.page.goto(f"{server.base_url}/my/tickets?filterby=all")
    expect(anna.page.locator("tr", has_text="Нужна памятка по отпускам")).to_contain_text("Выполнена", timeout=SOON)
    anna.picture("portal-tickets-1360")
    anna.reads_well()
