"""A day of a line once more, under other settings: who would have waited for how long, and who had how much to do.

People come when they came, and each keeps a specialist busy for as long as he did that day; specialists are there when
they were. Everything else is decided anew by ``whose_turn`` and ``rank``, the dispatcher's own rules: the longest
waiting first, whoever is free, as the delivery rule says; where the line goes by skills, whoever fits, and the demand
fades at the second at which it would have. Calls are for those who take calls, count like chats, and hold whoever has
one: he takes nothing new until it is over.

What is not replayed: specialists who leave people in work behind, transfers, answers that come too late. A request
counts as one piece of work from its first assignment to its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from math import inf, nextafter
from random import Random
from typing import NamedTuple

from .policies import Context, rank
from .pool import NO_SKILLS, Cohort, Pool
from .shifts import NOT_HELD, Held, Shift
from .skills import NO_TERMS, Skills, Terms
from .turn import Head, Line, Turn, whose_turn

# what happens at the same instant happens in this order
PICK_UP, ABSENT, FINISH, HANG_UP, PRESENT, ARRIVE, LEAVE, EASE = range(8)
Takes = tuple[bool, bool]  # chats, calls
NEITHER: Takes = (False, False)
Alike = tuple[int, str, Takes, int, tuple[tuple[int, int], ...]]
Kind = tuple[int, str, bool]


class Arrival(NamedTuple):
    """A request as the ledger tells it; times in seconds on any one scale."""

    id: int
    at: float
    handling: float  # s from its assignment to its end
    company_id: int = 0  # that serves the person
    patience: float | None = None  # s after which the person gave up in the queue; None: waits for ever
    taken_by: int = 0  # the specialist who turned to the person himself; 0: the router decides
    context: Context = Context()
    language: str = ""  # code of the person's language, where that is known
    is_call: bool = False  # for whoever takes calls; the others for whoever takes chats
    held: Held = NOT_HELD  # while a call holds who has it, he takes nothing new


class Worker(NamedTuple):
    """A specialist of the line and when he took requests: shifts that do not overlap."""

    user_id: int
    company_id: int
    priority: str
    shifts: Sequence[Shift]
    skills: Skills = NO_SKILLS


class Settings(NamedTuple):
    """What a line says about its delivery."""

    rule: str
    capacity: int  # 0 = unlimited
    owner_id: int
    terms: Terms = NO_TERMS


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

    __slots__ = ("calls", "declared", "load", "since", "skills", "worker")

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.skills = tuple(sorted(worker.skills.items()))
        self.load = 0
        self.declared = NEITHER  # what he takes while no call holds him
        self.calls = 0  # that hold him
        self.since = 0.0  # of his last assignment

    @property
    def alike(self) -> Alike:
        """Who have the same one are alike for the rules."""
        takes = NEITHER if self.calls else self.declared
        return self.worker.company_id, self.worker.priority, takes, self.load, self.skills


class _Day:
    def __init__(self, arrivals: Iterable[Arrival], workers: Iterable[Worker], settings: Settings, rng: Random) -> None:
        self.settings, self.rng = settings, rng
        self.line = Line(settings.owner_id, settings.capacity, settings.terms)
        self.arrivals = sorted(arrivals, key=lambda each: (each.at, each.id))
        self.seats = {worker.user_id: _Seat(worker) for worker in workers}
        self.shifts = [(user_id, shift) for user_id, seat in self.seats.items() for shift in seat.worker.shifts]
        self.alike: dict[Alike, dict[int, None]] = {}
        self.cohorts: dict[Alike, Cohort] = {}  # of ``alike``, made when they are needed
        for user_id, seat in self.seats.items():
            self.alike.setdefault(seat.alike, {})[user_id] = None
        self.guests = {seat.worker.company_id for seat in self.seats.values()} - {settings.owner_id}
        # places in ``arrivals`` of those who wait alike; who left the queue is dropped when he comes first
        self.queues: dict[Kind, deque[int]] = {}
        self.eased: dict[int, float] = {}  # when those who could not be served insist on less, by place
        self.waiting: set[int] = set()
        self.outcomes = [Outcome(each.id, each.at, 0, None, None) for each in self.arrivals]
        self.number = count()  # of two like events at the same instant the one that was planned first comes first
        self.events: list[tuple[float, int, int, int]] = []

    def play(self) -> list[Outcome]:
        for place, arrival in enumerate(self.arrivals):
            self._plan(arrival.at, ARRIVE, place)
        for place, (user_id, shift) in enumerate(self.shifts):
            if shift.start < shift.end:
                self._plan(shift.start, PRESENT, place)
                self._plan(shift.end, ABSENT, user_id)
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
        elif kind in (PICK_UP, HANG_UP):
            self._change(subject, calls=1 if kind == PICK_UP else -1)
        elif kind == PRESENT:
            user_id, shift = self.shifts[subject]
            self._change(user_id, declared=(shift.chats, shift.calls))
        elif kind == ABSENT:
            self._change(subject, declared=NEITHER)
        elif kind == ARRIVE:
            self._arrive(now, subject)
        elif kind == LEAVE and subject in self.waiting:
            self.waiting.discard(subject)
            self.outcomes[subject] = self.outcomes[subject]._replace(ended_at=now)

    def _arrive(self, now: float, place: int) -> None:
        arrival = self.arrivals[place]
        if arrival.taken_by:
            self._give(now, place, arrival.taken_by)
            return
        self.waiting.add(place)
        self.queues.setdefault(self._kind(arrival), deque()).append(place)
        if arrival.patience is not None:
            self._plan(now + arrival.patience, LEAVE, place)

    def _kind(self, arrival: Arrival) -> Kind:
        """Of those who wait with the same one nobody younger can come first."""
        guest = arrival.company_id if arrival.company_id in self.guests else 0
        return guest, arrival.language if self.settings.terms.language_level else "", arrival.is_call

    def _plan(self, at: float, kind: int, subject: int) -> None:
        heappush(self.events, (at, kind, next(self.number), subject))

    def _change(self, user_id: int, load: int = 0, calls: int = 0, declared: Takes | None = None) -> None:
        """The specialist moves to those who are like him now."""
        seat = self.seats.get(user_id)
        if seat is None:
            return  # he took a request himself, and is no specialist of the line any more
        before = seat.alike
        del self.alike[before][user_id]
        seat.load += load
        seat.calls += calls
        seat.declared = seat.declared if declared is None else declared
        self.alike.setdefault(seat.alike, {})[user_id] = None
        for alike in (before, seat.alike):
            self.cohorts.pop(alike, None)

    def _drain(self, now: float) -> None:
        """As the dispatcher does: the longest waiting first whom somebody free fits, until nobody can be served."""
        heads = {head.id: head for head in map(self._head, self.queues.values()) if head}
        while heads and (cohorts := self._cohorts()):
            turn = whose_turn(heads.values(), cohorts, self.line, now)
            if turn.head is None or turn.pool is None:
                self._ease(now, turn)
                return
            place = turn.head.id
            self._decide(now, place, turn.pool)
            del heads[place]
            following = self._head(self.queues[self._kind(self.arrivals[place])])
            if following:
                heads[following.id] = following

    def _head(self, queue: deque[int]) -> Head | None:
        while queue and queue[0] not in self.waiting:
            queue.popleft()
        if not queue:
            return None
        arrival = self.arrivals[queue[0]]
        return Head(queue[0], arrival.at, arrival.company_id, arrival.language, arrival.is_call)

    def _ease(self, now: float, turn: Turn) -> None:
        """Look again when those who are first among their like insist on less, as the dispatcher's timers do. Always
        later than now, however small the step: sums of seconds are not exact."""
        for place, seconds in turn.ease_at.items():
            at = max(now + seconds, nextafter(now, inf))
            if self.eased.get(place, 0.0) <= now:
                self.eased[place] = at
                self._plan(at, EASE, place)

    def _cohorts(self) -> list[Cohort]:
        """All specialists, as the rules see them; none when no one of them is free, which is quick to see."""
        capacity = self.settings.capacity
        manned = [(alike, users) for alike, users in self.alike.items() if users]
        if not any(any(takes) and (not capacity or load < capacity) for (_c, _p, takes, load, _s), _users in manned):
            return []
        return [self._cohort(alike, users) for alike, users in manned]

    def _cohort(self, alike: Alike, users: Iterable[int]) -> Cohort:
        if alike not in self.cohorts:
            company_id, priority, (chats, calls), load, skills = alike
            user_ids = list(users)
            idle_since = [self.seats[user_id].since for user_id in user_ids]
            self.cohorts[alike] = Cohort(
                company_id, priority, "", chats, True, load, user_ids, idle_since, dict(skills), calls
            )
        return self.cohorts[alike]

    def _decide(self, now: float, place: int, pool: Pool) -> None:
        bands = rank(self.settings.rule, pool, self.arrivals[place].context, self.rng)
        self.waiting.discard(place)
        self._give(now, place, next(user_id for band in bands for user_id in band.user_ids))

    def _give(self, now: float, place: int, user_id: int) -> None:
        arrival = self.arrivals[place]
        if user_id in self.seats:
            self.seats[user_id].since = now
        after, seconds = arrival.held
        self._change(user_id, load=1, calls=seconds > 0 and not after)
        if seconds > 0:
            if after:
                self._plan(now + after, PICK_UP, user_id)
            self._plan(now + after + seconds, HANG_UP, user_id)
        ended_at = now + arrival.handling
        self.outcomes[place] = Outcome(arrival.id, arrival.at, user_id, now, ended_at)
        self._plan(ended_at, FINISH, user_id)
