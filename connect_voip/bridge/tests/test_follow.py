"""«Follow Me»: who rings when, over random strategies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ..follow import spans

STEPS = st.lists(st.tuples(st.integers(1, 60), st.lists(st.sampled_from("abcd"), max_size=4)), max_size=8)


def test_the_example() -> None:
    """VOI-41: number 401, 80 s in total; 180 rings on through all steps."""
    mobile, city = "375296666666", "375173333333"
    strategy = [(10, ["180"]), (10, ["180", "185"]), (30, ["180", "185", mobile]), (30, ["180", "185", mobile, city])]
    assert sorted(spans(strategy)) == sorted([("180", 0, 80), ("185", 10, 70), (mobile, 20, 60), (city, 50, 30)])


@given(STEPS)
def test_rings_exactly_when_its_step_says(steps: list[tuple[int, list[str]]]) -> None:
    """VOI-40: in each second those telephones ring that the step of this second names, and no other."""
    found, now = spans(steps), 0
    for seconds, telephones in steps:
        for second in range(now, now + seconds):
            ringing = [each for each, begin, lasts in found if begin <= second < begin + lasts]
            assert sorted(ringing) == sorted(set(telephones))
        now += seconds
    assert all(begin + lasts <= now for _each, begin, lasts in found)


@given(STEPS)
def test_no_interruption(steps: list[tuple[int, list[str]]]) -> None:
    """VOI-41: a telephone of consecutive steps is rung once, not once for each."""
    found = spans(steps)
    for each, begin, lasts in found:
        assert lasts > 0
        assert not any(other == each and start == begin + lasts for other, start, _lasts in found)
    assert [begin for _each, begin, _lasts in found] == sorted(begin for _each, begin, _lasts in found)
