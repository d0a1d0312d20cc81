"""Properties of the call's state machine, over random histories of events and commands."""

from __future__ import annotations

import array
import io
import wave
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .. import actions as do
from ..commands import Call
from ..desk import Refused
from ..office import Order
from ..orders import obey
from ..selftest import loudest
from ..stages import Ask, End, Fetch, Play, Ring, Stage, Target, Wait, pack, unpack
from ..state import OVER, PARKED, TALKING, Party, State, number_of

ME, HIM = 1, 2
COMES = ("answered", "fetched", "colleague_answered")
GOES = ("transferred", "parked", "colleague_left", "client_left")


def ring(*users: int, after: float = 0.0) -> Ring:
    return Ring(tuple(Target(f"PJSIP/{user}-web", user, after * index) for index, user in enumerate(users)))


STAGES = st.lists(
    st.sampled_from([Play("sound:hello"), ring(HIM), ring(HIM, 3), ring(HIM, 3, after=10), Ask("line", 1), Wait(5.0)]),
    max_size=3,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("answered", "answered", "gone", "played", "timer", "routed", "offered", "returned", "fetched"),
                *("hang_up", "hold", "resume", "blind", "consult", "switch", "complete", "cancel"),
                *("park", "digits", "rejoin", "pressed", "referred", "given", "joined", "warn", "cut"),
            ]
        ),
        st.integers(0, 5),
        st.sampled_from([ME, HIM, 3]),
    ),
    max_size=40,
)


class Exchange:
    """What Asterisk would have done with the actions: which channels live, and which are bridged."""

    def __init__(self) -> None:
        self.alive = {"first"}
        self.bridged: set[str] = set()
        self.music: set[str] = set()
        self.sounds: list[str] = []
        self.timers: list[str] = []
        self.overs = 0
        self.joiners = 0
        self.ends = 0
        self.users = {ME}  # who takes part, as Odoo reads it from what it is told
        self.was_twice = False  # somebody was asked to talk to himself, which Odoo refuses

    def carry_out(self, actions: list[do.Action]) -> None:
        for action in actions:
            if isinstance(action, do.Tell):
                self.hear(action)
            match action:
                case do.Dial():
                    assert action.leg not in self.alive, "a leg was rung twice"
                    self.alive.add(action.leg)
                case do.Hang():
                    self.alive.discard(action.channel)
                    self.bridged.discard(action.channel)
                    self.music.discard(action.channel)
                case do.Join():
                    assert self.alive.issuperset(action.channels), "a dead channel was bridged"
                    assert self.music.isdisjoint(action.channels), "he hears music in the conversation"
                    self.bridged.update(action.channels)
                case do.Leave():
                    self.bridged.discard(action.channel)
                case do.Music(klass=""):
                    self.music.discard(action.channel)
                case do.Music():
                    self.music.add(action.channel)
                case do.Sound() | do.Take():
                    self.sounds.append(action.name)
                case do.Timer():
                    self.timers.append(action.name)
                case do.Yield():
                    self.alive.discard(action.channel)
                    self.bridged.discard(action.channel)
                case do.Tell(fact="ended"):
                    self.ends += 1
                case do.Over():
                    self.overs += 1

    def hear(self, told: do.Tell) -> None:
        if told.fact in COMES:
            self.users.add(told.data["user_id"])
        elif told.fact in GOES:
            self.users.discard(told.data["user_id"])


def play(stages: list[Stage], steps: list[tuple[str, int, int]]) -> tuple[Call, Exchange]:
    call, exchange = Call(State("first", Party("first", ME, "PJSIP/1-web"), recorded=["first"])), Exchange()
    exchange.carry_out(call.enter(stages))
    for name, number, user in steps:
        try:
            exchange.carry_out(act(call, exchange, name, number, user))
        except Refused:
            assert not call.state.out
        check(call, exchange)
    return call, exchange


def act(call: Call, exchange: Exchange, name: str, number: int, user: int) -> list[do.Action]:
    state = call.state
    legs, everyone = sorted(state.legs), sorted(exchange.alive)
    someone = everyone[number % len(everyone)] if everyone else "nobody"
    match name:
        case "answered":
            return call.answered(legs[number % len(legs)]) if legs else []
        case "gone":
            exchange.alive.discard(someone)
            exchange.bridged.discard(someone)
            exchange.music.discard(someone)
            return call.gone(someone, 17 if number % 2 else 16)
        case "played":
            return call.played(exchange.sounds[number % len(exchange.sounds)]) if exchange.sounds else []
        case "timer":
            return call.timer(exchange.timers[number % len(exchange.timers)]) if exchange.timers else []
        case "routed":
            return call.routed([ring(HIM)] if number % 2 else [Wait(3.0), End(19)])
        case "offered":
            return call.offered([ring(HIM)])
        case "returned":
            return call.returned(state.first.channel, "s") if state.first.channel in exchange.alive else []
        case "fetched":
            exchange.alive.add(f"fetcher{number}")
            try:
                return call.fetched(Party(f"fetcher{number}", user, f"PJSIP/{user}-web"))
            except Refused:
                exchange.alive.discard(f"fetcher{number}")
                raise
        case "blind" | "consult":
            command: Any = getattr(call, name)
            return command(user, [ring(3)])  # type: ignore[no-any-return]
        case "park":
            return call.park(user, 1, "10001")
        case "pressed":
            return call.pressed(someone, "*5"[number % 2])
        case "referred":
            return call.referred(someone, "103")
        case "given":
            return call.given(someone, "other", "mine")
        case "joined":
            exchange.joiners += 1
            colleague = Party(f"joiner{exchange.joiners}", 3, "PJSIP/3-web", is_up=True)
            exchange.alive.add(colleague.channel)
            try:
                return call.joined(someone, colleague)
            except Refused:
                exchange.alive.discard(colleague.channel)
                raise
        case "warn":
            return call.warn()
        case "cut":
            return call.cut()
        case "digits":
            return call.dial_digits(user, "12#")
    command = getattr(call, name)
    return command(user)  # type: ignore[no-any-return]


def check(call: Call, exchange: Exchange) -> None:
    state = call.state
    assert exchange.overs == exchange.ends == (state.phase == OVER), "the end was told once, at the end"
    assert set(state.bridged) == exchange.bridged
    if state.phase == OVER:
        assert not exchange.bridged
    else:
        known = {party.channel for party in state.parties()} | set(state.legs)
        assert exchange.bridged <= known, "a stranger is in the conversation"
        assert state.first.channel in exchange.alive, "the call goes on without anybody"
        assert State.from_json(state.to_json()) == state, "the state survives as JSON"
        users = [party.user_id for party in state.parties() if party.user_id]
        exchange.was_twice |= len(users) != len(set(users))
        is_on_its_way = state.phase == PARKED and state.second  # told when the parked one is there
        if not exchange.was_twice and not is_on_its_way:
            assert set(users) == exchange.users - {0}, "Odoo thinks that others take part"


@given(STAGES, STEPS)
@settings(max_examples=400, deadline=None)
def test_any_history(stages: list[Stage], steps: list[tuple[str, int, int]]) -> None:
    """Whatever happens in whatever order: one end, told once; nobody in a conversation who does not belong there;
    nobody hears music in a conversation; no telephone is rung twice."""
    play(stages, steps)


@given(STAGES, STEPS)
@settings(max_examples=200, deadline=None)
def test_everybody_gone_is_the_end(stages: list[Stage], steps: list[tuple[str, int, int]]) -> None:
    """When every channel is gone, the call is over: none stays open for ever."""
    call, exchange = play(stages, steps)
    for channel in [*call.state.channels()]:
        exchange.alive.discard(channel)
        exchange.bridged.discard(channel)
        exchange.carry_out(call.gone(channel, 16))
    assert call.state.phase == OVER


def consultation(*, answered: bool = True) -> Call:
    """A person has called HIM, who asks 3."""
    call = Call(State("first", Party("first"), recorded=["first"]))
    call.enter([ring(HIM)])
    call.answered("first-leg1")
    call.consult(HIM, [ring(3)], "103")
    if answered:
        call.answered("first-leg2")
    return call


@pytest.mark.parametrize("user", [ME, 4])
def test_former_party_hangs_up_nobody(user: int) -> None:
    """VOI-16: whoever is in the call no more, or has never been, ends nothing of it."""
    call = consultation()
    with pytest.raises(Refused):
        call.hang_up(user)
    call.complete(HIM)
    for stranger in (user, HIM):
        with pytest.raises(Refused):
            call.hang_up(stranger)
    assert do.Over() in call.hang_up(3)


def test_who_hangs_up_in_a_consultation() -> None:
    """VOI-18: the one who asks and the colleague disconnect the colleague; the person disconnects himself."""
    for user in (HIM, 3):
        call = consultation()
        assert do.Hang("first-leg2", 16) in call.hang_up(user)
        assert [party.user_id for party in call.state.parties()] == [0, HIM]
    call = consultation()
    assert do.Hang("first", 16) in call.hang_up(0)
    assert [party.user_id for party in call.state.parties()] == [HIM, 3]
    with pytest.raises(Refused):
        call.hang_up(0)
    call = consultation(answered=False)
    done = call.hang_up(0)
    assert all(each in done for each in (do.Hang("first-leg1", 16), do.Hang("first-leg2", 16), do.Over()))


def test_handed_over_while_it_rings() -> None:
    """VOI-18: the colleague's telephone goes on ringing, now for the person; Odoo is told at whom."""
    told = [each for each in consultation(answered=False).complete(HIM) if isinstance(each, do.Tell)]
    assert told == [do.Tell("transferred", {"user_id": HIM}), do.Tell("ringing", {"user_ids": [3]})]


def test_follow_me_is_exact() -> None:
    """VOI-41: 10 s on 180; then 180 and 185; then a mobile; then another; 80 s in all."""
    steps = [("180", 0, 80), ("185", 10, 70), ("375296666666", 20, 60), ("375173333333", 50, 30)]
    stage = Ring(tuple(Target(f"PJSIP/{number}", 0, after, seconds) for number, after, seconds in steps))
    call = Call(State("first", Party("first"), recorded=["first"]))
    first = call.enter([stage])
    assert [each.endpoint for each in first if isinstance(each, do.Dial)] == ["PJSIP/180"]
    timers = [each for each in first if isinstance(each, do.Timer)]
    assert [each.seconds for each in timers] == [10, 20, 50]
    for timer, (number, _after, seconds) in zip(timers, steps[1:], strict=True):
        rung = [each for each in call.timer(timer.name) if isinstance(each, do.Dial)]
        assert [(each.endpoint, each.seconds) for each in rung] == [(f"PJSIP/{number}", seconds)]
    ended = [action for leg in sorted(call.state.legs) for action in call.gone(leg, 19)]
    assert do.Hang("first", 19) in ended


def talking(*ends: Party) -> Call:
    first, second = ends or (Party("first", ME, "PJSIP/3-101"), Party("first-leg1", HIM, "PJSIP/3-102", is_up=True))
    state = State("first", first, second, phase=TALKING, recorded=["first"], bridged=["first", "first-leg1"], count=1)
    return Call(state)


def test_consult_follow_me() -> None:
    """VOI-17, VOI-40: a colleague's «Follow Me» is asked by its steps; who connects before it answers leaves the later
    ones to the client."""
    call = talking()
    later = Target("PJSIP/375@trunk-1", 0, after=10), Target("PJSIP/3-104", 4, after=20)
    steps = Ring((Target("PJSIP/3-103", 3), *later))
    asked = call.consult(ME, [steps, End(19)])
    assert [each.endpoint for each in asked if isinstance(each, do.Dial)] == ["PJSIP/3-103"]
    timers = [each for each in asked if isinstance(each, do.Timer)]
    assert [each.seconds for each in timers] == [10, 20]
    assert not call.gone("first-leg2", 19), "the next step is still to come"
    assert [each.endpoint for each in call.timer(timers[0].name) if isinstance(each, do.Dial)] == ["PJSIP/375@trunk-1"]
    call.complete(ME)
    assert State.from_json(call.state.to_json()) == call.state
    assert not call.gone("first-leg3", 19)
    rung = [each for each in call.timer(timers[1].name) if isinstance(each, do.Dial)]
    assert [(each.endpoint, each.originator) for each in rung] == [("PJSIP/3-104", "first-leg1")]
    assert do.Query("back", ME) in call.gone("first-leg4", 19), "nobody: it comes back to who has transferred"


def test_two_park_at_once() -> None:
    """VOI-42: Odoo gave both the same slot of the same company; each has its own, and is told it."""
    order = Order(1, "first", "park", ME, {"slot": 1, "space": "10001", "company": 3})
    for taken, slot in ((set[str](), 1), ({"3/1"}, 2), ({"4/1"}, 1), ({"3/1", "3/2"}, 3)):
        call = talking()
        told = [each.data["slot"] for each in obey(call, order, taken) if isinstance(each, do.Tell)]
        assert (told, call.state.place) == ([slot], f"3/{slot}")
    with pytest.raises(Refused):
        obey(talking(), order, {f"3/{slot}" for slot in range(1, 10)})


@pytest.mark.parametrize("is_recorded", [True, False])
def test_fetched_call_is_recorded(is_recorded: bool) -> None:
    """VOI-08: who parked was the recorded one; what is said after the fetching is in a file of the client's call."""
    fetcher = Call(State("9", Party("9", 3, "PJSIP/3-103"), recorded=["9"] if is_recorded else []))
    (handed,) = [each for each in fetcher.enter([Fetch("first")]) if isinstance(each, do.Yield)]
    assert (handed.is_recorded, fetcher.state.recorded) == (is_recorded, [])
    call = talking()
    call.park(ME, 1, "10001")
    call.gone("first")
    call.fetched(Party("9", 3, "PJSIP/3-103"), handed.is_recorded)
    begun = [each for each in call.returned("first-leg1", "fetched") if isinstance(each, do.Record)]
    assert begun == ([] if is_recorded else [do.Record("9")])
    assert "9" in call.state.recorded


def test_who_calls_is_shown() -> None:
    """VOI-01: a rung telephone shows who calls; an operator is told nothing but the number that Odoo has said."""
    client = Party("first", caller_id="+375291111111")
    targets = Ring((Target("PJSIP/3-102"), Target("PJSIP/375@trunk-1"), Target("PJSIP/376@trunk-1", caller_id="37517")))
    shown = [each.caller_id for each in Call(State("first", client)).enter([targets]) if isinstance(each, do.Dial)]
    assert shown == ["+375291111111", "", "37517"]
    call = talking(client, Party("first-leg1", HIM, "PJSIP/3-102", is_up=True, caller_id="102"))
    shown = [each.caller_id for each in call.consult(HIM, [ring(3)]) if isinstance(each, do.Dial)]
    assert shown == ["102"], "the colleague who asks"
    assert number_of("PJSIP/3-102-web") == "102"
    assert number_of("PJSIP/375291111111@trunk-1") == "375291111111"
    assert not number_of("PJSIP/3-p33-web")


@given(STAGES)
def test_stages_survive_as_json(stages: list[Stage]) -> None:
    """Odoo and the bridge speak in JSON."""
    assert unpack(pack(stages)) == stages


def test_offer_before_the_answer() -> None:
    """Somebody is found while Odoo still looks: his telephone rings, and the answer that comes late changes nothing."""
    call = Call(State("1", Party("1")))
    call.enter([Ask("line", 1)])
    assert any(isinstance(action, do.Dial) for action in call.offered([ring(HIM)]))
    assert not call.routed([Wait(5.0)])
    assert call.state.legs


def test_loudest() -> None:
    """What the self-test hears: nothing in silence, the highest sample else."""
    for samples, expected in (([0] * 8, 0), ([0, -3000, 2000], 3000), ([], 0)):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(array.array("h", samples).tobytes())
        assert loudest(file.getvalue()) == expected
