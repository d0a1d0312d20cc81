"""The life cycle and the ledger's arithmetic, by properties over random histories."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from .. import CODES, STATES, fold, next_state


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The decisions of one request: a random path through the life cycle."""
    state: str | None = None
    decisions: list[dict[str, Any]] = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        possible = sorted(code for code, transition in CODES.items() if state in transition.sources)
        if not possible:
            break
        code = draw(st.sampled_from(possible))
        state = next_state(code, state)
        user_id = draw(st.integers(1, 9)) if state == "active" else None
        decisions.append({"seq": seq, "code": code, "changes": {"state": state, "user_id": user_id, "n": seq}})
    return decisions


@given(histories(), st.randoms())
def test_the_ledger_rebuilds_the_row_in_any_order_of_reading(history: list[dict[str, Any]], rng: Any) -> None:
    """Decision 3: folding the ledger gives the row, however the rows come out of the table."""
    shuffled = list(history)
    rng.shuffle(shuffled)
    row = fold(shuffled)
    assert row["state"] == history[-1]["changes"]["state"]
    assert row["n"] == row["seq"] == len(history)


@given(histories(), st.data())
def test_a_lost_or_doubled_decision_is_found(history: list[dict[str, Any]], data: st.DataObject) -> None:
    """Nothing is lost and nothing doubled without the checker seeing it."""
    assume(len(history) > 1)
    place = data.draw(st.integers(0, len(history) - 2))
    with pytest.raises(ValueError, match="missing or doubled"):
        fold(history[:place] + history[place + 1 :])
    with pytest.raises(ValueError, match="missing or doubled"):
        fold([*history, history[place]])


@given(st.sampled_from(sorted(CODES)), st.sampled_from([None, *STATES]))
def test_only_allowed_transitions_are_made(code: str, state: str | None) -> None:
    """Every request is in exactly one state, and no state is left by a way that does not exist."""
    if state in CODES[code].sources:
        assert next_state(code, state) in STATES
    else:
        with pytest.raises(ValueError, match=code):
            next_state(code, state)


def test_every_open_state_has_a_way_to_the_end() -> None:
    """No request can get stuck: from each state but closed a path leads to closed."""
    reach = {"closed"}
    for _ in STATES:
        reach |= {
            source
            for transition in CODES.values()
            for source in transition.sources
            if source and (transition.target or source) in reach
        }
    assert reach >= {"queued", "active", "closed"}


def test_a_row_that_disagrees_with_its_code_is_damaged() -> None:
    """A decision that says «finished» while the row stays active is an error, not a variant."""
    opened = {"seq": 1, "code": "opened", "changes": {"state": "queued"}}
    with pytest.raises(ValueError, match="leaves queued, not active"):
        fold([opened, {"seq": 2, "code": "assigned", "changes": {}}])
