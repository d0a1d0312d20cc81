"""The pool of a line: who of its specialists may take a request now, and why the others may not (ROU-16).

A line may have 2,000 specialists, and a decision may take two milliseconds. So specialists come as *cohorts*: those
who are alike for the rules are one row with many user ids, and the rules work on cohorts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import IntEnum, StrEnum
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from .skills import NOTHING, Demand, Fit, Skills, fit

NO_SKILLS: Skills = MappingProxyType({})


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
    SKILL = "skill"  # he lacks what the request demands


# the telling ones first
NAMED = (Exclusion.SKILL, Exclusion.STATUS, Exclusion.CAPACITY, Exclusion.OBSERVER, Exclusion.OFFLINE)


class Cohort(NamedTuple):
    """Specialists of a line who are alike for the rules, as the tables show them at one instant."""

    company_id: int
    priority: str  # observer, standard, medium, high
    status: str  # code of appendix B
    accepts: bool  # the status takes requests from people who are not bound to them, but for calls
    reachable: bool  # their heartbeats are fresh
    load: int  # requests of this line each of them works on
    user_ids: Sequence[int]
    idle_since: Sequence[float] = ()  # of each, seconds since the epoch of the last assignment, 0 for never
    skills: Skills = NO_SKILLS  # as far as the line's requests may demand them
    accepts_calls: bool = True  # the status takes those who call


class Pool(NamedTuple):
    """``tiers``: those who may take the request, by priority. ``excluded``: the others, by reason. ``demand``: what the
    request insists on beside."""

    tiers: dict[Priority, list[Cohort]]
    excluded: dict[Exclusion, list[Cohort]]
    demand: Demand = NOTHING

    def __bool__(self) -> bool:
        return bool(self.tiers)

    def cohorts(self) -> list[Cohort]:
        """All who may take the request, the highest priority first."""
        return [cohort for priority in sorted(self.tiers, reverse=True) for cohort in self.tiers[priority]]

    def holds(self, user_id: int) -> bool:
        """Whether this specialist may take the request."""
        return any(user_id in cohort.user_ids for cohorts in self.tiers.values() for cohort in cohorts)

    def layers(self) -> list[tuple[Fit | None, Pool]]:
        """The pool once for each way to fit its demand, the best first; without a demand the pool itself."""
        if not self.demand.levels:
            return [(None, self)]
        by_fit: dict[Fit, dict[Priority, list[Cohort]]] = {}
        for priority, cohorts in self.tiers.items():
            for cohort in cohorts:
                tiers = by_fit.setdefault(fit(cohort.skills, self.demand.levels), {})
                tiers.setdefault(priority, []).append(cohort)
        return [(each, self._replace(tiers=by_fit[each])) for each in sorted(by_fit)]

    def summary(self, layer: Fit | None = None, named: int = 20, first: Collection[int] = ()) -> dict[str, Any]:
        """What the ledger keeps of the pool: sizes, and at most ``named`` of those left out by a rule, with its reason;
        the ``first`` of all those who were asked for by name.

        Shape: ``{"free": {"high": 1}, "excluded": {"offline": 12}, "out": [[user_id, reason, status, load], ...]}``,
        and where skills count ``{"demand": [[skill_id, level], ...], "stage": 0 to 2, "eased": bool, "fit":
        [missing, low], "rest": int}``: of those who may take it ``free`` then counts who fit as well as the chosen one,
        ``rest`` the others; who is left out for want of a skill has a fifth item, the ``[[skill_id, level], ...]`` that
        he lacks.
        """
        out = self._left_out(named, lambda user_id: user_id in first) if first else []
        out += self._left_out(named - len(out), lambda user_id: user_id not in first)
        chosen = next((pool for each, pool in self.layers() if each == layer), self)
        told: dict[str, Any] = {
            "free": {priority.name.lower(): _size(cohorts) for priority, cohorts in chosen.tiers.items()},
            "excluded": {reason.value: _size(cohorts) for reason, cohorts in self.excluded.items()},
            "out": out,
        }
        if self.demand.levels:
            told |= {
                "demand": list(self.demand.levels.items()),
                "stage": int(self.demand.stage),
                "eased": self.demand.is_eased,
                "fit": layer,
                "rest": _size(self.cohorts()) - _size(chosen.cohorts()),
            }
        return told

    def _left_out(self, most: int, wanted: Callable[[int], bool]) -> list[list[Any]]:
        """At most so many of these who are left out, as ``summary`` tells them."""
        out: list[list[Any]] = []
        for reason in NAMED:
            for cohort in self.excluded.get(reason, ()):
                lacks = [self.demand.lacking(cohort.skills)] if reason is Exclusion.SKILL else []
                users = islice(filter(wanted, cohort.user_ids), most - len(out))
                out += [[user_id, reason.value, cohort.status, cohort.load, *lacks] for user_id in users]
        return out


def classify(
    cohorts: Iterable[Cohort],
    owner_id: int,
    company_id: int,
    capacity: int,
    demand: Demand = NOTHING,
    is_call: bool = False,
) -> Pool:
    """Sort a line's specialists into the pool and the reasons for being outside of it.

    :param owner_id: company that owns the line; its specialists serve everybody on it.
    :param company_id: company that serves the recipient; its first-line specialists serve him too.
    :param capacity: requests of this line one specialist may have at a time, 0 = unlimited.
    :param demand: the skills that the request insists on; what nobody on the line could ever give is not waited for.
    :param is_call: the person has called: for whoever takes calls in his status (ROU-04, ROU-06).
    """
    if demand.levels:
        cohorts = list(cohorts)
        demand = demand.within_reach(each.skills for each in cohorts if _may_serve(each, owner_id, company_id))
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
        elif not (cohort.accepts_calls if is_call else cohort.accepts):
            reason = Exclusion.STATUS
        elif capacity and cohort.load >= capacity:
            reason = Exclusion.CAPACITY
        elif demand.levels and not demand.takes(cohort.skills):
            reason = Exclusion.SKILL
        else:
            tiers.setdefault(priority, []).append(cohort)
            continue
        excluded.setdefault(reason, []).append(cohort)
    return Pool(tiers, excluded, demand)


def _may_serve(cohort: Cohort, owner_id: int, company_id: int) -> bool:
    """Whether these could ever have the request: not now, but as the line is manned."""
    return cohort.priority != "observer" and cohort.company_id in (owner_id, company_id)


def _size(cohorts: Iterable[Cohort]) -> int:
    return sum(len(cohort.user_ids) for cohort in cohorts)
