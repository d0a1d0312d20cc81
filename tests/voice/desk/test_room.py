"""A conference room has 25 seats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Error, Page

from ..conftest import World
from ..test_office import user_id


def test_last_seat(calls: World) -> None:
    """VOI-03, CHT-43: 25 talk with each other; the 26th hears busy and is noted so; a seat that is left is free."""
    nikiforov, orlova = calls.phone("100002"), calls.phone("100003")
    nikiforov.crowd("801", 25)
    await_seats(calls, 25)
    assert orlova.call("801", talk=1).wait(30) != 0
    refused = calls.await_call(state="missed", missed_reason="full")
    assert (refused["hangup_cause"], refused["answer_at"]) == (17, None)
    seat = calls.sql("SELECT id FROM connect_call WHERE dialled = '801' AND state = 'talking' LIMIT 1")[0]
    calls.as_user(100002)("connect.call", "hangup", [[seat["id"]]])
    await_seats(calls, 24)
    assert orlova.call("801", talk=1).wait(30) == 0, orlova.errors()
    call = calls.await_call(state="ended", dialled="801")
    assert call["talk_ms"] > 500


def test_seat_of_a_dead_browser(calls: World, nikiforov: Page) -> None:
    """VOI-03: a browser that was killed says no goodbye; its seat is free when nothing has come from it for the time
    that the exchange is told (a minute, here 3 s). One that is muted keeps its seat, and so does a silent telephone."""
    calls.phone("100003").call("801", talk=600)
    with dead_after(calls, 3):
        nikiforov.locator(".o_connect_phone_button").click()
        card = nikiforov.locator(".o_connect_phone")
        card.locator(".o_connect_phone_number").fill("801")
        card.get_by_role("button", name="Позвонить").click()
        await_seats(calls, 2)
        card.locator(".o_connect_mute").click()
        calls.pause(5)
        await_seats(calls, 2)
        with suppress(Error):
            nikiforov.goto("chrome://crash")
        await_seats(calls, 1)
    dead = calls.await_call(state="ended", dialled="801")
    assert dead["caller_user_id"] == user_id(calls, 100002)


@contextmanager
def dead_after(calls: World, seconds: int) -> Iterator[None]:
    """The exchange gives a silent browser up after so many seconds."""
    made = calls.sql("SELECT pg_get_viewdef('connect_ps_endpoints') AS text")[0]["text"]
    assert "THEN 60" in made
    calls.sql("CREATE OR REPLACE VIEW connect_ps_endpoints AS " + made.replace("THEN 60", f"THEN {seconds}"))
    calls.pause(1.5)  # until Asterisk reads the endpoint anew
    try:
        yield
    finally:
        calls.sql("CREATE OR REPLACE VIEW connect_ps_endpoints AS " + made)


def await_seats(calls: World, count: int) -> None:
    """So many are in the room."""
    deadline = time.monotonic() + 20
    while (seats := sum(each["dialplan"]["app_name"] == "ConfBridge" for each in calls.channels())) != count:
        assert time.monotonic() < deadline, f"{seats} are there"
        time.sleep(0.1)
