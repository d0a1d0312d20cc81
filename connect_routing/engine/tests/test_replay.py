"""The replay of a day, by properties: whatever the day looks like, these hold."""

from __future__ import annotations

from heapq import heapreplace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ..policies import Context
from ..replay import Arrival, Outcome, Settings, Worker, replay
from ..shifts import NOT_HELD, Held, Shift

OWNER, FIRST_LINE, STRANGER = 1, 2, 3
DAY = 100.0

Played = tuple[list[Arrival], dict[int, Worker], Settings, list[Outcome]]


@st.composite
def workers(draw: st.DrawFn) -> list[Worker]:
    made = []
    for user_id in range(1, draw(st.integers(1, 6)) + 1):
        ends = sorted(draw(st.sets(st.integers(0, int(DAY)), max_size=4)))
        takes = st.sampled_from([(True, True), (True, True), (True, False), (False, True)])
        shifts = [Shift(float(start), float(end), *draw(takes)) for start, end in list(pairwise(ends))[::2]]
        priority = draw(st.sampled_from(["observer", "standard", "medium", "high"]))
        made.append(Worker(user_id, draw(st.sampled_from([OWNER, OWNER, FIRST_LINE])), priority, shifts))
    return made


@st.composite
def days(draw: st.DrawFn) -> Played:
    arrivals = [
        Arrival(
            id=number,
            at=float(draw(st.integers(0, int(DAY)))),
            handling=float(draw(st.integers(0, 30))),
            company_id=draw(st.sampled_from([OWNER, FIRST_LINE, STRANGER])),
            patience=draw(st.none() | st.integers(0, 40).map(float)),
            taken_by=draw(st.sampled_from([0, 0, 0, 0, 1, 99])),
            context=Context(managers=(2, 1), previous_user_id=3),
            is_call=(is_call := draw(st.booleans())),
            held=Held(float(draw(st.integers(0, 3))), float(draw(st.integers(0, 20)))) if is_call else NOT_HELD,
        )
        for number in range(draw(st.integers(0, 25)))
    ]
    staff = draw(workers())
    settings = Settings(draw(st.sampled_from(["standard", "manager", "balanced"])), draw(st.integers(0, 3)), OWNER)
    outcomes = replay(arrivals, staff, settings, Random(draw(st.integers())))
    return (
        sorted(arrivals, key=lambda each: (each.at, each.id)),
        {each.user_id: each for each in staff},
        settings,
        outcomes,
    )


def takes(worker: Worker, is_call: bool, at: float) -> bool:
    """He is there, in a status that takes calls, or the others."""
    return any(each.start <= at < each.end and (each.calls if is_call else each.chats) for each in worker.shifts)


def is_held(worker: Worker, day: Played, at: float) -> bool:
    """He is in a call that began before."""
    arrivals, _staff, _settings, outcomes = day
    return any(
        outcome.user_id == worker.user_id and outcome.assigned_at is not None
        and 0 < at - outcome.assigned_at - arrival.held.after < arrival.held.seconds
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
    )  # fmt: skip


@given(days())
def test_nobody_is_lost(day: Played) -> None:
    """ROU-12: each request has one outcome: somebody's work, given up when patience ended, or still waiting."""
    arrivals, _staff, _settings, outcomes = day
    assert [(each.id, each.at) for each in outcomes] == [(each.id, each.at) for each in arrivals]
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        if outcome.assigned_at is not None:
            assert outcome.user_id and outcome.assigned_at >= arrival.at
            assert outcome.ended_at == outcome.assigned_at + arrival.handling
            assert arrival.patience is None or arrival.taken_by or outcome.assigned_at <= arrival.at + arrival.patience
        elif outcome.ended_at is not None:
            assert arrival.patience is not None and outcome.ended_at == arrival.at + arrival.patience
        else:
            assert not outcome.user_id and arrival.patience is None


@given(days())
def test_only_who_may_take_it_gets_it(day: Played) -> None:
    """ROU-06, ROU-16, ROU-18, ROU-27, LIN-24: his status takes calls, or the others; he is in no call, no observer, and
    of a company that serves the person."""
    arrivals, staff, settings, outcomes = day
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        if arrival.taken_by:
            assert (outcome.user_id, outcome.assigned_at) == (arrival.taken_by, arrival.at)
        elif outcome.assigned_at is not None:
            worker = staff[outcome.user_id]
            assert takes(worker, arrival.is_call, outcome.assigned_at)
            assert not is_held(worker, day, outcome.assigned_at)
            assert worker.priority != "observer"
            assert worker.company_id in (settings.owner_id, arrival.company_id)


@given(days())
def test_capacity_is_never_passed(day: Played) -> None:
    """ROU-35: at no assignment of the router has the specialist more than he may have."""
    arrivals, _staff, settings, outcomes = day
    routed = {arrival.id for arrival in arrivals if not arrival.taken_by}
    for outcome in outcomes:
        if settings.capacity and outcome.assigned_at is not None and outcome.id in routed:
            at = outcome.assigned_at
            others = [
                each
                for each in outcomes
                if each.user_id == outcome.user_id and each.id in routed and each.id != outcome.id
                and each.assigned_at is not None and each.ended_at is not None and each.assigned_at < at < each.ended_at
            ]  # fmt: skip
            assert len(others) < settings.capacity


@given(days())
def test_first_come_first_served(day: Played) -> None:
    """ROU-21: a specialist of the owner gets nothing while somebody waits who came earlier, but for calls while he
    takes chats alone, and the other way round. A first-line specialist passes by those whom he does not serve, and no
    one of his own."""
    arrivals, staff, settings, outcomes = day
    for place, outcome in enumerate(outcomes):
        if outcome.assigned_at is None or arrivals[place].taken_by:
            continue
        worker = staff[outcome.user_id]
        for earlier, before in zip(arrivals[:place], outcomes[:place], strict=True):
            served = worker.company_id in (settings.owner_id, earlier.company_id)
            if served and takes(worker, earlier.is_call, outcome.assigned_at):
                left = before.assigned_at if before.assigned_at is not None else before.ended_at
                assert left is not None and left <= outcome.assigned_at


@given(days())
def test_nobody_waits_beside_a_free_specialist(day: Played) -> None:
    """ROU-19: who waits at an instant, waits because nobody could take his request. Looked at halfway between the
    instants at which anything happens."""
    arrivals, staff, settings, outcomes = day
    if settings.capacity:
        return  # with a limit the load decides as well, which the test above looks at
    bounds = (bound for one in staff.values() for shift in one.shifts for bound in shift[:2])
    instants = sorted({0.0, 2 * DAY, *bounds})
    for before, after in pairwise(instants):
        at = (before + after) / 2
        for arrival, outcome in zip(arrivals, outcomes, strict=True):
            left = outcome.assigned_at if outcome.assigned_at is not None else outcome.ended_at
            if arrival.at < at and (left is None or at < left):
                free = [
                    worker
                    for worker in staff.values()
                    if takes(worker, arrival.is_call, at) and not is_held(worker, day, at)
                    and worker.priority != "observer" and worker.company_id in (settings.owner_id, arrival.company_id)
                ]  # fmt: skip
                assert not free


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=30),
    st.integers(1, 4),
    st.sampled_from(["standard", "balanced"]),
    st.integers(),
)
def test_a_simple_day_is_reproduced(people: list[tuple[int, int]], staff: int, rule: str, seed: int) -> None:
    """Specialists who are all alike and take one person at a time: the waiting times are those of the textbook, in
    which each person goes to whoever is free first."""
    arrivals = [Arrival(number, float(at), float(handling)) for number, (at, handling) in enumerate(people)]
    crew = [Worker(user_id, OWNER, "standard", [Shift(0.0, 10_000.0)]) for user_id in range(1, staff + 1)]
    outcomes = replay(arrivals, crew, Settings(rule, 1, OWNER), Random(seed))
    free_at = [0.0] * staff
    for arrival, outcome in zip(sorted(arrivals, key=lambda each: (each.at, each.id)), outcomes, strict=True):
        assert outcome.assigned_at == max(arrival.at, free_at[0])
        heapreplace(free_at, outcome.assigned_at + arrival.handling)


@given(days())
def test_the_same_question_has_the_same_answer(day: Played) -> None:
    """Nothing but the seed is random."""
    arrivals, staff, settings, _outcomes = day
    first, second = (replay(arrivals, staff.values(), settings, Random(7)) for _time in range(2))
    assert first == second
