"""VOI-42 to VOI-44: the slot is said; any employee fetches the call; when its time is over it comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ..conftest import World, _await_bridge
from ..test_crash import kill_bridge
from ..test_office import user_id
from ..test_talk import talk, verb


def set_time(calls: World, seconds: int) -> None:
    """Asterisk's time of parking, for calls that are parked from now on."""
    calls.voice.parking_seconds = seconds
    calls.voice.configure()
    calls.ari("/asterisk/modules/res_parking.so", "PUT")


@pytest.fixture
def short(calls: World) -> Iterator[None]:
    set_time(calls, 2)
    yield
    set_time(calls, 90)


def park(calls: World) -> dict:
    """Orlova is parked by Nikiforov, whose telephone waits for the next call."""
    call, _orlova = talk(calls)
    slot = verb(calls, 100002, call, "park")["slot"]
    call = calls.await_call(call["key"], state="parked", slot=slot)
    await_alone(calls, "PJSIP/3-102")
    nikiforov = calls.phones[1]
    nikiforov.processes[-1].wait(30)
    nikiforov.answer()
    return call


def await_alone(calls: World, endpoint: str) -> None:
    """Nobody else is in a call."""
    deadline = time.monotonic() + 10
    while [each["name"].rpartition("-")[0] for each in calls.channels()] != [endpoint]:
        assert time.monotonic() < deadline, calls.channels()
        time.sleep(0.05)


def hang_up(calls: World, login: int, call: dict) -> None:
    verb(calls, login, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_slot_is_said(calls: World) -> None:
    """VOI-42: the announcer says the slot to whoever parks, in his language; then he is free."""
    nikiforov, orlova = calls.phone("100002"), calls.phone("100003")
    ear = nikiforov.listen()
    orlova.listen()  # says nothing, so that what he hears is the announcer
    orlova.answer()
    nikiforov.call("102", talk=60)
    call = calls.await_call(state="talking")
    began = time.monotonic()
    slot = verb(calls, 100002, call, "park")["slot"]
    calls.await_call(call["key"], state="parked", slot=slot)
    await_alone(calls, "PJSIP/3-102")
    assert 0.2 < ear.loud(began) < 2
    hang_up(calls, 100003, call)  # who has parked is in it no more


def test_comes_back(calls: World, short: None) -> None:
    """VOI-44, with a time of 2 s: it rings at the one who parked, and they talk again."""
    call = park(calls)
    calls.await_call(call["key"], state="talking", user_id=user_id(calls, 100002))
    assert "park_over" in calls.facts(call["id"])
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    hang_up(calls, 100002, call)


def test_comes_back_to_one_who_talks(calls: World, short: None) -> None:
    """VOI-44, VOI-03: who parked talks with somebody else by then: the client hears music, and is brought back when he
    is free."""
    call = park(calls)
    kim = calls.phone("100004", tone=1000)
    kim.call("101", talk=60)
    second = calls.await_call(state="talking", caller_user_id=user_id(calls, 100004))
    calls.await_fact(call["id"], "park_over")
    calls.pause(2)
    assert calls.await_call(call["key"], state="ringing")
    hang_up(calls, 100004, second)
    nikiforov = calls.phones[1]
    nikiforov.processes[-1].wait(30)
    nikiforov.answer()
    calls.await_call(call["key"], state="talking", user_id=user_id(calls, 100002), within=40)
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    hang_up(calls, 100002, call)


def test_comes_back_while_the_bridge_is_away(calls: World, short: None) -> None:
    """VOI-44: Asterisk owns the time: it is over without the bridge, and the next bridge brings the call back."""
    call = park(calls)
    kill_bridge(calls)
    calls.pause(3)
    await_alone(calls, "PJSIP/3-102")
    calls.voice.start_bridge()
    calls.await_call(call["key"], state="talking", within=40)
    _await_bridge(calls)
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    hang_up(calls, 100002, call)


def test_any_employee_fetches_it(calls: World) -> None:
    """VOI-43: one who has nothing to do with the call fetches it; of another company nobody does."""
    call = park(calls)
    zaitseva = calls.phone(calls.sql("SELECT login FROM res_users WHERE id = %s", stranger(calls))[0]["login"])
    assert zaitseva.call(f"*5{call['slot']}", talk=5).wait(30) != 0
    calls.await_call(state="missed", missed_reason="unreachable")
    kim = calls.phone("100004", tone=1000)
    kim.call(f"*5{call['slot']}", talk=30)
    calls.await_call(call["key"], state="talking", user_id=user_id(calls, 100004))
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    hang_up(calls, 100004, call)


def stranger(calls: World) -> int:
    """An employee of Beta."""
    return int(calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'user_zaitseva'")[0]["res_id"])
