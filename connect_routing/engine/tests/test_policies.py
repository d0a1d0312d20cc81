"""The delivery rules, by properties: whatever the line looks like, these hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from .. import Cohort, Context, Exclusion, Pool, Priority, classify, rank
from ..pool import PRIORITY_BY_NAME

OWNER, FIRST_LINE, STRANGER = 1, 2, 3


Line = tuple[list[Cohort], int, int]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line's cohorts, the company that serves the recipient, the capacity of the line. Nobody stands in two."""
    cohorts, users = [], iter(range(1, 100))
    for _number in range(draw(st.integers(0, 8))):
        user_ids = [next(users) for _user in range(draw(st.integers(1, 4)))]
        cohorts.append(
            Cohort(
                company_id=draw(st.sampled_from([OWNER, OWNER, OWNER, FIRST_LINE])),
                priority=draw(st.sampled_from(sorted(PRIORITY_BY_NAME))),
                status=draw(st.sampled_from(["free", "away"])),
                accepts=draw(st.booleans()),
                reachable=draw(st.booleans()),
                load=draw(st.integers(0, 6)),
                user_ids=user_ids,
                idle_since=[draw(st.floats(0, 100)) for _user in user_ids],
                accepts_calls=draw(st.booleans()),
            )
        )
    return cohorts, draw(st.sampled_from([OWNER, FIRST_LINE, STRANGER])), draw(st.integers(0, 5))


def pool_of(line: Line) -> Pool:
    cohorts, company_id, capacity = line
    return classify(cohorts, OWNER, company_id, capacity)


def users_of(cohorts: Iterable[Cohort]) -> list[int]:
    return sorted(user_id for cohort in cohorts for user_id in cohort.user_ids)


def asked(rule: str, pool: Pool, context: Context, seed: int) -> list[tuple[str, list[int]]]:
    """Every band, drawn to its end."""
    return [(band.reason, list(band.user_ids)) for band in rank(rule, pool, context, Random(seed))]


@given(lines())
def test_calls_are_for_who_takes_calls(line: Line) -> None:
    """ROU-04, ROU-06: of what keeps a specialist out, the status alone has two sides."""
    cohorts, company_id, capacity = line
    calls = classify(cohorts, OWNER, company_id, capacity, is_call=True)
    swapped = [each._replace(accepts=each.accepts_calls) for each in cohorts]
    chats = classify(swapped, OWNER, company_id, capacity)
    assert users_of(calls.cohorts()) == users_of(chats.cohorts())
    assert all(each.accepts_calls for each in calls.cohorts())


@given(lines())
def test_everybody_is_in_the_pool_or_out_for_one_reason(line: Line) -> None:
    """ROU-16: nobody is lost from the account that the ledger gives."""
    pool = pool_of(line)
    outside = [cohort for cohorts in pool.excluded.values() for cohort in cohorts]
    assert users_of([*pool.cohorts(), *outside]) == users_of(line[0])


@given(lines())
def test_the_pool_holds_exactly_who_may_take_the_request(line: Line) -> None:
    """ROU-16, ROU-18, LIN-24: online, free, no observer, below capacity, and of a company that serves the person."""
    cohorts, company_id, capacity = line
    allowed = [
        cohort
        for cohort in cohorts
        if cohort.reachable
        and cohort.accepts
        and cohort.priority != "observer"
        and cohort.company_id in (OWNER, company_id)
        and (not capacity or cohort.load < capacity)
    ]
    assert users_of(pool_of(line).cohorts()) == users_of(allowed)


@given(lines(), st.sampled_from(["standard", "manager", "balanced"]), st.integers())
def test_every_rule_reaches_the_whole_pool_and_nobody_else(line: Line, rule: str, seed: int) -> None:
    """ROU-12: whoever is free can be reached under each rule; whoever is not free never."""
    pool = pool_of(line)
    context = Context(managers=(3, 1), previous_user_id=2)
    bands = asked(rule, pool, context, seed)
    assert {user_id for _reason, users in bands for user_id in users} == set(users_of(pool.cohorts()))
    assert all(len(set(users)) == len(users) > 0 for _reason, users in bands)


@given(lines(), st.integers())
def test_standard_never_asks_a_lower_priority_first(line: Line, seed: int) -> None:
    """ROU-17: strict tiers, high over medium over standard."""
    priority = {user_id: cohort.priority for cohort in line[0] for user_id in cohort.user_ids}
    order = [priority[user] for _reason, users in asked("standard", pool_of(line), Context(), seed) for user in users]
    assert order == sorted(order, key=lambda name: -PRIORITY_BY_NAME[name])


@given(lines(), st.integers())
def test_balanced_asks_the_least_loaded_first(line: Line, seed: int) -> None:
    """ROU-36: evenly; among equals the one who had nothing for the longest time."""
    facts = {
        user_id: (cohort.load, idle)
        for cohort in line[0]
        for user_id, idle in zip(cohort.user_ids, cohort.idle_since, strict=True)
    }
    order = [facts[user] for _reason, users in asked("balanced", pool_of(line), Context(), seed) for user in users]
    assert order == sorted(order)


@given(lines(), st.sampled_from(["standard", "manager", "balanced"]), st.integers(1, 12), st.integers())
def test_each_rule_returns_to_the_same_specialist(line: Line, rule: str, previous: int, seed: int) -> None:
    """ROU-37, C-05: the one who had the person before, if he is in the pool; then as without him."""
    pool = pool_of(line)
    bands = asked(rule, pool, Context(managers=(3, 1), previous_user_id=previous), seed)
    if previous in users_of(pool.cohorts()):
        assert bands.pop(0) == ("same_agent", [previous])
    assert bands == asked(rule, pool, Context(managers=(3, 1)), seed)


@given(lines(), st.permutations([1, 2]), st.integers())
def test_manager_first_in_both_orders(line: Line, managers: list[int], seed: int) -> None:
    """ROU-28: the client's own specialists in the order of his card, then the standard rule."""
    pool = pool_of(line)
    bands = asked("manager", pool, Context(managers=tuple(managers)), seed)
    present = users_of(pool.cohorts())
    personal = [users for reason, users in bands if reason == "manager"]
    assert personal == [[user_id] for user_id in managers if user_id in present]


def test_random_inside_a_tier_is_uniform() -> None:
    """ROU-17: among equals everybody has the same chance."""
    pool = Pool(
        {Priority.HIGH: [Cohort(1, "high", "free", True, True, load, [load * 2, load * 2 + 1]) for load in (0, 1)]}, {}
    )
    rng = Random(7)
    first = Counter(next(next(rank("standard", pool, Context(), rng)).user_ids) for _ in range(4000))
    assert set(first) == {0, 1, 2, 3}
    assert all(900 < count < 1100 for count in first.values())


def test_the_account_names_those_left_out() -> None:
    """The ledger tells sizes by priority and who was left out for which reason."""
    cohorts = [
        Cohort(OWNER, "high", "free", True, True, 0, [1]),
        Cohort(OWNER, "medium", "away", False, True, 0, [2]),
        Cohort(OWNER, "medium", "free", True, True, 5, [3]),
        Cohort(OWNER, "observer", "free", True, True, 0, [4]),
        Cohort(FIRST_LINE, "high", "free", True, True, 0, [5]),
    ]
    pool = classify(cohorts, OWNER, STRANGER, 5)
    assert pool.summary() == {
        "free": {"high": 1},
        "excluded": {"status": 1, "capacity": 1, "observer": 1, "foreign": 1},
        "out": [[2, "status", "away", 0], [3, "capacity", "free", 5], [4, "observer", "free", 0]],
    }
    assert pool.summary(named=2, first=(4,))["out"] == [[4, "observer", "free", 0], [2, "status", "away", 0]]
    assert set(pool.excluded) == {Exclusion.STATUS, Exclusion.CAPACITY, Exclusion.OBSERVER, Exclusion.FOREIGN}
