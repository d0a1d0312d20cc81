"""What has happened reaches Odoo: all of it, in order, however slow Odoo is, and no action waits for that."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from .. import actions as do
from .. import teller
from ..commands import Call
from ..hands import Hands
from ..line import Line
from ..office import Note
from ..runner import Runner
from ..stages import Ask, Play, Wait
from ..state import Party, State
from ..teller import AT_ONCE, Teller


class SlowOdoo:
    """The part of a runner that tells Odoo, with an Odoo that takes its time."""

    def __init__(self) -> None:
        self.office = self
        self.teller = Teller(cast("Runner", self))
        self.told: list[list[tuple[str, list[str]]]] = []
        self.numbers: list[int] = []
        self.fails = 0
        self.timed: list[str] = []

    async def post(self, *_args: Any, **_query: str) -> None: ...

    async def ask(self, *_args: Any) -> None: ...

    def tell(self, key: str, _event: Any) -> None:
        self.timed.append(key)

    def note(self, notes: list[Note]) -> list[str]:
        """The call «0» cannot be kept as often as ``fails`` says."""
        self.told.append([(each.key, [name for name, _data in each.facts]) for each in notes])
        self.numbers += [each.snapshot["told"] for each in notes if each.key == "0"]
        if self.fails and "0" in [each.key for each in notes]:
            self.fails -= 1
            return ["0"]
        return []

    async def in_thread(self, work: Any, *args: Any) -> Any:
        await asyncio.sleep(0.02)
        return work(*args)

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work)


async def happen(odoo: SlowOdoo, lines: list[Line], *names: str) -> None:
    hands = Hands(cast("Any", None), cast("Any", None), cast("Runner", odoo))
    for name in names:
        for line in lines:
            await hands.carry_out(line, [do.Tell(name)])
        await asyncio.sleep(0)
        assert not odoo.told, "an action has waited for Odoo"


def lines(count: int) -> list[Line]:
    return [Line(Call(State(str(number), Party(str(number))))) for number in range(count)]


def test_all_of_it_in_order() -> None:
    """What happens while Odoo is being told something goes along with the next transaction, of whichever call."""
    odoo = SlowOdoo()

    async def talk() -> None:
        both = lines(2)
        await happen(odoo, both[:1], "ringing")
        await happen(odoo, both, "answered", "held")
        assert both[0].told
        assert both[1].told
        await both[0].told
        assert both[1].told.done(), "in one transaction"

    asyncio.run(talk())
    first, second = odoo.told
    assert first == [("0", ["ringing"])]
    assert sorted(second) == [("0", ["answered", "held"]), ("1", ["answered", "held"])]


def test_how_it_stands_without_a_fact() -> None:
    """VOI-01: a greeting or a queue is told, for the time after a crash; a question is not: its answer follows."""
    odoo = SlowOdoo()
    snapshots: list[dict[str, Any]] = []

    async def note(line: Line, actions: list[do.Action]) -> None:
        hands = Hands(cast("Any", odoo), cast("Any", None), cast("Runner", odoo))
        await hands.carry_out(line, actions)
        if line.told:
            await line.told
        snapshots.append(line.snapshot)

    async def talk() -> None:
        waits, asks = lines(2)
        await note(waits, waits.call.enter([Play("sound:hello"), Wait(3.0)]))
        await note(waits, waits.call.played("0-sound0"))
        await note(waits, waits.call.warn())
        await note(asks, asks.call.enter([Ask("line", 1)]))

    asyncio.run(talk())
    assert [each and each["step"] for each in snapshots] == [0, 1, 1, {}]
    assert odoo.told == [[("0", [])], [("0", [])]]


def test_timer_of_a_stage_that_is_over() -> None:
    """VOI-41: the one of the same name in the next stage rings at its own time, not at that of the first."""
    odoo = SlowOdoo()

    async def talk() -> None:
        hands = Hands(cast("Any", None), cast("Any", None), cast("Runner", odoo))
        (line,) = lines(1)
        for seconds in (0.01, 30.0):
            await hands.carry_out(line, [do.Timer("dial-0-1", seconds)])
        await asyncio.sleep(0.05)

    asyncio.run(talk())
    assert not odoo.timed


def test_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """VOI-10: what Odoo could not keep is told again under the same number, before what happened later; others do not
    wait for it. Given up in the end, it is not said to be told before that."""
    monkeypatch.setattr(teller, "PAUSES", (0.05, 0.05))
    odoo = SlowOdoo()
    odoo.fails = 1

    async def talk() -> None:
        both = lines(2)
        hands = Hands(cast("Any", None), cast("Any", None), cast("Runner", odoo))
        for line in both:
            await hands.carry_out(line, [do.Tell("answered")])
        await asyncio.sleep(0.03)
        assert both[0].told
        assert both[1].told
        assert (both[0].told.done(), both[1].told.done()) == (False, True)
        await hands.carry_out(both[0], [do.Tell("ended")])
        await both[0].told
        odoo.fails = 9
        await hands.carry_out(both[0], [do.Tell("late")])
        await both[0].told

    asyncio.run(talk())
    alone = [facts for notes in odoo.told for key, facts in notes if key == "0"]
    assert alone == [["answered"], ["answered"], ["ended"], ["late"], ["late"], ["late"]]
    assert odoo.numbers == [1, 1, 2, 3, 3, 3]


def test_not_too_many_at_once() -> None:
    """A call that has something to tell again waits for its turn behind those that have waited longer."""
    odoo = SlowOdoo()

    async def talk() -> None:
        many = lines(AT_ONCE + 2)
        await happen(odoo, many, "ringing", "ended")
        for line in many:
            assert line.told
            await line.told

    asyncio.run(talk())
    assert [len(notes) for notes in odoo.told] == [AT_ONCE, AT_ONCE, 2]
    told = [name for notes in odoo.told for key, names in notes if key == "0" for name in names]
    assert told == ["ringing", "ended"]
