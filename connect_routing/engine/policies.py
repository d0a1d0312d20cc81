"""The delivery rules: in which order a pool is asked (ROU-17, ROU-28, ROU-36, ROU-37).

A rule answers with bands of user ids. Inside a band the order is that of asking, and the dispatcher takes the first
specialist whom nobody else takes at the same instant; a later band is asked only when the earlier ones gave nobody.
Bands and their orders are drawn as they are asked for: of 2,000 free specialists usually one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby
from random import Random
from typing import NamedTuple

from .pool import Pool
from .skills import Fit


class Context(NamedTuple):
    """What a rule may know of the request beside the pool. All are user ids, 0 for nobody."""

    managers: tuple[int, ...] = ()  # the client's own specialists in the order of his card (ROU-28)
    previous_user_id: int = 0  # who had the recipient's last request on this project (ROU-37); nobody on other lines
    silent: tuple[int, ...] = ()  # who had this request and did not answer in time


class Band(NamedTuple):
    """``reason``: high, medium, standard, manager, same_agent, least_loaded or silent; ``user_ids`` in the order to
    ask. ``fit``: how they meet the request's demand, where it has one."""

    reason: str
    user_ids: Iterator[int]
    fit: Fit | None = None


Rule = Callable[[Pool, Context, Random], Iterator[Band]]


def standard(pool: Pool, context: Context, rng: Random) -> Iterator[Band]:
    """Strict tiers from high to standard, uniformly random inside each (ROU-17)."""
    for priority in sorted(pool.tiers, reverse=True):
        users = [user_id for cohort in pool.tiers[priority] for user_id in cohort.user_ids]
        yield Band(priority.name.lower(), _drawn(users, rng))


def manager(pool: Pool, context: Context, rng: Random) -> Iterator[Band]:
    """The client's own specialists first, in the order of his card; then as ``standard`` (ROU-28)."""
    yield from _personal(pool, context.managers, "manager")
    yield from standard(pool, context, rng)


def balanced(pool: Pool, context: Context, rng: Random) -> Iterator[Band]:
    """The least loaded, of equal load the longest idle (ROU-36)."""
    if pool:
        yield Band("least_loaded", _by_load(pool, rng))


RULES: dict[str, Rule] = {"standard": standard, "manager": manager, "balanced": balanced}


def rank(rule: str, pool: Pool, context: Context, rng: Random) -> Iterator[Band]:
    """The bands of ``pool`` under the delivery rule of a line (``connect.line.delivery_rule``). Where the request
    demands skills, whoever fits better comes first, and the rule holds among those who fit alike. Under each rule
    somebody comes back to who had him before, if that is to be (ROU-37)."""
    bands = (band._replace(fit=each) for each, layer in pool.layers() for band in _ruled(rule, layer, context, rng))
    return _silent_last(bands, frozenset(context.silent)) if context.silent else bands


def _ruled(rule: str, pool: Pool, context: Context, rng: Random) -> Iterator[Band]:
    if context.previous_user_id:
        yield from _personal(pool, (context.previous_user_id,), "same_agent")
    yield from RULES[rule](pool, context, rng)


def _silent_last(bands: Iterable[Band], silent: frozenset[int]) -> Iterator[Band]:
    """Who let this request lie is asked again when nobody else is left: rather he than nobody."""
    passed: dict[int, None] = {}

    def others(user_ids: Iterator[int]) -> Iterator[int]:
        for user_id in user_ids:
            if user_id in silent:
                passed[user_id] = None
            else:
                yield user_id

    for band in bands:
        yield band._replace(user_ids=others(band.user_ids))
    yield Band("silent", iter(passed))


def _personal(pool: Pool, user_ids: Iterable[int], reason: str) -> Iterator[Band]:
    return (Band(reason, iter((user_id,))) for user_id in user_ids if pool.holds(user_id))


def _drawn(users: list[int], rng: Random) -> Iterator[int]:
    """A uniformly random order, drawn one by one (Fisher-Yates, stopped when nobody asks further)."""
    for place in range(len(users)):
        other = rng.randrange(place, len(users))
        users[place], users[other] = users[other], users[place]
        yield users[place]


def _by_load(pool: Pool, rng: Random) -> Iterator[int]:
    """The least loaded first; of equal load the one idle for longest, and of those who never had anything any one."""
    cohorts = sorted(pool.cohorts(), key=lambda cohort: cohort.load)
    for _load, alike in groupby(cohorts, key=lambda cohort: cohort.load):
        ranked = (
            sorted(
                (idle, rng.random(), user_id)
                for idle, user_id in zip(
                    cohort.idle_since or [0.0] * len(cohort.user_ids), cohort.user_ids, strict=True
                )
            )
            for cohort in alike
        )
        yield from (user_id for _idle, _draw, user_id in merge(*list(ranked)))
