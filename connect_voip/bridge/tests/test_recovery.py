"""After a (re)connection the bridge takes the calls up, however often Asterisk or Odoo fail to answer meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from .. import recovery, runner
from ..ari import AriError
from ..office import Note
from ..runner import Runner
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
        self.ended: list[str] = []
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
        return {"/channels": self.channels, "/bridges": self.bridges, "/recordings/stored": []}[path]

    async def call(self, method: str, path: str, *_rest: Any) -> None:
        if method == "DELETE":
            self.deleted.append(path)

    async def delete(self, path: str, **query: str) -> None:
        await self.call("DELETE", path, query)

    async def close(self) -> None: ...

    # --- Odoo ---

    def open_calls(self) -> dict[str, Any]:
        self._fail()
        return {"1": TALK.to_json(), "2": {}}

    def lost(self, keys: list[str]) -> bool:
        self._fail()
        self.ended += keys
        return True

    def note(self, notes: list[Note]) -> None:
        self.told += [name for each in notes for name, _data in each.facts]

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
