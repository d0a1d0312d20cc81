"""The clock of a deadline: a pure function of events and a working calendar.

The clock runs while the ticket is open and nobody waits for the client, and of that only working time counts. So time
used is the length of (running spans ∩ working intervals), and a deadline is the first instant at which the time used
reaches the limit. Everything is in naive UTC; what midnight or a holiday is, only the calendar knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

OPENED, PAUSED, RESUMED, CLOSED = "opened", "paused", "resumed", "closed"
RUNS = frozenset({OPENED, RESUMED})

ZERO = timedelta()
WINDOW = timedelta(days=14)  # how much of the calendar is read at once
HORIZON = timedelta(days=3 * 366)  # beyond it there is no deadline: the calendar has no working time


class Interval(NamedTuple):
    """From ``start`` to ``end``, the end not included."""

    start: datetime
    end: datetime


class Event(NamedTuple):
    """Something that starts or stops the clock. A kind that repeats the state changes nothing."""

    at: datetime
    kind: str


# The working intervals between two instants, sorted, disjoint, cut to the instants.
Calendar = Callable[[datetime, datetime], Sequence[Interval]]


def spans(events: Iterable[Event]) -> Iterator[tuple[datetime, datetime | None]]:
    """When the clock runs, in order; the last span may be open: its end is None."""
    since: datetime | None = None
    for event in sorted(events, key=lambda each: each.at):
        if event.kind in RUNS:
            since = since or event.at
        elif since is not None:
            if event.at > since:
                yield since, event.at
            since = None
    if since is not None:
        yield since, None


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants."""
    return sum((piece.end - piece.start for piece in calendar(start, end)), ZERO) if start < end else ZERO


def used(events: Iterable[Event], calendar: Calendar, now: datetime) -> timedelta:
    """Working time that the clock has counted until ``now``."""
    total = ZERO
    for start, end in spans(events):
        total += worked(calendar, start, min(end or now, now))
    return total


def due(events: Iterable[Event], calendar: Calendar, limit: timedelta) -> datetime | None:
    """The first instant at which the time used reaches ``limit``, if nothing else happens.

    None when it never does: the ticket was closed in time, or the clock stands. A close at the very instant is in
    time. An instant in the past means that the deadline was missed, whatever came afterwards.
    """
    left, reached = limit, None
    for start, end in spans(events):
        for piece in _pieces(calendar, start, end):
            if reached is not None:  # used up at the very stop of an earlier span, and the clock runs again
                return reached
            length = piece.end - piece.start
            if length >= left:
                reached = piece.start + left
                if end is None or reached < end:
                    return reached
            left -= length
    return None


def _pieces(calendar: Calendar, start: datetime, end: datetime | None) -> Iterator[Interval]:
    """Working intervals of a span, read from the calendar a window at a time."""
    last = end or start + HORIZON
    while start < last:
        stop = min(start + WINDOW, last)
        yield from calendar(start, stop)
        start = stop
