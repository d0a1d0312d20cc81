"""A specialist's day with his statuses, and the conversation's earlier pages, with browsers."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg2
from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person

HOT = "Горячая линия 1С"
EARLIER = "Показать более ранние сообщения"


A_MONTH_PASSES = """UPDATE mail_message SET date = date - interval '30 days' WHERE model = 'discuss.channel'
    AND res_id IN (SELECT id FROM discuss_channel WHERE channel_type = 'connect')"""
ELEVEN_MINUTES_PASS = "UPDATE connect_agent SET last_active = last_active - interval '11 min'"


def execute(server: Server, statement: str) -> None:
    """Time that passes on the server."""
    with psycopg2.connect(**server.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def finish_everything(server: Server, login: str, but: str = "") -> None:
    """Whoever has waited on his lines comes to him as well: that is not this test's."""
    call = server.rpc(login, "demo")
    for request in call("connect.agent", "get_state")["active"]:
        if request["partner_name"] != but:
            call("connect.request", "finish", [[request["id"]]])


def test_earlier_messages_plan_and_inactivity(
    person: Callable[..., Person], agent: Callable[..., Agent], server: Server
) -> None:
    """CHT-14, ROU-08, ROU-07: the session is shown first, at both ends, and the history after a click; lunch is planned
    during the talk and follows it; whoever leaves his desk is away until he touches the mouse."""
    nikiforov = agent("100002")
    nikiforov.set_status("Свободен")
    finish_everything(server, "100002")
    anna = person("200001")
    anna.open_line(HOT)
    for number in range(40):
        anna.write(f"давнее {number:02}")
    nikiforov.open_work("Иванова Анна")
    nikiforov.write("давний ответ")
    nikiforov.finish()
    execute(server, A_MONTH_PASSES)

    # a new talk: both see it alone, and the former one after a click
    anna.page.reload()
    anna.write("Сегодня другой вопрос")
    expect(nikiforov.row("Иванова Анна")).to_be_visible(timeout=SOON)
    nikiforov.page.reload()
    nikiforov.open_work("Иванова Анна")
    for who, name in ((anna, "portal"), (nikiforov, "discuss")):
        who.page.reload()
        who.sees("Сегодня другой вопрос")
        expect(who.message("давний ответ")).to_have_count(0)
        who.picture(f"{name}-session-1360")
        who.page.get_by_role("button", name=EARLIER).click()
        expect(who.message("давний ответ")).to_be_visible()
        expect(who.page.get_by_role("button", name=EARLIER)).to_have_count(0)
        expect(who.message("давнее 00")).to_have_count(0)
        who.picture(f"{name}-earlier-1360")
        thread = who.page.locator(".o-mail-Thread")
        for _page in range(3):  # from here on by pages, as one scrolls
            thread.evaluate("element => element.scrollTo(0, 0)")
            who.page.wait_for_timeout(700)
        expect(who.message("давнее 00")).to_have_count(1)

    # planned during the talk, shown beside the present status, true when it ends
    nikiforov.plan("Не беспокоить")
    nikiforov.picture("discuss-planned-1360")
    nikiforov.page.locator(".o_connect_status").click()
    expect(nikiforov.page.locator(".o_connect_unplan")).to_contain_text("Не беспокоить")
    nikiforov.picture("discuss-plan-menu-1360")
    nikiforov.page.locator(".o_connect_unplan").click()
    expect(nikiforov.page.locator(".o_connect_planned")).to_have_count(0)
    nikiforov.plan("Не беспокоить")
    finish_everything(server, "100002", but="Иванова Анна")
    nikiforov.finish()
    status = nikiforov.page.locator(".o_connect_status")
    expect(status).to_contain_text(re.compile(r"Не беспокоить\s*00:"), timeout=SOON)
    expect(nikiforov.page.locator(".o_connect_planned")).to_have_count(0)

    # eleven minutes without a touch
    nikiforov.set_status("Свободен")
    nikiforov.page.clock.install()
    nikiforov.page.reload()
    expect(status).to_contain_text("Свободен")
    execute(server, ELEVEN_MINUTES_PASS)
    nikiforov.page.clock.fast_forward("11:00")
    # a worker counts the heartbeats, whatever the clock of the page says: the next one may be 20 s away
    expect(status).to_contain_text("Нет на месте", timeout=2 * SOON)
    expect(status).to_have_attribute("title", re.compile("вернётся статус «Свободен»"))
    nikiforov.picture("discuss-idle-1360")
    nikiforov.page.mouse.move(400, 300)
    nikiforov.page.mouse.move(420, 310)
    expect(status).to_contain_text("Свободен", timeout=3000)
