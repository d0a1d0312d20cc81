"""What the log of a specialist's statuses says of his shifts, with calls that others are to have."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ..shifts import NOT_HELD, Call, Held, Shift, Stay, held_by, shifts

DAY = 60
FREE, CHATS, TALKING, AWAY = (True, True, False), (True, False, False), (False, False, True), (False, False, False)


@st.composite
def logs(draw: st.DrawFn) -> list[Stay]:
    bounds = sorted(draw(st.sets(st.integers(0, DAY), min_size=2, max_size=9)))
    states = [draw(st.sampled_from([FREE, CHATS, TALKING, TALKING, AWAY])) for _bound in bounds[1:]]
    return [Stay(start, end, *state) for (start, end), state in zip(pairwise(bounds), states, strict=True)]


@st.composite
def calls(draw: st.DrawFn) -> list[Call]:
    return [Call(taken, taken + draw(st.integers(0, 20))) for taken in draw(st.sets(st.integers(0, DAY), max_size=3))]


def naive(log: list[Stay], given_out: list[Call]) -> list[tuple[bool, bool]]:
    """What he took in each second: in a call that others are to have, what he was before it."""
    status = {second: stay for stay in log for second in range(int(stay.start), int(stay.end))}

    def in_call(second: int) -> bool:
        return second in status and status[second].in_call

    lifted = set()
    for call in given_out:
        began = (second for second in range(DAY) if in_call(second) and not in_call(second - 1))
        second = next((each for each in began if call.taken <= each < call.ended), DAY)
        while in_call(second):
            lifted.add(second)
            second += 1
    took = [(False, False)]
    for second in range(DAY):
        as_logged = (status[second].chats, status[second].calls) if second in status else (False, False)
        took.append(took[-1] if second in lifted else as_logged)
    return took[1:]


@given(logs(), calls(), st.integers(0, DAY), st.integers(0, DAY))
def test_second_by_second(log: list[Stay], given_out: list[Call], since: int, until: int) -> None:
    """ROU-02, ROU-27: a call that others are to have leaves him what he was; any other holds him as it did."""
    found, expected = shifts(log, given_out, since, until), naive(log, given_out)
    for second in range(DAY):
        inside = [(each.chats, each.calls) for each in found if each.start <= second < each.end]
        takes = expected[second] if since <= second < until else (False, False)
        assert inside == ([takes] if any(takes) else [])
    assert all(one.end < other.start or one[2:] != other[2:] for one, other in pairwise(found)), "neighbours are one"


def test_a_call_holds_from_its_assignment_to_the_end_of_its_wrapup() -> None:
    """«Резерв», «Разговор», «Постобработка» are one block; a later call is another affair."""
    log = [Stay(0, 10, *FREE), Stay(10, 12, *TALKING), Stay(12, 30, *TALKING), Stay(30, 40, *FREE),
           Stay(40, 50, *TALKING)]  # fmt: skip
    assert held_by(log, Call(9, 45)) == Held(1, 20)
    assert shifts(log, [Call(9, 45)]) == [Shift(0, 40)]
    assert held_by(log, Call(31, 39)) == NOT_HELD
    assert shifts(log, [Call(31, 39)]) == [Shift(0, 10), Shift(30, 40)]
