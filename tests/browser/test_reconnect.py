"""The socket was away: the bus wakes, the tables tell (decision 6)."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg2
from playwright.sync_api import expect

from tools import checks, paths
from tools import server as servers
from tools.testing import Server

from .people import Agent, Person

HOT = "Горячая линия 1С"
AWAY = 60  # s


def test_the_feed_is_complete_after_a_minute_without_a_socket(
    server: Server, person: Callable[..., Person], agent: Callable[..., Agent]
) -> None:
    """The server that holds her socket dies and is away for a minute; another one goes on, and what it told the bus is
    lost. Afterwards her feed has every message, once, in order, without a reload."""
    nikiforov = agent("100002")
    nikiforov.set_status("Свободен")
    anna = person("200001")
    anna.open_line(HOT)
    anna.write("Перед обрывом")
    expect(nikiforov.row("Иванова Анна")).to_be_visible()
    nikiforov.open_work("Иванова Анна")
    nikiforov.write("Сейчас посмотрю")
    anna.sees("Сейчас посмотрю")

    port = checks.free_port()
    second = servers.start(server.database, port, paths.LOGS / f"{server.database}-2.log", settings=server.options)
    server.kill()
    try:
        servers.await_login(f"http://127.0.0.1:{port}", second)
        other = Server(f"http://127.0.0.1:{port}", server.database, port, port, server.log, second, server.options)
        call = other.rpc("100002", "demo")
        channel = call(
            "discuss.channel",
            "search",
            [[["channel_type", "=", "connect"], ["message_ids.body", "ilike", "Перед обрывом"]]],
        )
        began = time.monotonic()
        for number in range(1, 8):
            call("discuss.channel", "message_post", [channel], {"body": f"Пока вас не было {number}"})
        with psycopg2.connect(**server.dsn) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM bus_bus")
        time.sleep(max(0.0, AWAY - (time.monotonic() - began)))
    finally:
        servers.end(second)
        server.restart()
        for visitor in (anna, nikiforov):
            visitor.forgive()  # a browser may complain while its server is dead
    for number in range(1, 8):
        expect(anna.page.locator(".o-mail-Message", has_text=f"Пока вас не было {number}")).to_have_count(
            1, timeout=60_000
        )
    shown = anna.page.locator(".o-mail-Message", has_text="Пока вас не было").all_inner_texts()
    assert [text.split("Пока вас не было ")[1][0] for text in shown] == list("1234567")
    nikiforov.page.reload()
    nikiforov.open_work("Иванова Анна")
    nikiforov.finish()
