"""VOI-01: the bridge is killed while a caller is not connected yet; he does not notice, and is connected once."""

from __future__ import annotations

import time
from typing import Any

from .conftest import World, _await_bridge
from .test_crash import end_once, kill_bridge
from .test_line import hotline
from .test_office import user_id
from .test_talk import verb
from .test_trunk import CITY, Operator, operator

__all__ = ["operator"]


def waiting(calls: World) -> dict[str, Any]:
    """A person's call on the line, on which nobody is free; how it stands is noted."""
    calls.phone("200001", tone=1000).call(hotline(calls), talk=60)
    call = calls.await_call(state="ringing", direction="incoming")
    calls.await_row("SELECT 1 FROM connect_call WHERE id = %s AND snapshot IS NOT NULL", call["id"])
    return call


def served_by_the_next_bridge(calls: World, call: dict[str, Any]) -> None:
    """Nikiforov becomes free, and talks with whoever has waited."""
    calls.voice.start_bridge()
    _await_bridge(calls, since=time.time())
    calls.phone("100002").answer()
    calls.set_status(100002)
    connected_once(calls, call["key"])
    calls.as_user(100002)("connect.request", "finish", [[call["request_id"]]])


def greeting(operator: Operator, seconds: float) -> None:
    """Callers of the city number hear a tone for so long before the department rings."""
    operator.way_in({"kind": "greeting", "prompt_id": operator.greeting(seconds)}, operator.ring())


def killed_in_greeting(calls: World, operator: Operator, seconds: float, away: float) -> None:
    greeting(operator, seconds)
    orlova = calls.phone("100003", tone=700)
    orlova.answer()
    operator.caller("+375291111111").bring(CITY, talk=60)
    call = calls.await_call(state="ringing", direction="incoming")
    calls.await_row("SELECT 1 FROM connect_call WHERE id = %s AND snapshot ->> 'step' = '0'", call["id"])
    kill_bridge(calls)
    time.sleep(away)
    calls.voice.start_bridge()
    connected_once(calls, call["key"])


def connected_once(calls: World, key: str) -> None:
    call = calls.await_call(key, state="talking", within=60)
    calls.pause(1)
    assert calls.facts(call["id"]) == ["ringing", "answered"]
    assert len(calls.ari(f"/bridges/b-{key}")["channels"]) == len(calls.channels()) == 2
    login = calls.sql("SELECT login FROM res_users WHERE id = %s", call["user_id"])[0]["login"]
    verb(calls, login, call, "hangup")
    calls.await_call(key, state="ended")
    end_once(calls, key)


def test_killed_in_a_greeting(calls: World, operator: Operator) -> None:
    """The greeting goes on to its end, and then a telephone rings."""
    killed_in_greeting(calls, operator, seconds=15, away=0)


def test_greeting_ends_while_the_bridge_is_away(calls: World, operator: Operator) -> None:
    """It has ended while nobody listened: the telephones ring as soon as the bridge is back."""
    killed_in_greeting(calls, operator, seconds=2, away=4)


def test_killed_while_he_waits_for_somebody(calls: World) -> None:
    """ROU-19: he keeps his place in the queue; whoever becomes free gets him."""
    call = waiting(calls)
    calls.await_request(call["request_id"], state="queued")
    kill_bridge(calls)
    time.sleep(1)
    served_by_the_next_bridge(calls, call)


def test_somebody_is_found_while_the_bridge_is_away(calls: World) -> None:
    """ROU-19: the specialist became free before the bridge was back; he is rung when it is."""
    call = waiting(calls)
    kill_bridge(calls)
    calls.phone("100002").answer()
    calls.set_status(100002)
    calls.await_request(call["request_id"], state="active")
    calls.sql("UPDATE connect_call_order SET at = at - interval '1 minute' WHERE key = %s", call["key"])
    calls.voice.start_bridge()
    connected_once(calls, call["key"])
    calls.as_user(100002)("connect.request", "finish", [[call["request_id"]]])


def test_nothing_was_noted_of_the_caller(calls: World) -> None:
    """The bridge died before it had told anything of him: he is let in again, in the same call."""
    call = waiting(calls)
    kill_bridge(calls)
    calls.sql("UPDATE connect_call SET snapshot = NULL WHERE id = %s", call["id"])
    served_by_the_next_bridge(calls, call)


def test_ordered_while_the_bridge_is_away(calls: World) -> None:
    """VOI-06: a click while nobody was there to carry it out: his telephone rings when the bridge is back, and the call
    ends once."""
    nikiforov, orlova = calls.phone("100002"), calls.phone("100003", tone=700)
    nikiforov.answer()
    orlova.answer()
    kill_bridge(calls)
    ordered = calls.as_user(100002)("connect.call", "originate", ["102"])
    later = "UPDATE connect_call_order SET at = at + interval '1 minute' WHERE key = %s"  # for a slow start
    calls.sql(later, ordered["key"])
    calls.voice.start_bridge()
    call = calls.await_call(ordered["key"], state="talking", within=40)
    assert call["user_id"] == user_id(calls, 100003)
    verb(calls, 100002, call, "hangup")
    calls.await_call(ordered["key"], state="ended")
    end_once(calls, ordered["key"])
