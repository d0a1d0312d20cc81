"""A day in hours: the hours add up to the day."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..hours import HOUR, by_hour, total
from ..replay import Arrival, Outcome, Settings, Worker, replay
from ..shifts import Shift

DAY = 10 * HOUR
PEOPLE = st.lists(st.tuples(st.integers(0, int(DAY) - 1), st.integers(1, int(HOUR))), max_size=30)


@given(PEOPLE, st.integers(1, 3), st.integers(0, 2))
def test_hours_add_up_to_the_day(people: list[tuple[int, int]], staff: int, capacity: int) -> None:
    """Nobody is counted twice or left out; what was waited in the hours was waited in the day."""
    arrivals = [Arrival(number, float(at), float(handling)) for number, (at, handling) in enumerate(people)]
    crew = [Worker(user_id, 1, "standard", [Shift(HOUR, 9 * HOUR)]) for user_id in range(1, staff + 1)]
    outcomes = replay(arrivals, crew, Settings("balanced", capacity, 1), Random(1))
    own = {each.id for each in arrivals}
    hours, day = by_hour(outcomes, crew, own, 0.0, DAY, 30.0), total(outcomes, own, DAY, 30.0)
    in_time = sum(each.assigned_at is not None and each.assigned_at - each.at <= 30 for each in outcomes)
    assert sum(hour.in_time for hour in hours) == day.in_time == in_time
    assert len(hours) == 10
    assert sum(hour.arrived for hour in hours) == day.arrived == len(people)
    assert sum(hour.wait_sum for hour in hours) == pytest.approx(day.wait_avg * day.arrived)
    assert max(hour.wait_max for hour in hours) == day.wait_max
    assert hours[-1].waiting == 0 and day.alone == sum(each.assigned_at is None for each in outcomes if each.at < DAY)


def test_the_load_is_work_for_each_who_is_there() -> None:
    """Two pieces of half an hour in one hour of one specialist: one on average; nobody there: none."""
    crew = [Worker(1, 1, "standard", [Shift(0.0, HOUR)])]
    done = [Outcome(1, 0.0, 1, 0.0, HOUR / 2), Outcome(2, 0.0, 1, HOUR / 2, HOUR), Outcome(3, 0.0, 0, None, None)]
    first, second = by_hour(done, crew, {1, 2, 3}, 0.0, 2 * HOUR, 30.0)
    assert (first.load, first.waiting, first.arrived) == (1.0, 1, 3)
    assert (second.load, second.waiting, second.arrived) == (0.0, 0, 0)
    day = total(done, {1, 2, 3}, 2 * HOUR, 30.0)
    assert day.wait_avg == pytest.approx((0 + HOUR / 2 + 2 * HOUR) / 3)
    assert (day.arrived, day.wait_max, day.in_time, day.alone) == (3, 2 * HOUR, 1, 1)
