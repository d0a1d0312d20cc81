"""What a played or a real day looked like, hour by hour: how long people waited and how much specialists had to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from .replay import Outcome, Worker

HOUR = 3600.0  # s


class Hour(NamedTuple):
    """``start`` in seconds; waiting times in seconds, of those who came in this hour."""

    start: float
    arrived: int
    wait_sum: float
    wait_max: float
    in_time: int  # of them, who had a specialist within the threshold
    waiting: int  # people in the queue when the hour ended
    load: float  # requests in work for each specialist who was there, on average over the hour


class Total(NamedTuple):
    """The whole day at a glance; ``in_time``: who had a specialist within the threshold; ``alone``: who found nobody,
    because they gave up or still wait."""

    arrived: int
    wait_avg: float
    wait_max: float
    in_time: int
    alone: int


def by_hour(
    outcomes: Sequence[Outcome],
    workers: Iterable[Worker],
    own: Collection[int],
    start: float,
    end: float,
    threshold: float,
) -> list[Hour]:
    """The hours of ``[start, end)``.

    :param workers: who was there; their shifts
    :param own: ids of the requests whose waiting counts; the others were no router's choice
    :param threshold: s within which somebody is to be found
    """
    shifts = [(shift.start, shift.end) for worker in workers for shift in worker.shifts]
    work = [(each.assigned_at, end if each.ended_at is None else each.ended_at) for each in outcomes
            if each.assigned_at is not None]  # fmt: skip
    waits = [(each.at, _left(each, end)) for each in outcomes if each.id in own]
    punctual = [each.at for each in outcomes if each.id in own and _is_in_time(each, end, threshold)]
    hours = []
    since = start
    while since < end:
        until = min(since + HOUR, end)
        came = [left - at for at, left in waits if since <= at < until]
        present = _overlap(shifts, since, until)
        hours.append(
            Hour(
                start=since,
                arrived=len(came),
                wait_sum=sum(came),
                wait_max=max(came, default=0.0),
                in_time=sum(since <= at < until for at in punctual),
                waiting=sum(at < until < left for at, left in waits),
                load=_overlap(work, since, until) / present if present else 0.0,
            )
        )
        since = until
    return hours


def total(outcomes: Iterable[Outcome], own: Collection[int], end: float, threshold: float) -> Total:
    """The day in one row; who still waits at ``end`` has waited until then."""
    mine = [each for each in outcomes if each.id in own]
    waits = [_left(each, end) - each.at for each in mine]
    alone = sum(each.assigned_at is None or each.assigned_at >= end for each in mine)
    in_time = sum(_is_in_time(each, end, threshold) for each in mine)
    return Total(len(mine), sum(waits) / len(waits) if waits else 0.0, max(waits, default=0.0), in_time, alone)


def _is_in_time(outcome: Outcome, end: float, threshold: float) -> bool:
    taken = outcome.assigned_at
    return taken is not None and taken < end and taken - outcome.at <= threshold


def _left(outcome: Outcome, end: float) -> float:
    """When the person left the queue, at the latest at ``end``."""
    left = outcome.assigned_at if outcome.assigned_at is not None else outcome.ended_at
    return max(outcome.at, min(end, end if left is None else left))


def _overlap(intervals: Iterable[tuple[float, float]], since: float, until: float) -> float:
    return sum(max(0.0, min(stop, until) - max(begin, since)) for begin, stop in intervals)
