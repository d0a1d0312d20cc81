"""Tells Odoo what has happened in the calls, beside them: no action waits for a database.

One transaction after the other: what happens meanwhile, in all calls, goes along with the next one. So a call's facts
stay in order, and the more there is to tell the less each costs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .office import Note

if TYPE_CHECKING:
    from .line import Line
    from .runner import Runner

AT_ONCE = 16  # calls in one transaction: the rows of each are locked until its end


class Teller:
    """The only one who notes facts."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.task: asyncio.Task[None] | None = None
        self._lines: dict[str, Line] = {}  # with something to tell, the one that waits longest first

    def tell(self, line: Line, facts: list[tuple[str, dict[str, Any]]]) -> None:
        """Have it told soon; ``line.told`` says when all of the call is."""
        line.facts += facts
        line.snapshot = line.call.state.to_json()
        if line.told is None or line.told.done():
            line.told = asyncio.get_running_loop().create_future()
        self._lines.setdefault(line.call.state.key, line)
        if self.task is None or self.task.done():
            self.task = self.runner.spawn(self._work())

    async def _work(self) -> None:
        while self._lines:
            lines = [self._lines.pop(key) for key in list(self._lines)[:AT_ONCE]]
            notes = [Note(line.call.state.key, line.facts, line.snapshot) for line in lines]
            for line in lines:
                line.facts = []
            await self.runner.in_thread(self.runner.office.note, notes)
            for line in lines:
                if not line.facts and line.told and not line.told.done():
                    line.told.set_result(None)
