"""After a (re)connection the bridge takes the calls up, however often Asterisk or Odoo fail to answer meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from .. import recovery, runner
from ..ari import AriError
from ..office import Entrance, Note, Opening
from ..runner import Runner
from ..stages import Play, Ring, Stage, Target, Wait
from ..state import HELD, Party, State

TALK = State("1", Party("1", is_up=True), Party("1-leg1", 7, is_up=True), phase=HELD, count=1)


class Exchange:
    """An Asterisk with one call, and events that a test gives; it and its Odoo fail as often as they are told to."""

    def __init__(self, asterisk_fails: int = 0, odoo_fails: int = 0) -> None:
        self.asterisk_fails, self.odoo_fails = asterisk_fails, odoo_fails
        self.channels = [{"id": each, "name": f"PJSIP/{each}", "state": "Up"} for each in ("1", "1-leg1")]
        self.bridges = [{"id": "b-1"}, {"id": "b-9"}]
        self.pending: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.deleted: list[str] = []
        self.posted: list[str] = []
        self.ended: list[str] = []
        self.entered: list[Entrance] = []
        self.known: dict[str, Any] = {"1": TALK.to_json(), "2": {}}
        self.told: list[str] = []

    # --- Asterisk ---

    async def events(self) -> AsyncIterator[dict[str, Any] | None]:
        yield None
        while event := await self.pending.get():
            yield event

    async def get(self, path: str, **_query: str) -> Any:
        if self.asterisk_fails:
            self.asterisk_fails -= 1
            raise AriError(503, "not yet")
        known = {"/channels": self.channels, "/bridges": self.bridges, "/recordings/stored": []}
        if path not in known:
            raise AriError(404, "not found")
        return known[path]

    async def call(self, method: str, path: str, *_rest: Any) -> None:
        if method == "DELETE":
            self.deleted.append(path)

    async def post(self, path: str, *_rest: Any, **_query: str) -> None:
        self.posted.append(path)

    async def delete(self, path: str, **query: str) -> None:
        await self.call("DELETE", path, query)

    async def close(self) -> None: ...

    # --- Odoo ---

    def open_calls(self) -> dict[str, Any]:
        self._fail()
        return self.known

    def enter(self, entrance: Entrance) -> Opening:
        self.entered.append(entrance)
        return Opening([Wait(30.0)], 5, "PJSIP/5")

    def orders(self) -> list[Any]:
        return []

    def lost(self, keys: list[str]) -> bool:
        self._fail()
        self.ended += keys
        return True

    def note(self, notes: list[Note]) -> list[str]:
        self.told += [name for each in notes for name, _data in each.facts]
        return []

    def _fail(self) -> None:
        if self.odoo_fails:
            self.odoo_fails -= 1
            raise ConnectionError("PostgreSQL is away")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (runner, recovery):
        monkeypatch.setattr(module, "AGAIN", 0.001)


async def serve(exchange: Exchange, *events: dict[str, Any]) -> Runner:
    """A runner that has connected and worked off these events."""
    served = Runner(cast("Any", exchange), cast("Any", None), cast("Any", exchange))
    work = asyncio.create_task(served.run())
    await asyncio.wait({work, asyncio.create_task(served.is_ready.wait())}, timeout=5, return_when="FIRST_COMPLETED")
    assert served.is_ready.is_set(), "it has given up"
    for event in events:
        exchange.pending.put_nowait(event)
    while not exchange.ended or not exchange.pending.empty():
        await asyncio.sleep(0.001)
    assert not work.done(), "the bridge lives and is deaf"
    exchange.pending.put_nowait(None)
    await work
    for line in list(served.lines.values()):
        if line.call.state.phase == "over" and line.task:
            await line.task
    return served


@pytest.mark.parametrize(("asterisk", "odoo"), [(0, 0), (3, 0), (0, 2), (2, 2)])
def test_taken_up_in_the_end(asterisk: int, odoo: int) -> None:
    """Nobody's bridge is cleared away, the call of which nothing lives is ended, the other one goes on."""
    exchange = Exchange(asterisk, odoo)

    async def live() -> None:
        served = await serve(exchange)
        assert list(served.lines) == ["1"]
        assert served.lines["1"].call.state.phase == HELD
        await served.close()

    asyncio.run(live())
    assert exchange.deleted == ["/bridges/b-9"]
    assert exchange.ended == ["2"]


def test_an_event_that_cannot_be_read_costs_itself_alone() -> None:
    exchange = Exchange()

    async def live() -> None:
        hung_up = {"type": "ChannelDestroyed", "channel": {"id": "1"}, "cause": 16}
        served = await serve(exchange, {"type": "PlaybackFinished"}, hung_up)
        await served.close()

    asyncio.run(live())
    assert exchange.told == ["ended"]


def channel(number: str, app_data: str, state: str = "Up", context: str = "connect-inner") -> dict[str, Any]:
    place = {"context": context, "app_name": "Stasis" if app_data else "Dial", "app_data": app_data}
    return {"id": number, "name": f"PJSIP/5-{number}", "state": state, "dialplan": place, "caller": {"number": "105"}}


async def settled(exchange: Exchange) -> Runner:
    served = await serve(exchange)
    await asyncio.sleep(0.05)
    return served


def test_caller_of_whom_nothing_was_noted() -> None:
    """VOI-01: he is let in again and ends no earlier; what the dead bridge has rung for him does not ring on, and his
    next telephone has another name. His event of Asterisk, when it comes after all, brings no second call."""
    exchange = Exchange()
    exchange.known["3"] = {}
    exchange.channels += [channel("3", "connect,inner,**7"), channel("4", "connect,trunk,+37517"),
                          channel("3-leg2", "", "Ringing"), channel("9", "connect,test"),
                          channel("8", "", "Ringing", "connect-first")]  # fmt: skip

    async def live() -> None:
        start = {"type": "StasisStart", "channel": exchange.channels[2], "args": ["inner", "**7"]}
        served = await serve(exchange, start)
        await asyncio.sleep(0.05)
        assert sorted(served.lines) == ["1", "3", "4"]
        state = served.lines["3"].call.state
        assert (state.count, state.first.user_id, state.stage) == (2, 5, Wait(30.0))
        await served.close()

    asyncio.run(live())
    assert [(each.channel, each.door, each.dialled, each.again) for each in exchange.entered] == [
        ("3", "inner", "**7", True),
        ("4", "trunk", "+37517", True),
    ]
    assert exchange.ended == ["2"]
    assert {"/channels/3-leg2", "/channels/8", "/channels/9"} <= {*exchange.deleted}
    assert "/channels/3" not in exchange.deleted


def test_sound_that_has_ended_meanwhile() -> None:
    """VOI-46: the greeting of a caller was over before the next bridge was there: his telephones ring."""
    exchange = Exchange()
    stages: list[Stage] = [Play("sound:hello"), Ring((Target("PJSIP/7", 7),))]
    exchange.known["3"] = State("3", Party("3", is_up=True), stages=stages, step=0).to_json()
    exchange.channels.append(channel("3", "connect,trunk,+37517"))

    async def live() -> None:
        served = await settled(exchange)
        assert served.lines["3"].call.state.step == 1
        await served.close()

    asyncio.run(live())
    assert "ringing" in exchange.told


def test_ordered_call_picked_up_meanwhile() -> None:
    """VOI-06: whoever has ordered a call has picked up, and the bridge died over it: the other end is rung, once."""
    exchange = Exchange()
    stages: list[Stage] = [Ring((Target("PJSIP/7", 7),))]
    exchange.known["c3"] = State("c3", Party("c3", 5, "PJSIP/5"), stages=stages).to_json()
    exchange.channels.append(channel("c3", "connect,first,c3", context="connect-first"))

    async def live() -> None:
        start = {"type": "StasisStart", "channel": exchange.channels[2], "args": ["first", "c3"]}
        served = await serve(exchange, start)
        await asyncio.sleep(0.05)
        assert list(served.lines["c3"].call.state.legs) == ["c3-leg1"]
        await served.close()

    asyncio.run(live())
    assert exchange.told == ["ringing"]
