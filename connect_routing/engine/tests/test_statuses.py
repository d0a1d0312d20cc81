"""Automatic status changes, by properties over every standing a specialist may be in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from .. import Move, Standing, next_status

FREE, READY, BUSY, AWAY, INACTIVE, LUNCH, OFFLINE = range(1, 8)
GOES_IDLE = frozenset({FREE, READY, BUSY})
CHOSEN = st.sampled_from([FREE, READY, BUSY, AWAY, LUNCH])


@st.composite
def standings(draw: st.DrawFn, planned: bool = True) -> Standing:
    """Shown is what is declared, the idle status in place of one that goes idle, or offline."""
    declared, idle_status = draw(CHOSEN), draw(st.sampled_from([AWAY, INACTIVE]))
    shown = [declared, OFFLINE] + ([idle_status] if declared in GOES_IDLE else [])
    status = draw(st.sampled_from(shown))
    return Standing(
        status=status,
        declared=declared,
        planned=draw(st.none() | CHOSEN) if planned else None,
        load=draw(st.integers(0, 3)),
        idle_for=draw(st.floats(0, 10_000)),
        idle_after=draw(st.sampled_from([0, 1, 600])),
        idle_status=idle_status,
        is_offline=status == OFFLINE,
        is_over=draw(st.booleans()),
    )


def after(standing: Standing, move: Move | None) -> Standing:
    if not move:
        return standing
    planned = None if move.ends_plan else standing.planned
    return standing._replace(status=move.status, declared=move.declared, planned=planned, is_offline=False)


@given(standings())
def test_one_look_settles_it(standing: Standing) -> None:
    """Crash or doubled heartbeat: looking again at what was settled changes nothing."""
    settled = after(standing, next_status(standing, GOES_IDLE))
    assert next_status(settled, GOES_IDLE) is None


@given(standings(planned=False), st.floats(0, 0.5))
def test_activity_restores_the_former_status(standing: Standing, moment: float) -> None:
    """ROU-07: whatever inactivity made of it, one touch brings the declared status back."""
    idle = after(standing, next_status(standing, GOES_IDLE))
    back = after(idle, next_status(idle._replace(idle_for=moment), GOES_IDLE))
    assert back.status == back.declared == standing.declared


@given(standings(planned=False))
def test_only_who_is_expected_goes_idle(standing: Standing) -> None:
    """ROU-07: not from lunch, not when it is switched off, not before the time; else always."""
    settled = after(standing, next_status(standing, GOES_IDLE))
    is_idle = settled.status != settled.declared
    assert is_idle == (
        settled.declared in GOES_IDLE and standing.idle_after > 0 and standing.idle_for >= standing.idle_after
    )
    assert not is_idle or settled.status == standing.idle_status


@given(standings())
def test_a_plan_waits_for_the_last_work_and_comes_true_once(standing: Standing) -> None:
    """ROU-08: with work in hand the plan stays, unless a call has just been done with; without it the planned status is
    declared and the plan is gone."""
    move = next_status(standing, GOES_IDLE)
    settled = after(standing, move)
    if standing.planned is None or (standing.load and not standing.is_over):
        assert (settled.planned, settled.declared) == (standing.planned, standing.declared)
    else:
        assert move and (settled.planned, settled.declared) == (None, standing.planned)


@given(standings())
def test_the_log_is_told_why(standing: Standing) -> None:
    """ROU-10: each change names its cause."""
    move = next_status(standing, GOES_IDLE)
    if move:
        if move.status != move.declared:
            cause = "idle"
        elif move.ends_plan:
            cause = "planned"
        else:
            cause = "login" if standing.is_offline else "system" if standing.is_over else "back"
        assert move.origin == cause


@given(standings(), st.integers(100, 110))
def test_a_call_forces_its_status_and_gives_the_declared_one_back(standing: Standing, call: int) -> None:
    """ROU-27: during a call he is «Разговариваю», whatever he has declared; afterwards what he has declared."""
    talking = after(standing, next_status(standing._replace(call=call), GOES_IDLE))._replace(call=call)
    assert talking.status == call
    assert next_status(talking, GOES_IDLE) is None
    over = talking._replace(call=None, idle_for=0.0, planned=None)
    assert after(over, next_status(over, GOES_IDLE)).status == over.declared


@given(standings(), st.integers(100, 110))
def test_a_plan_waits_for_the_call(standing: Standing, call: int) -> None:
    """ROU-08: during the call and its wrap-up the plan stays, whatever else is in hand; then it comes true."""
    talking = after(standing, next_status(standing._replace(call=call), GOES_IDLE))._replace(call=call)
    assert talking.planned == standing.planned
    over = talking._replace(call=None, is_over=True, idle_for=0.0)
    expected = standing.declared if standing.planned is None else standing.planned
    assert after(over, next_status(over, GOES_IDLE)).status == expected
