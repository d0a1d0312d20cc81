"""What becomes of somebody who was let go of, and what else a caller meets when it does not go as it should."""

from __future__ import annotations

import pytest

from .. import actions as do
from ..commands import Call
from ..desk import RETURNS, Refused
from ..office import Order
from ..orders import obey
from ..stages import CONGESTION, NO_ANSWER, TONE, Ask, Conference, End, Play, Ring, Stage
from ..state import PARKED, Party, State
from .test_call import HIM, ME, consultation, ring, talking


def test_hangs_up_twice() -> None:
    """VOI-18: the second click of two disconnects nobody: the first one was for the colleague."""
    call = consultation()
    order = Order(1, "first", "hangup", HIM, {"colleague": True})
    assert do.Hang("first-leg2", 16) in obey(call, order, set())
    with pytest.raises(Refused):
        obey(call, order, set())
    assert call.state.bridged == ["first-leg1", "first"]
    assert do.Over() in obey(call, Order(2, "first", "hangup", HIM), set())


@pytest.mark.parametrize("answer", [[ring(ME)], [], None])
def test_brought_back_again_and_again(answer: list[Stage] | None) -> None:
    """VOI-16, VOI-44: who has transferred is busy, away, or Odoo does not say where: the client hears music, and it is
    tried so many times; then the end is told as a call that nobody has taken."""
    call = talking()
    actions = call.blind(ME, [End(17)])
    for turn in range(RETURNS):
        assert do.Query("back", ME) in actions, turn
        actions = call.unrouted() if answer is None else call.routed(answer)
        for leg in list(call.state.legs):
            actions += call.gone(leg, 17)
        assert any(isinstance(each, do.Music) and each.klass for each in actions) or turn
        assert call.state.music == ["first-leg1"]
        actions = call.timer("wait")
    assert do.Hang("first-leg1", NO_ANSWER) in actions
    (end,) = [each for each in actions if isinstance(each, do.Tell)]
    assert end.data["missed"] in ("declined", "not_answered")


def test_question_without_an_answer() -> None:
    """VOI-45: a step of a scheme that Odoo does not answer is followed by the next one; the last one is the end."""
    call = Call(State("first", Party("first")))
    call.enter([Ask("step", 1), Ask("step", 2)])
    assert do.Query("step", 2) in call.unrouted()
    assert do.Hang("first", CONGESTION) in call.unrouted()


def test_tone_after_a_greeting() -> None:
    """VOI-46: a caller whom a greeting has answered hears what the scheme says; one who was not answered hears the tone
    of his own operator, and pays nothing."""
    rung = Ring(ring(HIM).targets, TONE)
    call = Call(State("first", Party("first")))
    assert do.Ringing("first") in call.enter([rung])
    call = Call(State("first", Party("first")))
    call.enter([Play("sound:hello"), rung])
    assert do.Music("first", TONE) in call.played("first-sound0")
    answered = call.answered("first-leg1")
    assert answered.index(do.Music("first", "")) < answered.index(do.Join(("first", "first-leg1")))


def test_cannot_be_fetched() -> None:
    """VOI-43: who has dialled the slot hears at once that it is not possible; somebody else may try again."""
    call = talking()
    call.park(ME, 1, "10001")
    call.gone("first")
    assert do.Redirect("first-leg1", "fetched") in call.fetched(Party("9", 3, "PJSIP/3-103"))
    assert do.Hang("9", CONGESTION) in call.not_fetched()
    assert call.state.phase == PARKED
    call.gone("9")
    assert do.Redirect("first-leg1", "fetched") in call.fetched(Party("10", 3, "PJSIP/3-103"))


def test_room_is_recorded() -> None:
    """VOI-08: a call by a click begins with a channel that is not recorded: it is in the room; one that is, is not
    recorded twice."""
    for recorded, expected in (([], {"CONNECT_RECORD": "1"}), (["first"], {})):
        call = Call(State("first", Party("first", ME), stages=[Conference("7")], recorded=recorded))
        (into,) = [each for each in call.begun() if isinstance(each, do.Proceed)]
        assert (into.variables, call.state.recorded) == (expected, ["first"])
