"""Whose turn it is on a line with skills: the longest waiting request that somebody free fits.

A request may be passed by a younger one only while nobody who is free fits it; so a specialist who lacks the skill goes
on working, and whoever waits for the skill keeps his place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .pool import Cohort, Pool, classify
from .skills import Terms


class Head(NamedTuple):
    """The longest waiting of those who are alike: the same language, the same company where that decides who may serve
    them, calls apart from the others. Times in seconds since the epoch."""

    id: int
    queued_at: float
    company_id: int
    language: str
    is_call: bool = False


class Line(NamedTuple):
    """What a line's owner has set."""

    owner_id: int
    capacity: int
    terms: Terms


class Turn(NamedTuple):
    """Who is next and the pool for him; without a head nobody can be served."""

    head: Head | None
    pool: Pool | None
    ease_at: dict[int, float]  # by head: in how many seconds those who cannot be served insist on less


def pool_of(head: Head, cohorts: Iterable[Cohort], line: Line, now: float) -> Pool:
    """The pool as this request sees it at this instant."""
    demand = line.terms.demand(head.language, now - head.queued_at)
    return classify(cohorts, line.owner_id, head.company_id, line.capacity, demand, head.is_call)


def whose_turn(heads: Iterable[Head], cohorts: Sequence[Cohort], line: Line, now: float) -> Turn:
    """The oldest of the heads whom somebody free fits; and when the others may try again by themselves."""
    ease_at: dict[int, float] = {}
    for head in sorted(heads, key=lambda each: (each.queued_at, each.id)):
        pool = pool_of(head, cohorts, line, now)
        if pool:
            return Turn(head, pool, ease_at)
        after = line.terms.next_ease(now - head.queued_at)
        if after is not None and pool.demand.levels:
            ease_at[head.id] = after
    return Turn(None, None, ease_at)
