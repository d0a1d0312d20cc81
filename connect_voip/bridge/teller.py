"""Tells Odoo what has happened in the calls, beside them: no action waits for a database.

One transaction after the other: what happens meanwhile, in all calls, goes along with the next one. So a call's facts
stay in order, and the more there is to tell the less each costs. What Odoo could not keep is told again some times; the
other calls do not wait for that.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from .office import Note

if TYPE_CHECKING:
    from .line import Line
    from .runner import Runner

_logger = logging.getLogger(__name__)

AT_ONCE = 16  # calls in one transaction: the rows of each are locked until its end
PAUSES = (0.3, 1.0, 3.0)  # s before what could not be kept is told again


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
        if line.note is None:
            self._queue(line)

    def _queue(self, line: Line) -> None:
        self._lines.setdefault(line.call.state.key, line)
        if self.task is None or self.task.done():
            self.task = self.runner.spawn(self._work())

    async def _work(self) -> None:
        while self._lines:
            lines = [self._lines.pop(key) for key in list(self._lines)[:AT_ONCE]]
            notes = [line.note or self._note(line) for line in lines]
            unkept = await self.runner.in_thread(self.runner.office.note, notes)
            for line in lines:
                self._after(line, is_kept=unkept is not None and line.call.state.key not in unkept)

    def _note(self, line: Line) -> Note:
        """All that there is to tell of a call."""
        line.call.state.told += 1
        line.snapshot["told"] = line.call.state.told
        line.note, line.facts = Note(line.call.state.key, line.facts, line.snapshot), []
        return line.note

    def _after(self, line: Line, *, is_kept: bool) -> None:
        note = line.note
        if not is_kept and line.failures < len(PAUSES):
            asyncio.get_running_loop().call_later(PAUSES[line.failures], self._queue, line)
            line.failures += 1
            return
        if not is_kept:
            _logger.error("Call %s: Odoo will not know what has happened: %s", line.call.state.key, note)
        line.note, line.failures = None, 0
        if note and line.snapshot is not note.snapshot:  # something has happened meanwhile
            self._queue(line)
        elif line.told and not line.told.done():
            line.told.set_result(None)
