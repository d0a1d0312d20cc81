"""A call under way in the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .commands import Call

Event = Callable[[Call], list[Any]]


class Line:
    """A call under way: its machine, its queue of events and the task that works it off."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.queue: asyncio.Queue[Event] = asyncio.Queue()
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.task: asyncio.Task[None] | None = None
