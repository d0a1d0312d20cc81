"""The pool of a line: who of its specialists may take a request now, and why the others may not (ROU-16).

A line may have 2,000 specialists, and a decision may take two milliseconds. So specialists come as *cohorts*: those
who are alike for the rules are one row with many user ids, and the rules work on cohorts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class Priority(IntEnum):
    """A specialist's priority at a line (LIN-22); the order is the router's order."""

    OBSERVER = 0
    STANDARD = 1
    MEDIUM = 2
    HIGH = 3


PRIORITY_BY_NAME: dict[str, Priority] = {priority.name.lower(): priority for priority in Priority}


class Exclusion(StrEnum):
    """Why a member of the line is not in the pool. Checked in this order, the first that holds is told."""

    OBSERVER = "observer"  # ROU-18: never chosen by the router
    FOREIGN = "foreign"  # LIN-24: a first-line specialist serves only his own company's clients
    OFFLINE = "offline"  # no heartbeat
    STATUS = "status"  # ROU-16: his status takes no new requests
    CAPACITY = "capacity"  # ROU-35: as many as he may have


NAMED = (Exclusion.STATUS, Exclusion.CAPACITY, Exclusion.OBSERVER, Exclusion.OFFLINE)  # the telling ones first


class Cohort(NamedTuple):
    """Specialists of a line who are alike for the rules, as the tables show them at one instant."""

    company_id: int
    priority: str  # observer, standard, medium, high
    status: str  # code of appendix B
    accepts: bool  # the status takes requests from people who are not bound to them
    reachable: bool  # their heartbeats are fresh
    load: int  # requests of this line each of them works on
    user_ids: Sequence[int]
    idle_since: Sequence[float] = ()  # of each, seconds since the epoch of the last assignment, 0 for never


class Pool(NamedTuple):
    """``tiers``: those who may take the request, by priority. ``excluded``: the others, by reason."""

    tiers: dict[Priority, list[Cohort]]
    excluded: dict[Exclusion, list[Cohort]]

    def __bool__(self) -> bool:
        return bool(self.tiers)

    def cohorts(self) -> list[Cohort]:
        """All who may take the request, the highest priority first."""
        return [cohort for priority in sorted(self.tiers, reverse=True) for cohort in self.tiers[priority]]

    def holds(self, user_id: int) -> bool:
        """Whether this specialist may take the request."""
        return any(user_id in cohort.user_ids for cohorts in self.tiers.values() for cohort in cohorts)

    def summary(self, named: int = 20) -> dict[str, Any]:
        """What the ledger keeps of the pool: sizes, and at most ``named`` of those left out by a rule, with its reason.

        Shape: ``{"free": {"high": 1}, "excluded": {"offline": 12}, "out": [[user_id, reason, status, load], ...]}``.
        """
        out: list[list[Any]] = []
        for reason in NAMED:
            for cohort in self.excluded.get(reason, ()):
                users = cohort.user_ids[: named - len(out)]
                out += [[user_id, reason.value, cohort.status, cohort.load] for user_id in users]
        return {
            "free": {priority.name.lower(): _size(cohorts) for priority, cohorts in self.tiers.items()},
            "excluded": {reason.value: _size(cohorts) for reason, cohorts in self.excluded.items()},
            "out": out,
        }


def classify(cohorts: Iterable[Cohort], owner_id: int, company_id: int, capacity: int) -> Pool:
    """Sort a line's specialists into the pool and the reasons for being outside of it.

    :param owner_id: company that owns the line; its specialists serve everybody on it.
    :param company_id: company that serves the recipient; its first-line specialists serve him too.
    :param capacity: requests of this line one specialist may have at a time, 0 = unlimited.
    """
    tiers: dict[Priority, list[Cohort]] = {}
    excluded: dict[Exclusion, list[Cohort]] = {}
    for cohort in cohorts:
        priority = PRIORITY_BY_NAME[cohort.priority]
        if not priority:
            reason = Exclusion.OBSERVER
        elif cohort.company_id not in (owner_id, company_id):
            reason = Exclusion.FOREIGN
        elif not cohort.reachable:
            reason = Exclusion.OFFLINE
        elif not cohort.accepts:
            reason = Exclusion.STATUS
        elif capacity and cohort.load >= capacity:
            reason = Exclusion.CAPACITY
        else:
            tiers.setdefault(priority, []).append(cohort)
            continue
        excluded.setdefault(reason, []).append(cohort)
    return Pool(tiers, excluded)


def _size(cohorts: Iterable[Cohort]) -> int:
    return sum(len(cohort.user_ids) for cohort in cohorts)
