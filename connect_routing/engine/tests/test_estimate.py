"""The time box of the queue: honest, or absent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ..estimate import BOXES, FACTS, WINDOW, waiting_minutes

NOW = 1_800_000_000.0
AGES = st.lists(st.floats(0, 3 * WINDOW), max_size=60)


def left(ages: list[float]) -> list[float]:
    return [NOW - age for age in ages]


def test_one_a_minute() -> None:
    """Ten people came out within ten minutes: the fifth waits for about five."""
    ages = [60.0 * number for number in range(1, 11)]
    assert waiting_minutes(5, left(ages), NOW) == 5
    assert waiting_minutes(1, left(ages), NOW) == 1
    assert waiting_minutes(7, left(ages), NOW) == 10


@given(st.integers(-2, 1000), AGES)
def test_it_is_a_box_or_nothing(place: int, ages: list[float]) -> None:
    box = waiting_minutes(place, left(ages), NOW)
    assert box is None or box in BOXES


@given(st.integers(1, 1000), AGES)
def test_too_few_facts_say_nothing(place: int, ages: list[float]) -> None:
    if sum(age <= WINDOW for age in ages) < FACTS:
        assert waiting_minutes(place, left(ages), NOW) is None


@given(st.integers(1, 50), st.integers(1, 50), AGES)
def test_who_stands_further_back_is_never_promised_less(place: int, further: int, ages: list[float]) -> None:
    mine = waiting_minutes(place, left(ages), NOW)
    his = waiting_minutes(place + further, left(ages), NOW)
    assert his is None or (mine is not None and mine <= his)


@given(st.integers(1, 20), AGES)
def test_the_order_of_the_facts_does_not_matter(place: int, ages: list[float]) -> None:
    facts = left(ages)
    assert waiting_minutes(place, facts, NOW) == waiting_minutes(place, facts[::-1], NOW)
