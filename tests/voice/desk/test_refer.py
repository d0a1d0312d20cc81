"""Transfers that a telephone on the desk does by itself (REFER): Connect's record stays true (VOI-16, VOI-17)."""

from __future__ import annotations

from ..conftest import World
from ..test_office import user_id
from ..test_talk import verb


def test_without_asking(calls: World) -> None:
    """VOI-16: the other side talks to the third one; the call is his; the one who transferred is free."""
    nikiforov, orlova, kim = calls.phone("100002"), calls.phone("100003", tone=700), calls.phone("100004", tone=1000)
    orlova.answer()
    kim.answer()
    desk = nikiforov.refer("102", on=f"103@{nikiforov.server}")
    call = calls.await_call(user_id=user_id(calls, 100004), state="talking")
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    assert desk.wait(30) == 0, nikiforov.errors()
    assert calls.facts(call["id"]) == ["ringing", "answered", "transferred", "ringing", "answered"]
    verb(calls, 100004, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_without_asking_nobody_answers(calls: World) -> None:
    """VOI-16: it comes back to the one who transferred, as from the screen."""
    nikiforov, orlova, kim = calls.phone("100002"), calls.phone("100003", tone=700), calls.phone("100004", tone=1000)
    orlova.answer()
    kim.refuse(486)
    desk = nikiforov.refer("102", on=f"103@{nikiforov.server}")
    assert desk.wait(30) == 0, nikiforov.errors()
    nikiforov.answer()
    call = calls.await_call(user_id=user_id(calls, 100002), state="talking")
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_after_asking(calls: World) -> None:
    """VOI-17: two calls of one telephone become one (Replaces): the client talks to the colleague."""
    nikiforov, orlova, kim = calls.phone("100002"), calls.phone("100003", tone=700), calls.phone("100004", tone=1000)
    orlova.answer()
    kim.answer()
    nikiforov.refer("103", on="nobody", after=600)
    asked = calls.await_call(state="talking")
    nikiforov.port = nikiforov.port + 1
    desk = nikiforov.refer("102", on=f"103@{nikiforov.server}?Replaces={nikiforov.dialog()}")
    call = calls.await_call(state="talking", user_id=user_id(calls, 100003))
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    call = calls.await_call(call["key"], state="talking", user_id=user_id(calls, 100004))
    calls.await_call(asked["key"], state="ended")
    assert desk.wait(30) == 0, nikiforov.errors()
    calls.pause(1)
    verb(calls, 100004, call, "hangup")
    calls.await_call(call["key"], state="ended")
    files = "SELECT sum(seconds) FROM connect_recording WHERE call_id = %s HAVING count(*) = 2"
    assert calls.await_row(files, call["id"])["sum"] > 1.5  # VOI-08: of both conversations


def test_of_a_person(calls: World) -> None:
    """A person's telephone transfers nobody: Asterisk refuses, and no other telephone rings."""
    nikiforov, ivanova = calls.phone("100002"), calls.phone("200001", tone=1000)
    line = calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_hot'")[0]["res_id"]
    calls.set_status(100002)
    nikiforov.answer()
    person = ivanova.refer(f"**{line}", on=f"103@{ivanova.server}")
    call = calls.await_call(state="talking", direction="incoming")
    assert person.wait(30) != 0, "he was not refused"
    calls.await_call(call["key"], state="ended")
    assert calls.facts(call["id"]) == ["ringing", "answered", "ended", "left"]
