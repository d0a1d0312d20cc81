"""Skills, by properties: what is insisted on, for how long, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from .. import (
    FULL,
    NOTHING,
    Cohort,
    Context,
    Demand,
    Fit,
    Head,
    Line,
    Stage,
    Terms,
    classify,
    fit,
    pool_of,
    rank,
    whose_turn,
)

OWNER, GUEST, OTHER = 1, 2, 3
RUSSIAN, ENGLISH, CASH, TAX = 1, 2, 3, 4
NOW = 1000.0

skills = st.dictionaries(st.sampled_from([RUSSIAN, ENGLISH, CASH, TAX]), st.integers(1, 3))
times = st.floats(0, 200)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    lower = draw(st.sampled_from([0.0, 30.0]))
    return Terms(
        levels=draw(st.dictionaries(st.sampled_from([CASH, TAX]), st.integers(1, 3))),
        languages={"ru_RU": RUSSIAN, "en_US": ENGLISH},
        language_level=draw(st.integers(0, 3)),
        lower_after=lower,
        prefer_after=lower + draw(st.sampled_from([0.0, 90.0])),
    )


@st.composite
def specialists(draw: st.DrawFn) -> list[Cohort]:
    users = iter(range(1, 50))
    return [
        Cohort(
            company_id=draw(st.sampled_from([OWNER, OWNER, GUEST])),
            priority=draw(st.sampled_from(["observer", "standard", "medium", "high"])),
            status="free",
            accepts=draw(st.booleans()),
            reachable=draw(st.booleans()),
            load=draw(st.integers(0, 3)),
            user_ids=[next(users) for _user in range(draw(st.integers(1, 2)))],
            skills=draw(skills),
            accepts_calls=draw(st.booleans()),
        )
        for _cohort in range(draw(st.integers(0, 6)))
    ]


@st.composite
def queues(draw: st.DrawFn) -> list[Head]:
    """Everybody who waits."""
    return [
        Head(
            number,
            draw(st.floats(NOW - 200, NOW)),
            draw(st.sampled_from([OWNER, GUEST, OTHER])),
            draw(st.sampled_from(["ru_RU", "en_US", "de_DE"])),
            draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


def heads_of(queue: Iterable[Head]) -> list[Head]:
    """The oldest of each language, apart for the company whose specialists serve its own people, and for calls."""
    kinds: dict[tuple[str, bool, bool], Head] = {}
    for head in sorted(queue, key=lambda each: (each.queued_at, each.id)):
        kinds.setdefault((head.language, head.company_id == GUEST, head.is_call), head)
    return list(kinds.values())


@given(skills, skills)
def test_each_stage_takes_whom_the_one_before_took(has: dict[int, int], levels: dict[int, int]) -> None:
    """What is insisted on only becomes less."""
    taken = [Demand(levels, stage).takes(has) for stage in Stage]
    assert taken == sorted(taken)
    assert taken[-1]
    assert taken[0] == all(has.get(skill, 0) >= level for skill, level in levels.items())
    assert taken[1] == (set(levels) <= set(has))
    assert (fit(has, levels) == FULL) == taken[0] == (not Demand(levels).lacking(has))


@given(terms(), times)
def test_relaxation_comes_at_the_seconds_that_the_line_says(line: Terms, waited: float) -> None:
    """The line's two times, and nothing in between; the next change is announced to the second."""
    assert line.stage(waited) == (waited >= line.lower_after) + (waited >= line.prefer_after)
    ease = line.next_ease(waited)
    if ease is None:
        assert line.stage(waited) is Stage.PREFERRED
    else:
        assert line.stage(waited + ease / 2) == line.stage(waited)
        assert line.stage(waited + ease + 0.001) > line.stage(waited)


@given(terms(), st.sampled_from(["ru_RU", "de_DE", ""]))
def test_a_language_without_a_skill_is_not_demanded(line: Terms, language: str) -> None:
    """The person's language counts where the company has a skill for it, else the line's skills alone."""
    demand = line.demand(language, 0)
    if language == "ru_RU" and line.language_level:
        assert demand.levels == {**line.levels, RUSSIAN: line.language_level}
    else:
        assert demand.levels == line.levels
        assert line.levels or demand is NOTHING


@given(specialists(), terms(), queues())
def test_nobody_waits_for_a_skill_that_nobody_has_or_longer_than_the_line_says(
    cohorts: list[Cohort], line: Terms, queue: list[Head]
) -> None:
    """ROU-12: whoever could be served without skills is served: at once when nobody on the line has the skill, else
    after the line's time at the latest."""
    rules = Line(OWNER, 3, line)
    for head in queue:
        plain = classify(cohorts, OWNER, head.company_id, 3, is_call=head.is_call)
        pool = pool_of(head, cohorts, rules, NOW)
        possible = [c for c in cohorts if c.priority != "observer" and c.company_id in (OWNER, head.company_id)]
        demand = line.demand(head.language, 0)
        unknown = not any(demand.takes(cohort.skills) for cohort in possible) and not any(
            set(demand.levels) <= set(cohort.skills) for cohort in possible
        )
        if NOW - head.queued_at >= line.prefer_after or unknown:
            assert pool.cohorts() == plain.cohorts()
        assert all(each in plain.cohorts() for each in pool.cohorts())


@given(specialists(), terms(), queues())
def test_the_heads_are_enough_to_find_whose_turn_it_is(cohorts: list[Cohort], line: Terms, queue: list[Head]) -> None:
    """Of those who are alike nobody younger comes first: the dispatcher looks at the oldest of each kind only."""
    rules = Line(OWNER, 3, line)
    assert whose_turn(heads_of(queue), cohorts, rules, NOW)[0] == whose_turn(queue, cohorts, rules, NOW)[0]


@given(specialists(), terms(), queues())
def test_nobody_is_passed_whom_somebody_free_fits(cohorts: list[Cohort], line: Terms, queue: list[Head]) -> None:
    """ROU-21 with skills: who is older than the one whose turn it is finds nobody free who fits him, and is told when
    he insists on less; without demands it is first come, first served."""
    rules = Line(OWNER, 3, line)
    turn = whose_turn(queue, cohorts, rules, NOW)
    place = (turn.head.queued_at, turn.head.id) if turn.head else (NOW + 1, 0)
    for head in queue:
        if (head.queued_at, head.id) < place:
            assert not pool_of(head, cohorts, rules, NOW)
            if classify(cohorts, OWNER, head.company_id, 3, is_call=head.is_call):
                assert turn.ease_at[head.id] > 0
    if turn.head:
        assert turn.pool


@given(specialists(), skills, st.sampled_from(Stage), st.sampled_from(["standard", "manager", "balanced"]))
def test_who_fits_better_is_asked_first(cohorts: list[Cohort], levels: dict[int, int], stage: Stage, rule: str) -> None:
    """The rule of the line holds among those who fit alike; everybody whom the demand takes is reached."""
    pool = classify(cohorts, OWNER, OWNER, 3, Demand(levels, stage))
    known = {user_id: cohort.skills for cohort in cohorts for user_id in cohort.user_ids}
    asked = [(band.fit, user) for band in rank(rule, pool, Context(), Random(1)) for user in band.user_ids]
    assert {user for _fit, user in asked} == {user for cohort in pool.cohorts() for user in cohort.user_ids}
    fits = [fit(known[user], levels) for _fit, user in asked]
    assert fits == sorted(fits)
    assert all(told in (None, real) for (told, _user), real in zip(asked, fits, strict=True))


def test_the_account_says_what_was_demanded_and_who_lacks_it() -> None:
    """The ledger keeps the demand, how far it was insisted on, how the chosen one fits, and what others lack."""
    cohorts = [
        Cohort(OWNER, "high", "free", True, True, 0, [1], skills={CASH: 1}),
        Cohort(OWNER, "medium", "free", True, True, 0, [2], skills={CASH: 3}),
        Cohort(OWNER, "standard", "free", True, True, 0, [3], skills={CASH: 2, TAX: 1}),
    ]
    strict = classify(cohorts, OWNER, OTHER, 0, Demand({CASH: 2}))
    assert strict.summary(FULL) == {
        "free": {"medium": 1, "standard": 1},
        "excluded": {"skill": 1},
        "out": [[1, "skill", "free", 0, [(CASH, 2)]]],
        "demand": [(CASH, 2)],
        "stage": 0,
        "eased": False,
        "fit": FULL,
        "rest": 0,
    }
    eased = classify(cohorts, OWNER, OTHER, 0, Demand({CASH: 2}, Stage.ANY_LEVEL))
    assert eased.summary(Fit(0, 1))["free"] == {"high": 1}
    assert eased.summary(Fit(0, 1))["rest"] == 2
