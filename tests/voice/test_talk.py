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


def assert_free(calls: World, login: int) -> None:
    """He is in no call, whatever goes on without him: nothing on his screen, his own status; he may call again."""
    user = "SELECT a.call_status_id FROM connect_agent a JOIN res_users u ON u.id = a.user_id WHERE u.login = %s"
    calls.await_row(f"{user} AND a.call_status_id IS NULL", str(login))
    assert calls.as_user(login)("connect.call", "get_calls", []) == []


def assert_out(calls: World, login: int, call: dict) -> None:
    """He is free, and cannot end the others' call."""
    assert_free(calls, login)
    with pytest.raises(RuntimeError, match="AccessError"):
        verb(calls, login, call, "hangup")


def assert_talks(calls: World, login: int) -> None:
    user = "SELECT 1 FROM connect_agent a JOIN res_users u ON u.id = a.user_id JOIN connect_status s"
    calls.await_row(f"{user} ON s.id = a.status_id WHERE u.login = %s AND s.code IN ('talking', 'talk')", str(login))
    assert [each["state"] for each in calls.as_user(login)("connect.call", "get_calls", [])] == ["talking"]


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
    """VOI-16: the client talks to the third one; the specialist is free at once, cannot hang up on them, and calls
    somebody else."""
    calls.set_status(100002)
    calls.set_status(100004)
    call, _orlova = talk(calls)
    kim = calls.phone("100004", tone=1000)
    kim.answer()
    verb(calls, 100002, call, "transfer_blind", "103")
    user = calls.sql("SELECT id FROM res_users WHERE login = '100004'")[0]["id"]
    calls.await_call(call["key"], state="talking", user_id=user)
    names = {channel["name"].rpartition("-")[0] for channel in calls.ari("/channels")}
    assert names == {"PJSIP/3-102", "PJSIP/3-103"}
    assert_out(calls, 100002, call)
    assert_talks(calls, 100004)
    calls.phone("100001").answer()
    nikiforov = calls.phone("100002", tone=440)
    nikiforov.call("100", talk=60)
    second = calls.await_call(state="talking")
    assert second["key"] != call["key"]
    verb(calls, 100002, second, "hangup")
    calls.await_call(second["key"], state="ended")
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
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
    """VOI-03, VOI-17, VOI-18: the client hears music while the colleague is asked, who is in a call then; afterwards
    connected, or back to the client; whoever is out of it is free."""
    calls.set_status(100002)
    calls.set_status(100004)
    call, _orlova = talk(calls)
    calls.phone("100004", tone=1000).answer(talk=8 if end == "colleague_left" else 600)
    verb(calls, 100002, call, "transfer_consult", "103")
    calls.await_fact(call["id"], "colleague_answered")
    assert_talks(calls, 100004)
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
    stays, leaves = (100004, 100002) if end == "complete" else (100002, 100004)
    assert_out(calls, leaves, call)
    assert_talks(calls, stays)
    verb(calls, stays, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_park_and_fetch(calls: World, tmp_path: Path) -> None:
    """VOI-42, VOI-43, VOI-08: parked, fetched by another employee with *5 and the slot; who has parked is free all the
    time; what the two say is recorded."""
    call, _orlova = talk(calls)
    slot = verb(calls, 100002, call, "park")["slot"]
    calls.await_call(call["key"], state="parked", slot=slot)
    assert_out(calls, 100002, call)
    kim = calls.phone("100004", tone=1000)
    kim.call(f"*5{slot}", talk=30)
    calls.await_call(call["key"], state="talking", within=40)
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    assert_out(calls, 100002, call)
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


def test_recording_of_a_room(calls: World) -> None:
    """VOI-08: also of one that was joined by a click; the click rings a telephone that is not recorded by itself."""
    orlova, nikiforov = calls.phone("100003", tone=700), calls.phone("100002", tone=440)
    nikiforov.answer()
    calls.as_user(100002)("connect.call", "originate", ["801"])
    call = calls.await_call(state="talking", dialled="801")
    orlova.call("801", talk=2.5)
    calls.pause(3)
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")
    recording = calls.await_row("SELECT seconds FROM connect_recording WHERE call_id = %s", call["id"])
    assert recording["seconds"] > 1
