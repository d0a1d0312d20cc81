"""What has happened reaches Odoo: all of it, in order, however slow Odoo is, and no action waits for that."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from .. import actions as do
from ..commands import Call
from ..hands import Hands
from ..line import Line
from ..office import Note
from ..runner import Runner
from ..state import Party, State
from ..teller import AT_ONCE, Teller


class SlowOdoo:
    """The part of a runner that tells Odoo, with an Odoo that takes its time."""

    def __init__(self) -> None:
        self.office = self
        self.teller = Teller(cast("Runner", self))
        self.told: list[list[tuple[str, list[str]]]] = []

    def note(self, notes: list[Note]) -> None:
        self.told.append([(each.key, [name for name, _data in each.facts]) for each in notes])

    async def in_thread(self, work: Any, *args: Any) -> None:
        await asyncio.sleep(0.02)
        work(*args)

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
    assert odoo.told == [[("0", ["ringing"])], [("0", ["answered", "held"]), ("1", ["answered", "held"])]]


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
