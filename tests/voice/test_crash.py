"""VOI-01: each process is killed in mid-call. Sound goes on where it can, and every call has its true end, once."""

from __future__ import annotations

import os
import signal
import time

from tools import postgres

from .conftest import World, _await_bridge
from .test_talk import talk, verb


def end_once(calls: World, key: str) -> None:
    ended = calls.sql(
        """SELECT f.name FROM connect_call c JOIN connect_call_fact f ON f.call_id = c.id
            WHERE c.key = %s AND f.name = 'ended'""",
        key,
    )
    assert len(ended) == 1


def kill_bridge(calls: World) -> None:
    bridge = calls.voice.bridge
    assert bridge
    os.killpg(bridge.pid, signal.SIGKILL)
    bridge.wait()


def sound_goes_on(calls: World, key: str) -> None:
    """Both sides are still in the call's bridge, and another second of sound arrives from each."""
    talking = calls.ari(f"/bridges/b-{key}")["channels"]
    assert len(talking) == 2
    before, deadline = received(calls, talking), time.monotonic() + 10
    while not all(after - sooner >= 50 for sooner, after in zip(before, received(calls, talking), strict=True)):
        assert time.monotonic() < deadline, f"{before} packets, 10 s later {received(calls, talking)}"
        time.sleep(0.1)


def received(calls: World, channels: list[str]) -> list[int]:
    return [calls.ari(f"/channels/{channel}/rtp_statistics")["rxcount"] for channel in channels]


def test_bridge_killed_while_they_talk(calls: World) -> None:
    """Sound goes on without the bridge; the next one takes the call up and can end it."""
    call, _orlova = talk(calls)
    kill_bridge(calls)
    time.sleep(1)
    sound_goes_on(calls, call["key"])
    calls.voice.start_bridge()
    _await_bridge(calls, since=time.time())
    verb(calls, 100002, call, "hold")
    calls.await_call(call["key"], state="held")
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")
    end_once(calls, call["key"])


def test_call_ends_while_the_bridge_is_away(calls: World) -> None:
    """Its true end is in Asterisk's own record: to the second, not when somebody found out."""
    call, _orlova = talk(calls, seconds=3)
    kill_bridge(calls)
    deadline = time.monotonic() + 10
    while calls.ari("/channels"):
        if time.monotonic() > deadline - 6:  # one side has hung up; nobody tells the other one
            for channel in calls.ari("/channels"):
                calls.ari(f"/channels/{channel['id']}", "DELETE")
        time.sleep(0.2)
    ended = calls.sql("SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at")[0]["at"]
    time.sleep(3)
    calls.voice.start_bridge()
    call = calls.await_call(call["key"], state="ended", within=40)
    assert abs((call["end_at"] - ended).total_seconds()) < 1.5
    end_once(calls, call["key"])


def test_call_comes_in_while_the_bridge_is_away(calls: World) -> None:
    """Music until the bridge is back, then the call goes on as if nothing had been."""
    orlova, nikiforov = calls.phone("100003", tone=700), calls.phone("100002")
    orlova.answer()
    kill_bridge(calls)
    time.sleep(0.5)
    nikiforov.call("102", talk=30)
    time.sleep(1)
    calls.voice.start_bridge()
    call = calls.await_call(state="talking", within=40)
    _await_bridge(calls)
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_asterisk_killed(calls: World) -> None:
    """Nothing can go on then; the calls are ended once, and the next one works."""
    call, _orlova = talk(calls)
    assert calls.voice.exchange
    calls.voice.exchange.kill()
    calls.voice.exchange.wait()
    for phone in calls.phones:
        phone.end()
    calls.voice.start_exchange()
    calls.await_call(call["key"], state="ended", within=40)
    end_once(calls, call["key"])
    call, _orlova = talk(calls)
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_odoo_killed(calls: World) -> None:
    """The web server is no part of a call."""
    call, _orlova = talk(calls)
    calls.server.kill()
    time.sleep(1)
    assert len(calls.ari("/channels")) == 2
    calls.server.restart()
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")
    end_once(calls, call["key"])


def test_postgresql_killed(calls: World) -> None:
    """The bridge waits until it is back, takes its lock again, and has the call."""
    call, _orlova = talk(calls)
    crashed = time.time()
    postgres.crash()
    calls.reconnect()
    assert len(calls.ari("/channels")) == 2
    _await_bridge(calls, since=crashed + 1)
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended", within=40)
    end_once(calls, call["key"])


def test_standby_takes_over(calls: World) -> None:
    """A second bridge waits for the lock, and serves when the first is gone."""
    call, _orlova = talk(calls)
    first = calls.voice.bridge
    assert first
    calls.voice.start_bridge()
    time.sleep(3)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    _await_bridge(calls, since=time.time())
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended", within=40)
    end_once(calls, call["key"])
