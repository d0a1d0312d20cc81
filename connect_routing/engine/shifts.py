"""When a specialist took what, by the log of his statuses, and which of its calls a replay gives out anew.

A call in progress forces a status in which he takes nothing (ROU-02, ROU-27); when it is over he is again what he was.
A call that the replay gives to somebody else would not have held him. So the log is read without it, as if he had
stayed what he was, and whoever has the call in the replay is held by it as long as he was. Calls that the replay does
not give out, those he made himself or had on another line, stay where they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple


class Shift(NamedTuple):
    """A time ``[start, end)`` in which he took chats, calls or both."""

    start: float
    end: float
    chats: bool = True
    calls: bool = True


class Stay(NamedTuple):
    """A row of the status log: what the status takes, and whether a call forces it."""

    start: float
    end: float
    chats: bool
    calls: bool
    in_call: bool = False


class Call(NamedTuple):
    """A call that is given out anew: when it was assigned to him, and when the work on it ended."""

    taken: float
    ended: float = inf


class Held(NamedTuple):
    """Seconds from its assignment until a call holds who has it, and for how long then; 0: he never spoke."""

    after: float
    seconds: float


NOT_HELD = Held(0.0, 0.0)


def held_by(stays: Iterable[Stay], call: Call) -> Held:
    """How the call held him, wrap-up included."""
    block = _block_of(_blocks(stays), call)
    return Held(block[0] - call.taken, block[1] - block[0]) if block else NOT_HELD


def shifts(stays: Sequence[Stay], calls: Iterable[Call] = (), since: float = -inf, until: float = inf) -> list[Shift]:
    """When he took what in ``[since, until)``, had others had these calls.

    :param stays: of one specialist, in their order; those before ``since`` tell what he was when a call began
    """
    blocks = _blocks(stays)
    given = {block for call in calls if (block := _block_of(blocks, call))}
    found: list[Shift] = []
    takes = False, False
    for stay in stays:
        bridged = stay.in_call and any(start <= stay.start and stay.end <= end for start, end in given)
        if not stay.in_call:
            takes = stay.chats, stay.calls
        shift = Shift(max(stay.start, since), min(stay.end, until), *(takes if bridged else stay[2:4]))
        if shift.start >= shift.end or not (shift.chats or shift.calls):
            continue
        if found and found[-1].end == shift.start and found[-1][2:] == shift[2:]:
            shift = shift._replace(start=found.pop().start)
        found.append(shift)
    return found


def _blocks(stays: Iterable[Stay]) -> list[tuple[float, float]]:
    """The times in which calls held him without a break."""
    blocks: list[tuple[float, float]] = []
    for stay in stays:
        if not stay.in_call:
            continue
        start = blocks.pop()[0] if blocks and blocks[-1][1] == stay.start else stay.start
        blocks.append((start, stay.end))
    return blocks


def _block_of(blocks: Iterable[tuple[float, float]], call: Call) -> tuple[float, float] | None:
    """The first one that began while he had the call in work."""
    return next((block for block in blocks if call.taken <= block[0] < call.ended), None)
