"""One call as a state machine: events in, actions out, no input or output of its own.

Events are methods without an underscore; each returns the actions to carry out, in order. A call is over when nothing
of it is left in Asterisk, and says so exactly once. What a specialist does to his call is in ``commands.py``.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from . import actions as do
from . import state as phases
from .stages import (
    BUSY,
    CONGESTION,
    ELSEWHERE,
    NO_ANSWER,
    NORMAL,
    TONE,
    Ask,
    Conference,
    End,
    Fetch,
    Play,
    Ring,
    Stage,
    Target,
    Voicemail,
    Wait,
)
from .state import Party, State, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
WAIT = "wait"


def event(method: Callable[Concatenate[Any, P], None]) -> Callable[Concatenate[Any, P], list[do.Action]]:
    """Gives back what the method has put out; a call that is over takes no more events."""

    @wraps(method)
    def handle(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> list[do.Action]:
        try:
            if self.state.phase != phases.OVER:
                method(self, *args, **kwargs)
            out: list[do.Action] = self.state.out
            return out
        finally:
            self.state.out = []  # of an event that was refused, nothing is carried out

    return handle


class Flow:
    """The way of a call to whom it is for, and its end."""

    def __init__(self, state: State) -> None:
        self.state = state

    # --- events ---

    @event
    def enter(self, stages: list[Stage]) -> None:
        """The first channel is in the application, and Odoo has said where it is to go."""
        self.state.stages, self.state.step = list(stages), -1
        self._next()

    @event
    def begun(self) -> None:
        """Who has ordered the call has picked up. The recovery may have seen it before its event comes."""
        if self.state.phase == phases.BEFORE and self.state.stage is None:
            self.state.first.is_up = True
            self._next()

    @event
    def routed(self, stages: list[Stage]) -> None:
        """Odoo's answer to ``Query``: it takes the place of the stage that asked."""
        if isinstance(self.state.stage, Ask):
            self.state.stages[self.state.step : self.state.step + 1] = stages
            self.state.step -= 1
            self._next()

    @event
    def unrouted(self) -> None:
        """Odoo has no answer to ``Query``: the next stage, if there is one."""
        if not isinstance(self.state.stage, Ask):
            return
        if self.state.step + 1 < len(self.state.stages):
            self._next()
        else:
            self._begin(End(CONGESTION, "not_answered"))

    @event
    def offered(self, stages: list[Stage]) -> None:
        """Somebody has become free for a call that waits; or has been found before the answer to ``Query`` is here,
        which was given without knowing it and is not wanted any more."""
        if isinstance(self.state.stage, Wait | Ask):
            self._quiet()
            self.state.stages[self.state.step : self.state.step + 1] = stages
            self.state.step -= 1
            self._next()

    @event
    def played(self, name: str) -> None:
        """A greeting or a message has ended."""
        if isinstance(self.state.stage, Play | Voicemail) and name == self._name("sound"):
            if isinstance(self.state.stage, Voicemail):
                self.state.messages.append(name)
                self._put(do.Tell("voicemail", {"name": name}))
            self._next()

    @event
    def timer(self, name: str) -> None:
        """A timer that this call has set."""
        stage, index = self.state.stage, self.state.due.pop(name, None)
        if index is None or self.state.phase not in (phases.BEFORE, phases.RINGING, phases.CONSULTING):
            return
        if isinstance(stage, Wait):
            self._quiet()
            self._next()
        elif isinstance(stage, Ring):
            self._dial(stage.targets[index])

    @event
    def answered(self, leg: str) -> None:
        """A telephone was picked up. A second one of the same moment loses."""
        party = self.state.legs.pop(leg, None)
        if party is None or self.state.phase not in (phases.BEFORE, phases.RINGING):
            self._put(do.Hang(leg, ELSEWHERE))
            return
        party.is_up = True
        self._stop_ringing(ELSEWHERE)
        self._quiet()
        self._lift(self.state.first)
        self.state.second = party
        self._talk()
        self._put(do.Tell("answered", {"user_id": party.user_id, "channel": party.channel}))

    @event
    def gone(self, channel: str, cause: int = NORMAL) -> None:
        """A channel is no more, whoever ended it."""
        if channel in self.state.legs:
            del self.state.legs[channel]
            self.state.rejoining.pop(channel, None)
            self._leg_failed(cause)
            return
        party = self.state.party(channel)
        for names in (self.state.bridged, self.state.music):
            if channel in names:
                names.remove(channel)
        if party is None:
            return  # one that we have let go of
        self._party_left(party, cause)

    @event
    def taken_up(self) -> None:
        """By a new bridge. What is heard or recorded goes on to its end, telephones that ring go on ringing, timers run
        for their whole time once more, and a question is asked again."""
        stage = self.state.stage
        if isinstance(stage, Ring):
            for name, index in self.state.due.items():
                self._put(do.Timer(name, stage.targets[index].after))
        elif self.state.phase not in (phases.BEFORE, phases.RINGING):
            return
        elif isinstance(stage, Play):
            self._put(do.Await("playbacks", self._name("sound")))
        elif isinstance(stage, Voicemail):
            self._put(do.Await("recordings/live", self._name("sound")))
        elif isinstance(stage, Ask | Wait):
            self._begin(stage)

    # --- stages ---

    def _next(self) -> None:
        self.state.step += 1
        stage = self.state.stage
        if stage is None:
            stage = End(NO_ANSWER if self.state.missed else NORMAL)
        self._begin(stage)

    def _begin(self, stage: Stage) -> None:
        first = self.state.first
        match stage:
            case Play():
                self._lift(first)
                self._put(do.Sound(first.channel, stage.media, self._name("sound")))
            case Ring():
                self._ring(stage)
            case Ask():
                self._put(do.Query(stage.what, stage.ref, stage.text))
            case Wait():
                self._lift(first)
                self._play_music(first, stage.music)
                self._later(WAIT, stage.seconds, 0)
            case Voicemail():
                self._lift(first)
                self._put(do.Take(first.channel, self._name("sound"), stage.seconds))
            case Conference():
                self.state.phase = phases.CONFERENCE
                first.is_up = True
                self._put(do.Tell("conference", {"room": stage.room}))
                self._put(do.Proceed(first.channel, "connect-conference", stage.room, self._taped(first)))
            case Fetch():
                self.state.phase = phases.OVER
                self._put(do.Tell("ended", {"cause": NORMAL, "missed": "", "handed": True}))
                self._hand_on(first, stage.key)
                self._put(do.Over())
            case End():
                self.state.missed = stage.missed or self.state.missed
                self._end(stage.cause)

    def _taped(self, party: Party) -> dict[str, str]:
        """For a channel that goes into a room: it is recorded there unless it is already (VOI-08)."""
        if party.channel in self.state.recorded:
            return {}
        self.state.recorded.append(party.channel)
        return {"CONNECT_RECORD": "1"}

    def _ring(self, stage: Ring) -> None:
        self.state.phase = phases.RINGING
        first = self.state.first
        if stage.music not in ("", TONE):
            self._lift(first)
        self._put(do.Tell("ringing", {"user_ids": self._users(stage.targets)}))
        self._dial_all(stage)
        if first.is_up:  # after the telephones: they are what is waited for
            self._play_music(first, stage.music or "default")
        else:
            self._put(do.Ringing(first.channel))
        if not stage.targets:
            self._unreached(CONGESTION)

    def _dial_all(self, stage: Ring) -> None:
        """Each of its telephones, now or when its time comes; ``stage`` is where the call is."""
        for index, target in enumerate(stage.targets):
            if target.after > 0:
                self._later(f"dial-{self.state.step}-{index}", target.after, index)
            else:
                self._dial(target)

    def _dial(self, target: Target) -> None:
        origin = self.state.first.channel
        self._ring_leg(target, origin, origin not in self.state.recorded or self.state.phase == phases.CONSULTING)

    def _ring_leg(self, target: Target, origin: str, record: bool) -> str:
        """Ring one telephone; the name of its leg."""
        self.state.count += 1
        leg = f"{self.state.key}-leg{self.state.count}"
        self.state.legs[leg] = Party(leg, target.user_id, target.endpoint, caller_id=number_of(target.endpoint))
        if record:
            self.state.recorded.append(leg)
        shown = self._shown_to(target)
        wanted = (target.endpoint, target.seconds, origin, target.user_id, shown, record, target.at_once)
        self._put(do.Dial(leg, *wanted))
        return leg

    def _shown_to(self, target: Target) -> str:
        """Who calls, for the rung telephone: who asks a colleague, or whose call it is. An operator is told what Odoo
        has said and nothing else."""
        if target.caller_id or "@" in target.endpoint:
            return target.caller_id
        asker = self.state.party(self.state.asker) if self.state.phase == phases.CONSULTING else None
        return (asker or self.state.first).caller_id

    def _leg_failed(self, cause: int) -> None:
        """One telephone less rings. The last one ends the stage, unless another is to ring later."""
        if self.state.phase == phases.RINGING and not self.state.legs and not self.state.due:
            self._unreached(cause)

    def _unreached(self, cause: int) -> None:
        self.state.missed = "declined" if cause in (BUSY, 21) else "not_answered"
        self._quiet()
        self._put(do.Tell("unreached", {"reason": self.state.missed}))
        self._next()

    # --- the end ---

    def _party_left(self, party: Party, cause: int) -> None:
        """Whose end this is ends the call: a conversation needs two."""
        if self.state.phase in (phases.BEFORE, phases.RINGING):
            self.state.missed = self.state.missed or "abandoned"
        if self.state.phase == phases.CONFERENCE and cause == BUSY:
            self.state.missed = "full"
        self._end(cause, left=party)

    def _end(self, cause: int, left: Party | None = None) -> None:
        self._stop_ringing(cause)
        for party in self.state.parties():
            if party is not left:
                self._put(do.Hang(party.channel, cause))
        self.state.phase, self.state.bridged, self.state.music = phases.OVER, [], []
        self._put(do.Tell("ended", {"cause": cause, "missed": self.state.missed}))
        self._put(do.Over())

    def _stop_ringing(self, cause: int) -> None:
        for leg in self.state.legs:
            self._put(do.Hang(leg, cause))
        self.state.legs, self.state.due, self.state.rejoining = {}, {}, {}

    def _hand_on(self, party: Party, key: str, replaces: str = "") -> None:
        """He goes over into another call, and the file of what he says with him."""
        is_recorded = party.channel in self.state.recorded
        if is_recorded:
            self.state.recorded.remove(party.channel)
        them = party.channel, party.user_id, party.endpoint
        self._put(do.Yield(key, *them, replaces, party.is_up, is_recorded))

    # --- small things ---

    def _put(self, action: do.Action) -> None:
        self.state.out.append(action)

    def _users(self, targets: tuple[Target, ...]) -> list[int]:
        """Whose telephones these are, as far as they are of the company."""
        return sorted({target.user_id for target in targets} - {0})

    def _name(self, what: str) -> str:
        return f"{self.state.key}-{what}{self.state.step}"

    def _later(self, name: str, seconds: float, index: int) -> None:
        self.state.due[name] = index
        self._put(do.Timer(name, seconds))

    def _lift(self, party: Party) -> None:
        if not party.is_up:
            party.is_up = True
            self._put(do.Answer(party.channel))

    def _play_music(self, party: Party, klass: str = "default") -> None:
        if party.channel not in self.state.music:
            self.state.music.append(party.channel)
            self._put(do.Music(party.channel, klass))

    def _quiet(self, party: Party | None = None) -> None:
        """No more music for the one who waits."""
        channel = (party or self.state.first).channel
        self.state.due.pop(WAIT, None)
        if channel in self.state.music:
            self.state.music.remove(channel)
            self._put(do.Music(channel, ""))

    def _join(self, *parties: Party | None) -> None:
        joining = [party for party in parties if party and party.channel not in self.state.bridged]
        for party in joining:
            self._quiet(party)
            self.state.bridged.append(party.channel)
        if joining:
            self._put(do.Join(tuple(party.channel for party in joining)))

    def _part(self, party: Party) -> None:
        if party.channel in self.state.bridged:
            self.state.bridged.remove(party.channel)
            self._put(do.Leave(party.channel))

    def _talk(self) -> None:
        self.state.phase = phases.TALKING
        self.state.missed = ""
        self._join(self.state.first, self.state.second)
