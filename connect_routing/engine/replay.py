"""A day of a line once more, under other settings: who would have waited for how long, and who had how much to do.

People come when they came, and each keeps a specialist busy for as long as he did that day; specialists are there when
they were. Everything else is decided anew by ``classify`` and ``rank``, the dispatcher's own rules: the longest waiting
first, whoever is free, as the delivery rule says.

What is not replayed: specialists who leave people in work behind, transfers, answers that come too late. A request
counts as one piece of work from its first assignment to its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import NamedTuple

from .policies import Context, rank
from .pool import Cohort, Pool, classify

ABSENT, FINISH, PRESENT, ARRIVE, LEAVE = range(5)  # what happens at the same instant happens in this order
Kind = tuple[int, str, bool, int]


class Arrival(NamedTuple):
    """A request as the ledger tells it; times in seconds on any one scale."""

    id: int
    at: float
    handling: float  # s from its assignment to its end
    company_id: int = 0  # that serves the person
    patience: float | None = None  # s after which the person gave up in the queue; None: waits for ever
    taken_by: int = 0  # the specialist who turned to the person himself; 0: the router decides
    context: Context = Context()


class Worker(NamedTuple):
    """A specialist of the line and when he took requests: intervals that do not overlap, ``[from, to)``."""

    user_id: int
    company_id: int
    priority: str
    shifts: Sequence[tuple[float, float]]


class Settings(NamedTuple):
    """What a line says about its delivery."""

    rule: str
    capacity: int  # 0 = unlimited
    owner_id: int


class Outcome(NamedTuple):
    """What became of a request. Nobody is lost: without a specialist he gave up at ``ended_at``, or waits (None)."""

    id: int
    at: float
    user_id: int
    assigned_at: float | None
    ended_at: float | None


def replay(arrivals: Iterable[Arrival], workers: Iterable[Worker], settings: Settings, rng: Random) -> list[Outcome]:
    """Play the day; the outcomes in the order of arrival."""
    return _Day(arrivals, workers, settings, rng).play()


class _Seat:
    """A specialist at the moment of the replay."""

    __slots__ = ("load", "present", "since", "worker")

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.load = 0
        self.present = False
        self.since = 0.0  # of his last assignment

    @property
    def kind(self) -> Kind:
        """Who have the same one are alike for the rules."""
        return self.worker.company_id, self.worker.priority, self.present, self.load


class _Day:
    def __init__(self, arrivals: Iterable[Arrival], workers: Iterable[Worker], settings: Settings, rng: Random) -> None:
        self.settings, self.rng = settings, rng
        self.arrivals = sorted(arrivals, key=lambda each: (each.at, each.id))
        self.seats = {worker.user_id: _Seat(worker) for worker in workers}
        self.alike: dict[Kind, dict[int, None]] = {}
        self.cohorts: dict[Kind, Cohort] = {}  # of ``alike``, made when they are needed
        for user_id, seat in self.seats.items():
            self.alike.setdefault(seat.kind, {})[user_id] = None
        guests = {seat.worker.company_id for seat in self.seats.values()} - {settings.owner_id}
        self.queue: deque[int] = deque()  # places in ``arrivals``; who left the queue is dropped when he comes first
        self.queues: dict[int, deque[int]] = {company_id: deque() for company_id in guests}
        self.waiting: set[int] = set()
        self.outcomes = [Outcome(each.id, each.at, 0, None, None) for each in self.arrivals]
        self.number = count()  # of two like events at the same instant the one that was planned first comes first
        self.events: list[tuple[float, int, int, int]] = []

    def play(self) -> list[Outcome]:
        for place, arrival in enumerate(self.arrivals):
            self._plan(arrival.at, ARRIVE, place)
        for user_id, seat in self.seats.items():
            for start, end in seat.worker.shifts:
                if start < end:
                    self._plan(start, PRESENT, user_id)
                    self._plan(end, ABSENT, user_id)
        events = self.events
        while events:
            now, kind, _number, subject = heappop(events)
            self._happen(now, kind, subject)
            if not events or events[0][:2] != (now, kind):  # of what is simultaneous all is seen at once
                self._drain(now)
        return self.outcomes

    def _happen(self, now: float, kind: int, subject: int) -> None:
        if kind == FINISH:
            self._change(subject, load=-1)
        elif kind in (PRESENT, ABSENT):
            self._change(subject, present=kind == PRESENT)
        elif kind == ARRIVE:
            self._arrive(now, subject)
        elif subject in self.waiting:
            self.waiting.discard(subject)
            self.outcomes[subject] = self.outcomes[subject]._replace(ended_at=now)

    def _arrive(self, now: float, place: int) -> None:
        arrival = self.arrivals[place]
        if arrival.taken_by:
            self._give(now, place, arrival.taken_by)
            return
        self.waiting.add(place)
        self.queue.append(place)
        if arrival.company_id in self.queues:
            self.queues[arrival.company_id].append(place)
        if arrival.patience is not None:
            self._plan(now + arrival.patience, LEAVE, place)

    def _plan(self, at: float, kind: int, subject: int) -> None:
        heappush(self.events, (at, kind, next(self.number), subject))

    def _change(self, user_id: int, load: int = 0, present: bool | None = None) -> None:
        """The specialist moves to those who are like him now."""
        seat = self.seats.get(user_id)
        if seat is None:
            return  # he took a request himself, and is no specialist of the line any more
        before = seat.kind
        del self.alike[before][user_id]
        seat.load += load
        seat.present = seat.present if present is None else present
        self.alike.setdefault(seat.kind, {})[user_id] = None
        for kind in (before, seat.kind):
            self.cohorts.pop(kind, None)

    def _drain(self, now: float) -> None:
        """As the dispatcher does: the longest waiting first; when the owner has nobody free, the longest waiting of a
        company whose first-line specialists are."""
        while (place := self._next()) is not None and self._decide(now, place):
            pass

    def _next(self) -> int | None:
        """The place of the request to decide; None when none can be."""
        oldest = self._head(self.queue)
        if oldest is None or self._pool(self.settings.owner_id):
            return oldest
        heads = [self._head(queue) for company_id, queue in self.queues.items() if queue and self._pool(company_id)]
        return min((head for head in heads if head is not None), default=None)

    def _head(self, queue: deque[int]) -> int | None:
        while queue and queue[0] not in self.waiting:
            queue.popleft()
        return queue[0] if queue else None

    def _pool(self, company_id: int) -> Pool:
        cohorts = [self._cohort(kind, users) for kind, users in self.alike.items() if users]
        return classify(cohorts, self.settings.owner_id, company_id, self.settings.capacity)

    def _cohort(self, kind: Kind, users: Iterable[int]) -> Cohort:
        if kind not in self.cohorts:
            company_id, priority, present, load = kind
            user_ids = list(users)
            idle_since = [self.seats[user_id].since for user_id in user_ids]
            self.cohorts[kind] = Cohort(company_id, priority, "", present, True, load, user_ids, idle_since)
        return self.cohorts[kind]

    def _decide(self, now: float, place: int) -> bool:
        arrival = self.arrivals[place]
        pool = self._pool(arrival.company_id)
        for band in rank(self.settings.rule, pool, arrival.context, self.rng):
            for user_id in band.user_ids:
                self.waiting.discard(place)
                self._give(now, place, user_id)
                return True
        return False

    def _give(self, now: float, place: int, user_id: int) -> None:
        arrival = self.arrivals[place]
        if user_id in self.seats:
            self.seats[user_id].since = now
        self._change(user_id, load=1)
        ended_at = now + arrival.handling
        self.outcomes[place] = Outcome(arrival.id, arrival.at, user_id, now, ended_at)
        self._plan(ended_at, FINISH, user_id)
