"""A telephone whose form says «encrypted alone»: TLS and SRTP, and nothing without them (ADM-09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..conftest import World
from ..sipp import Phone

ENCRYPTED = 160 + 12 + 10  # bytes of a packet: sound, the header of RTP, and the tag of SRTP


@pytest.fixture
def kim(calls: World) -> Iterator[Phone]:
    """Kim's telephone, which has to be encrypted."""
    extension = calls.sql("SELECT id FROM connect_extension WHERE number = '103'")[0]["id"]
    calls.admin("connect.extension", "write", [[extension], {"is_encrypted": True}])
    yield calls.phone("100004", registered=False)
    calls.admin("connect.extension", "write", [[extension], {"is_encrypted": False}])


def over_tls(calls: World, phone: Phone) -> Phone:
    phone.server = f"{calls.voice.address}:{calls.voice.ports['sip_tls_port']}"
    phone.options = ["-t", "l1"]
    return phone


def test_tls_and_srtp(calls: World, kim: Phone) -> None:
    """It registers and calls over TLS, and what Asterisk sends it is encrypted."""
    over_tls(calls, kim).register()
    calls.phone("100003", tone=700).answer()
    kim.srtp = True
    ear = kim.listen()
    kim.call("102", talk=30)
    call = calls.await_call(state="talking")
    ear.await_voice()
    assert set(ear.sizes) == {ENCRYPTED}
    calls.as_user(100004)("connect.call", "hangup", [[call["id"]]])
    calls.await_call(call["key"], state="ended")


def test_plain_sound_is_refused(calls: World, kim: Phone) -> None:
    """Over TLS with plain RTP: no call."""
    latest = calls.last_call()["id"]
    assert over_tls(calls, kim).call("102", talk=5).wait(30) != 0
    assert calls.last_call()["id"] == latest


def test_plain_signalling_is_refused(calls: World, kim: Phone) -> None:
    """Over UDP, where everybody on the way reads the keys of the sound: no call from there, and none to there."""
    latest = calls.last_call()["id"]
    kim.srtp = True
    assert kim.call("102", talk=5).wait(30) != 0
    assert calls.last_call()["id"] == latest
    kim.register()
    answering = kim.answer(ring=0)
    assert calls.phone("100002").call("103", talk=5).wait(30) != 0
    assert calls.await_call(state="missed")["dialled"] == "103"
    assert answering.poll() is None
