"""When people are told of a deadline: once when it is near, once when it is missed, and again when it was put off.

A term is one deadline as it stands now. Where it stands follows from ``clock.due``, which is computed anew after every
event, calendar or policy; what people were told is remembered beside it. So nothing is ever cancelled or moved: what is
told next, and when, follows from the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

SOON, LATE = "soon", "late"


class Term(NamedTuple):
    """One deadline: from when on it is near, when it is due (None: never, as it stands now), and what was told."""

    near: datetime | None
    due: datetime | None
    told: str = ""


def remembered(term: Term, now: datetime) -> str:
    """What still holds of what people were told. A deadline that was put off far enough is told anew."""
    told = term.told
    if told == LATE and term.due is not None and now < term.due:
        told = SOON
    if told == SOON and term.near is not None and now < term.near:
        told = ""
    return told


def next_notice(term: Term) -> tuple[datetime, str] | None:
    """What is to be told next and when, if nothing else happens; an instant in the past: now."""
    if term.told == LATE:
        return None
    if not term.told and term.near is not None and (term.due is None or term.near < term.due):
        return term.near, SOON
    return (term.due, LATE) if term.due is not None else None


def due_notice(term: Term, now: datetime) -> str:
    """What is to be told at this moment, if anything. Whoever looks late says the worse of two things alone."""
    if term.told != LATE and term.due is not None and term.due <= now:
        return LATE
    notice = next_notice(term)
    return notice[1] if notice and notice[0] <= now else ""


def first_notice(terms: Iterable[Term]) -> datetime | None:
    """When to look next at a ticket with these terms."""
    return min((notice[0] for term in terms if (notice := next_notice(term))), default=None)
