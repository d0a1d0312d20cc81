"""VOI-08: what lies in Asterisk's spool is fetched, but not from under a call that goes on or has just ended."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from ..commands import Call
from ..line import Line
from ..recordings import collect_left
from ..runner import Runner
from ..state import Party, State


class Spool:
    """An Asterisk with these files, and an Odoo that knows all calls but one."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.kept: list[tuple[str, str]] = []

    async def get(self, _path: str) -> list[dict[str, str]]:
        return [{"name": name} for name in self.names]

    async def file(self, _path: str) -> bytes:
        return b"sound"

    async def delete(self, path: str) -> None:
        self.names.remove(path.rpartition("/")[2])

    def recorded(self, key: str, name: str, _sound: bytes) -> bool:
        self.kept.append((key, name))
        return key != "unknown"


def test_left_in_the_spool() -> None:
    """A file stays there until Odoo has its call; those of calls under way and of such as are being cleared away are
    theirs."""
    spool = Spool("1", "1-leg2", "2-sound0", "unknown", "3", "7", "4")

    async def tidy() -> None:
        runner = Runner(cast("Any", spool), cast("Any", None), cast("Any", spool))
        runner.lines["3"] = Line(Call(State("3", Party("3"), recorded=["3", "7"])))
        runner.collecting.add("4")
        await collect_left(runner)

    asyncio.run(tidy())
    assert spool.kept == [("1", "1"), ("1", "1-leg2"), ("2", "2-sound0"), ("unknown", "unknown")]
    assert spool.names == ["unknown", "3", "7", "4"]
