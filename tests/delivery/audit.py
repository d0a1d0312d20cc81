"""Reads the ledger as a history and says what no history may contain. Naive: it shares no code with the router."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Step(NamedTuple):
    """A row of the ledger. Times in seconds since the epoch. ``queued_at``: the place in the queue, when it has one.
    ``looked_at``: when the router, holding the line, looked at its queue; it may have waited for a specialist since."""

    request: int
    seq: int
    line: int
    code: str
    at: float
    user: int | None
    queued_at: float | None
    looked_at: float | None


def over_capacity(steps: Iterable[Step], capacity: int) -> list[str]:
    """Moments at which a specialist had more requests of a line than it allows."""
    holder: dict[int, int] = {}
    load: Counter[tuple[int, int]] = Counter()
    wrong = []
    for step in sorted(steps, key=lambda each: (each.at, each.seq)):
        if step.request in holder:
            load[step.line, holder.pop(step.request)] -= 1
        if step.user and step.code not in ("finished", "rated"):
            holder[step.request] = step.user
            load[step.line, step.user] += 1
            if load[step.line, step.user] > capacity:
                wrong.append(f"user {step.user} had {load[step.line, step.user]} of line {step.line} at {step.at}")
    return wrong


class Skills(NamedTuple):
    """What a line demands, as the rule reads: all of it, from ``lower_after`` s on any level, from ``prefer_after`` s
    on nothing; and what nobody on the line has is not waited for."""

    known: dict[int, dict[int, int]]  # level by skill of each specialist of the line
    demanded: dict[int, dict[int, int]]  # the same that each request demands
    lower_after: float
    prefer_after: float

    def refuses(self, request: int, user: int, waited: float) -> bool:
        """The request did not take this specialist when it had waited so long."""
        levels = self.demanded[request]
        has_all = any(all(has.get(skill, 0) >= levels[skill] for skill in levels) for has in self.known.values())
        has_any = any(all(skill in has for skill in levels) for has in self.known.values())
        mine = self.known.get(user, {})
        if waited >= self.prefer_after or not has_any:
            return False
        if waited >= self.lower_after or not has_all:
            return not all(skill in mine for skill in levels)
        return not all(mine.get(skill, 0) >= levels[skill] for skill in levels)


def overtaken(steps: Iterable[Step], promised: dict[int, float], skills: dict[int, Skills] | None = None) -> list[str]:
    """Requests that waited, seen by everybody, while a younger one of the same line was assigned. On lines with
    ``skills`` one may be passed whom the specialist in question does not fit at that moment.

    ``promised``: when the client of a request saw its commit; without it, nobody knows since when it could be seen.
    A request that came back to the queue was put there by the router itself, under the lock of the line.
    """
    by_line: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        by_line[step.line].append(step)
    wrong = []
    for history in by_line.values():
        ordered = sorted(history, key=lambda each: (each.at, each.seq))
        wrong += _overtaken_on_line(ordered, promised, (skills or {}).get(ordered[0].line))
    return wrong


def _overtaken_on_line(history: list[Step], promised: dict[int, float], skills: Skills | None) -> list[str]:
    place: dict[int, float] = {}
    visible: dict[int, float] = {}
    queue: list[tuple[float, int]] = []
    wrong = []
    for step in history:
        if step.code in ("opened", "unbound") and step.queued_at is not None:
            place[step.request] = step.queued_at
            seen = promised.get(step.request) if step.code == "opened" else step.at
            visible[step.request] = seen if seen is not None else float("inf")
            heapq.heappush(queue, (step.queued_at, step.request))
        elif step.code in ("assigned", "started"):
            mine = place.pop(step.request, None)
            while queue and place.get(queue[0][1]) != queue[0][0]:
                heapq.heappop(queue)
            if step.looked_at is not None and mine is not None:
                wrong += [
                    f"{step.request} overtook {other} on line {step.line}"
                    for since, other in (queue if skills else queue[:20])
                    if since < mine
                    and place.get(other) == since
                    and visible[other] < step.looked_at
                    and not (skills and step.user and skills.refuses(other, step.user, step.looked_at - since))
                ]
    return wrong
