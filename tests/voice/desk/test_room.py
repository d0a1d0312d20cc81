"""A conference room has 25 seats."""

from __future__ import annotations

import time

from ..conftest import World


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


def await_seats(calls: World, count: int) -> None:
    """So many are in the room."""
    deadline = time.monotonic() + 20
    while (seats := sum(each["dialplan"]["app_name"] == "ConfBridge" for each in calls.channels())) != count:
        assert time.monotonic() < deadline, f"{seats} are there"
        time.sleep(0.1)
