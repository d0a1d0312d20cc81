"""A call under way in the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .commands import Call
from .office import Note

Event = Callable[[Call], list[Any]]


class Line:
    """A call under way: its machine, its queue of events and the task that works it off, and what Odoo has not been
    told yet."""

    def __init__(self, call: Call, may_talk: bool = False) -> None:
        self.call = call
        self.queue: asyncio.Queue[Event] = asyncio.Queue()
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.task: asyncio.Task[None] | None = None
        self.facts: list[tuple[str, dict[str, Any]]] = []
        self.snapshot: dict[str, Any] = {}
        self.may_have_bridge = may_talk  # in Asterisk; of a call that was taken up nobody knows
        self.told: asyncio.Future[None] | None = None  # done when Odoo knows all
        self.note: Note | None = None  # is being told; what happens meanwhile waits for the next one
        self.failures = 0  # of this note
