"""What a specialist does to his call: hold, transfers in all their ends, parking; with sound (API-19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import World
from .sipp import Phone, loudness


def talk(calls: World, seconds: float = 60) -> tuple[dict, Phone]:
    """Nikiforov (440 Hz) has called Orlova (700 Hz), and they talk."""
    orlova, nikiforov = calls.phone("100003", tone=700), calls.phone("100002", tone=440)
    orlova.answer()
    nikiforov.call("102", talk=seconds)
    return calls.await_call(state="talking"), orlova


def verb(calls: World, login: int, call: dict, name: str, *args: object) -> object:
    return calls.as_user(login)("connect.call", name, [[call["id"]], *args])


def test_hold_and_resume(calls: World) -> None:
    """VOI-14: on hold the other side hears music; pressing again returns to it."""
    call, _orlova = talk(calls)
    verb(calls, 100002, call, "hold")
    calls.await_call(call["key"], state="held")
    assert len(calls.ari(f"/bridges/b-{call['key']}")["channels"]) == 1
    verb(calls, 100002, call, "resume")
    calls.await_call(call["key"], state="talking")
    assert len(calls.ari(f"/bridges/b-{call['key']}")["channels"]) == 2
    verb(calls, 100002, call, "hangup")
    assert calls.facts(calls.await_call(call["key"], state="ended")["id"]) == [
        "ringing", "answered", "held", "resumed", "ended",
    ]  # fmt: skip


def test_one_step_transfer(calls: World) -> None:
    """VOI-16: the client talks to the third one, the specialist is free at once."""
    call, _orlova = talk(calls)
    kim = calls.phone("100004", tone=1000)
    kim.answer()
    verb(calls, 100002, call, "transfer_blind", "103")
    user = calls.sql("SELECT id FROM res_users WHERE login = '100004'")[0]["id"]
    calls.await_call(call["key"], state="talking", user_id=user)
    names = {channel["name"].rpartition("-")[0] for channel in calls.ari("/channels")}
    assert names == {"PJSIP/3-102", "PJSIP/3-103"}
    verb(calls, 100004, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_one_step_transfer_comes_back(calls: World) -> None:
    """VOI-16: nobody takes it: it rings at the one who transferred, and the client is not lost."""
    call, _orlova = talk(calls)
    calls.phones[-1].end()
    nikiforov = calls.phone("100002", tone=440)
    nikiforov.answer()
    calls.phone("100004").refuse(486)
    verb(calls, 100002, call, "transfer_blind", "103")
    user = calls.sql("SELECT id FROM res_users WHERE login = '100002'")[0]["id"]
    calls.await_call(call["key"], state="talking", user_id=user)
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


@pytest.mark.parametrize("end", ["complete", "cancel", "hangup", "colleague_left"])
def test_consultative_transfer(calls: World, end: str) -> None:
    """VOI-17, VOI-18: the client hears music while the colleague is asked; then connected, or back to the client."""
    call, _orlova = talk(calls)
    calls.phone("100004", tone=1000).answer(talk=4 if end == "colleague_left" else 600)
    verb(calls, 100002, call, "transfer_consult", "103")
    calls.await_fact(call["id"], "colleague_answered")
    if end != "colleague_left":
        verb(calls, 100002, call, "transfer_switch")
        calls.await_fact(call["id"], "switched")
    if end == "complete":
        verb(calls, 100002, call, "transfer_complete")
        calls.await_fact(call["id"], "transferred")
        names = {"PJSIP/3-102", "PJSIP/3-103"}
    else:
        if end != "colleague_left":
            verb(calls, 100002, call, "transfer_cancel" if end == "cancel" else "hangup")
        calls.await_fact(call["id"], "colleague_left")
        names = {"PJSIP/3-102", "PJSIP/3-101"}
    calls.await_channels(names)
    calls.await_call(call["key"], state="talking")
    verb(calls, 100004 if end == "complete" else 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_park_and_fetch(calls: World, tmp_path: Path) -> None:
    """VOI-42, VOI-43, VOI-08: parked, fetched by another employee with *5 and the slot; what they say is recorded."""
    call, _orlova = talk(calls)
    slot = verb(calls, 100002, call, "park")["slot"]
    calls.await_call(call["key"], state="parked", slot=slot)
    kim = calls.phone("100004", tone=1000)
    kim.call(f"*5{slot}", talk=30)
    calls.await_call(call["key"], state="talking", within=40)
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    calls.pause(2)
    verb(calls, 100004, call, "hangup")
    calls.await_call(call["key"], state="ended")
    fetching = calls.sql("SELECT key FROM connect_call WHERE dialled = %s ORDER BY id DESC LIMIT 1", f"*5{slot}")[0]
    query = "SELECT id FROM connect_recording WHERE call_id = %s AND name = %s"
    recording = calls.await_row(query, call["id"], fetching["key"])
    file = tmp_path / "sound.wav"
    file.write_bytes(calls.download(100001, f"/connect/recording/{recording['id']}"))
    assert loudness(file, 1000, 0.5, 1.5) > 0.1
    assert loudness(file, 700, 0.5, 1.5) > 0.1


def test_recording(calls: World, tmp_path: Path) -> None:
    """VOI-08, VOI-09: both voices are in the file; hearing it needs the subscription, and each hearing is noted."""
    orlova, nikiforov = calls.phone("100003", tone=700), calls.phone("100002", tone=440)
    orlova.answer()
    assert nikiforov.call("102", talk=2.0).wait(15) == 0
    call = calls.await_call(state="ended")
    recording = calls.await_row("SELECT * FROM connect_recording WHERE call_id = %s", call["id"])
    file = tmp_path / "sound.wav"
    file.write_bytes(calls.download(100001, f"/connect/recording/{recording['id']}"))
    assert 1.5 < recording["seconds"] < 4
    assert loudness(file, 440, 0.5, 1.5) > 0.1
    assert loudness(file, 700, 0.5, 1.5) > 0.1
    assert loudness(file, 1234, 0.5, 1.5) < 0.02
    assert calls.sql("SELECT count(*) FROM connect_recording_listening WHERE recording_id = %s", recording["id"])[0][
        "count"
    ]
