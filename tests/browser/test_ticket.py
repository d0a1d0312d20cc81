"""A service ticket from both sides: filed in the portal, created in the conversation, opened by «Показать»."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person

HOT = "Горячая линия 1С"


def test_ticket_from_the_form_and_from_the_conversation(
    server: Server, person: Callable[..., Person], agent: Callable[..., Agent]
) -> None:
    """POR-13, LIN-50, LIN-52..58: the form, the line in the feed for both, the lists of the workspace."""
    anna = person("200001")
    anna.page.goto(f"{server.base_url}/my/tickets/new?type_code=other")
    anna.page.select_option("#topic_id", label="Бухгалтерия и отчётность")
    anna.page.fill("#summary", "Не сходится оборотка")
    anna.page.fill("#situation", "Закрываем месяц")
    anna.page.fill("#desired_result", "Найти разницу")
    anna.page.set_input_files("#files", {"name": "экран.png", "mimeType": "image/png", "buffer": b"png"})
    anna.picture("ticket-form-1360")
    anna.page.get_by_role("button", name="Отправить").click()
    anna.page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    anna.sees("Не сходится оборотка")
    anna.picture("ticket-portal-1360")

    nikiforov = agent("100002")
    nikiforov.page.goto(f"{server.base_url}/odoo/discuss")
    taken = nikiforov.page.locator(".o_connect_ticketRow", has_text="Не сходится оборотка")
    expect(taken).to_be_visible(timeout=SOON)
    nikiforov.page.locator(".o_connect_sidebar button", has_text=HOT).first.click()
    nikiforov.row("Иванова Анна").click()
    shows = nikiforov.page.locator(".o_connect_showTicket")
    expect(shows.last).to_be_visible()
    before = shows.count()
    nikiforov.page.locator(".o_connect_createTicket").click()
    form = nikiforov.page.locator(".modal")
    form.locator("[name=summary] input").fill("Настроить обмен с банком")
    form.locator("div[name=topic_id] input").fill("Прочее")
    nikiforov.page.locator(".o-autocomplete--dropdown-item", has_text="Прочее").first.click()
    form.locator(".o_form_button_save").click()
    expect(form.locator("div[name=situation].o_field_invalid")).to_be_visible()
    form.locator("div[name=situation] textarea").fill("Нужно загружать выписки")
    form.locator("div[name=desired_result] textarea").fill("Выписки приходят сами")
    form.locator(".o_form_button_save").click()
    expect(shows).to_have_count(before + 1, timeout=SOON)
    nikiforov.sees("Никифоров Сергей создал заявку №")
    shows.last.click()
    expect(form.locator("[name=summary] input, [name=summary] textarea").first).to_have_value(
        "Настроить обмен с банком"
    )
    nikiforov.picture("ticket-workspace-1360")

    anna.open_line(HOT)
    anna.page.locator(".o_connect_showTicket").last.click()
    anna.page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    anna.sees("Настроить обмен с банком")
