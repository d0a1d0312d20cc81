"""The bridge dies at any moment of a random history: the next one takes the call up from what was told last and from
the channels that live, and it ends once."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from .. import actions as do
from ..commands import Call
from ..desk import Refused
from ..recovery import LEG, legs_of, missed, read, resumed
from ..stages import Ask, End, Play, Ring, Stage, Target, Voicemail, Wait
from ..state import BEFORE, OVER, PARKED, RINGING, Party, State
from .test_call import HIM, ME, STAGES, STEPS, Exchange, act, check, ring

PENDING = do.Sound | do.Take | do.Await | do.Query | do.Timer


class Told(Exchange):
    """Asterisk, and what Odoo knows of the call."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshot: dict[str, Any] = {}
        self.ends_told = 0
        self.pending = False  # something will come back by itself

    def happen(self, call: Call, actions: list[do.Action], told: bool = True) -> None:
        """As the hands do it; ``told`` False: the bridge dies before Odoo knows."""
        self.carry_out(actions)
        self.pending = self.pending or any(isinstance(action, PENDING) for action in actions)
        facts = [action for action in actions if isinstance(action, do.Tell)]
        asks = any(isinstance(action, do.Query) for action in actions)
        if told and (facts or (actions and not asks)):
            self.snapshot = call.state.to_json()
            self.ends_told += any(fact.fact == "ended" for fact in facts)

    def channels(self, call: Call, is_back: bool) -> dict[str, dict[str, Any]]:
        """As Asterisk tells of them."""
        found: dict[str, dict[str, Any]] = {}
        for each in self.alive:
            place = {"app_name": "Stasis", "app_data": "connect,inner,102"} if each == "first" else {}
            if each == call.state.first.channel and is_back:
                place = {"app_name": "Stasis", "app_data": "connect,return,s"}
            state = "Ringing" if each in call.state.legs else "Up"
            found[each] = {"id": each, "name": "PJSIP/2-web-0001", "state": state, "dialplan": place}
        return found


def begin(stages: list[Stage]) -> tuple[Call, Told, list[do.Action]]:
    call = Call(State("first", Party("first", ME, "PJSIP/1-web"), recorded=["first"]))
    return call, Told(), call.enter(stages)


def recover(stages: list[Stage], old: Call, exchange: Told, is_back: bool) -> Call | None:
    """What ``recovery.recover`` does; None: the call was found to have ended."""
    channels = exchange.channels(old, is_back)
    exchange.pending = False
    state = read("first", exchange.snapshot, channels)
    if state is None and "first" not in exchange.alive:
        exchange.ends_told += 1
        return None
    call = Call(state or State("first", Party("first", ME, "PJSIP/1-web"), count=legs_of("first", channels)))
    for leg in [each for each in exchange.alive if LEG.fullmatch(each) and each not in call.state.channels()]:
        exchange.alive.discard(leg)  # swept
        exchange.bridged.discard(leg)
    events = [*resumed(call.state, channels), *missed(call.state, channels)] if state else []
    for actions in [event(call) for event in events] if state else [call.enter(stages)]:
        exchange.happen(call, actions)
    return call


def go_on(call: Call, exchange: Told, steps: list[tuple[str, int, int]]) -> None:
    for name, number, user in steps:
        try:
            exchange.happen(call, act(call, exchange, name, number, user))
        except Refused:
            assert not call.state.out


def end(call: Call, exchange: Told) -> None:
    for channel in [*call.state.channels()]:
        exchange.alive.discard(channel)
        exchange.bridged.discard(channel)
        exchange.happen(call, call.gone(channel, 16))
    assert call.state.phase == OVER
    assert exchange.ends_told == 1


@given(STAGES, STEPS, STEPS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_moment(
    stages: list[Stage], before: list[tuple[str, int, int]], after: list[tuple[str, int, int]], is_told: bool
) -> None:
    """VOI-01: killed at any step, whether Odoo was told of that step or not: the call does not stand still, and its end
    is told once."""
    call, exchange, actions = begin(stages)
    exchange.happen(call, actions, told=is_told or bool(before))
    go_on(call, exchange, before[:-1])
    is_back = bool(before) and before[-1][0] == "returned" and call.state.phase == PARKED
    for name, number, user in before[-1:]:
        try:
            exchange.happen(call, act(call, exchange, name, number, user), told=is_told)
        except Refused:
            assert not call.state.out
    if exchange.ends_told:
        return
    taken_up = recover(stages, call, exchange, is_back and not is_told)
    if taken_up is None:
        return
    state = taken_up.state
    if state.phase in (BEFORE, RINGING):
        assert exchange.pending or state.legs, "it stands still"
    if is_told:
        check(taken_up, exchange)
    go_on(taken_up, exchange, after)
    end(taken_up, exchange)


def revived(stages: list[Stage]) -> list[do.Action]:
    """What the next bridge does when the one that has begun this call is dead."""
    call, exchange, actions = begin(stages)
    exchange.happen(call, actions)
    state = read("first", exchange.snapshot, exchange.channels(call, is_back=False))
    assert state
    taken_up = Call(state)
    return [action for event in resumed(state, {"first": {}}) for action in event(taken_up)]


def test_greeting_and_message_go_on() -> None:
    """VOI-46: Asterisk plays on while the bridge is dead: nothing is heard twice, and what has ended is followed by the
    next stage."""
    assert revived([Play("sound:hello"), ring(HIM)]) == [do.Await("playbacks", "first-sound0")]
    assert revived([Voicemail()]) == [do.Await("recordings/live", "first-sound0")]


def test_who_waits_goes_on_waiting() -> None:
    """ROU-19: the music goes on, his time begins once more, and an offer is taken."""
    assert revived([Wait(5.0), End(19)]) == [do.Timer("wait", 5.0)]


def test_question_is_not_told_and_asked_again() -> None:
    """No database stands between the question for a specialist and his telephone; nothing is known of it after a crash:
    the caller is let in anew."""
    call, exchange, actions = begin([Ask("line", 1)])
    exchange.happen(call, actions)
    assert not exchange.snapshot
    assert recover([Ask("line", 1)], call, exchange, is_back=False)
    assert exchange.pending


def test_follow_me_rings_on() -> None:
    """VOI-41: who is to ring later rings later, also after a crash, and under a name that was not used yet."""
    call, exchange, actions = begin([Ring((Target("PJSIP/2-web", HIM), Target("PJSIP/2", HIM, after=10)))])
    exchange.happen(call, actions)
    exchange.happen(call, call.timer("dial-0-1"), told=False)
    taken_up = recover([], call, exchange, is_back=False)
    assert taken_up
    assert sorted(taken_up.state.legs) == ["first-leg1", "first-leg2"]
    assert taken_up.state.count == 2
