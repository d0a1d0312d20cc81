"""What a specialist does to a call that he is in: hold, both kinds of transfer, parking (VOI-14 to VOI-18, VOI-42 to
VOI-44). Whoever is on hold hears music, and nobody is ever dropped because somebody else hung up first."""

from __future__ import annotations

from . import actions as do
from . import state as phases
from .call import event
from .desk import Desk, Refused
from .stages import CONGESTION, NORMAL, End, Ring, Stage, Target
from .state import Party

REJOIN_SECONDS = 15.0
BROWSER = "-web"  # how the endpoint of a telephone in a page ends


class Call(Desk):
    """A call with everything that can be done to it."""

    # --- commands ---

    @event
    def hang_up(self, user_id: int, *, colleague: bool = False) -> None:
        """«Положить трубку». While a colleague is consulted, it ends with the colleague (VOI-18); when the one who
        waits with music hangs up, with him. ``user_id`` 0: the person, whom Odoo has found in this call.

        :param colleague: he is meant alone: a second click, which comes when he has gone, is not for the client
        """
        mine = self.state.of_user(user_id) or self._person(user_id)
        if colleague and self.state.phase != phases.CONSULTING:
            raise Refused("not_now")
        if self.state.phase != phases.CONSULTING:
            self._end(NORMAL)
        elif mine is self._waiting_client():
            self._release(mine, mine)
            self._client_left(mine, NORMAL)
        else:
            self._drop_third()

    @event
    def warn(self) -> None:
        """The minutes of the company run out: whoever talks hears a tone."""
        if self.state.bridged:
            self._put(do.Beep())

    @event
    def cut(self) -> None:
        """They have run out. A colleague who is asked is let go first: he may be the one who costs."""
        self._put(do.Tell("cut"))
        if self.state.phase == phases.CONSULTING:
            self._drop_third()
        else:
            self._end(NORMAL)

    @event
    def hold(self, user_id: int) -> None:
        client = self._client(user_id, phases.TALKING)
        self._set_aside(client)
        self.state.phase = phases.HELD
        self._put(do.Tell("held", {"user_id": user_id}))

    @event
    def resume(self, user_id: int) -> None:
        client = self._client(user_id, phases.HELD)
        self._join(client)
        self.state.phase = phases.TALKING
        self._put(do.Tell("resumed", {"user_id": user_id}))

    @event
    def blind(self, user_id: int, stages: list[Stage]) -> None:
        """«Перевод за один шаг» (VOI-16): the specialist is free at once; if nobody answers, it comes back to him."""
        client = self._client(user_id, phases.TALKING, phases.HELD)
        mine = self.state.opposite(client)
        self._put(do.Tell("transferred", {"user_id": user_id}))
        self._release(client, mine)
        there = [stage for stage in stages if not isinstance(stage, End)]
        self._go_on(client, [*there, *self._back_to(mine)])

    @event
    def consult(self, user_id: int, stages: list[Stage], number: str = "") -> None:
        """«Перевод с консультацией» (VOI-17): the client hears music while the specialist rings a colleague, by the
        number that he has chosen."""
        client = self._client(user_id, phases.TALKING, phases.HELD)
        ring = next((stage for stage in stages if isinstance(stage, Ring)), None)
        if ring is None or not ring.targets:
            raise Refused("nobody")
        mine = self.state.opposite(client)
        self.state.asker = mine.channel if mine else ""
        self._set_aside(client)
        self.state.phase = phases.CONSULTING
        whom = {"user_ids": self._users(ring.targets), "number": number}
        self._put(do.Tell("consulting", {"user_id": user_id, **whom}))
        self.state.stages, self.state.step = [ring], 0
        self._dial_all(ring)

    @event
    def switch(self, user_id: int) -> None:
        """The other area: speak with that party, the other one hears music."""
        client = self._client(user_id, phases.CONSULTING)
        third = self._answered_third()
        speaking, waiting = (client, third) if client.channel in self.state.bridged else (third, client)
        self._set_aside(speaking)
        self._join(waiting)
        self._put(do.Tell("switched", {"user_id": user_id, "to": "client" if waiting is client else "colleague"}))

    @event
    def complete(self, user_id: int) -> None:
        """«Соединить» (VOI-18): client and colleague talk, the specialist is out. A colleague who still rings goes on
        ringing, for the client."""
        client = self._client(user_id, phases.CONSULTING)
        self._hand_over(client, self.state.opposite(client), hang=True)

    @event
    def cancel(self, user_id: int) -> None:
        """Back to the client, without the colleague."""
        self._client(user_id, phases.CONSULTING)
        self._drop_third()

    @event
    def park(self, user_id: int, slot: int, space: str, place: str = "") -> None:
        """Park the other party (VOI-42): the announcer says the slot to the specialist, who is free then."""
        client = self._client(user_id, phases.TALKING, phases.HELD)
        mine = self.state.opposite(client)
        self._set_aside(client)
        self._quiet(client)
        self.state.phase, self.state.place = phases.PARKED, place
        self._put(do.Tell("parked", {"user_id": user_id, "slot": slot}))
        self._put(do.Proceed(client.channel, "connect-park", variables={"CONNECT_SPACE": space}))
        self.state.first, self.state.second = client, None
        if mine:
            self._part(mine)
            self.state.asker = mine.channel
            self._put(do.Sound(mine.channel, f"sound:digits/{slot}", f"{self.state.key}-slot"))
            self.state.stages, self.state.step = self._back_to(mine), -1

    @event
    def dial_digits(self, user_id: int, digits: str) -> None:
        """To the one he speaks with: the extension at the other end (VOI-19)."""
        mine = self.state.of_user(user_id)
        others = [each for each in self.state.parties() if each is not mine and each.channel in self.state.bridged]
        if mine is None or not others:
            raise Refused("not_talking")
        for other in others:
            self._put(do.Digits(other.channel, digits))

    @event
    def rejoin(self, user_id: int) -> None:
        """His browser was loaded anew in mid-call: another leg takes the place of the one that it has lost. One who
        talks on his desk has lost nothing."""
        mine = self.state.of_user(user_id)
        if mine and not mine.endpoint.endswith(BROWSER):
            return
        talks = self.state.phase in (phases.TALKING, phases.HELD, phases.CONSULTING)
        if mine is None or not mine.endpoint or not talks:
            raise Refused("not_now")
        target = Target(mine.endpoint, user_id, seconds=REJOIN_SECONDS)
        leg = self._ring_leg(target, mine.channel, mine.channel in self.state.recorded)
        self.state.rejoining[leg] = mine.channel

    # --- events that only these states know ---

    @event
    def played(self, name: str) -> None:
        if name == f"{self.state.key}-slot":  # who has parked knows the place now
            self._put(do.Hang(self.state.asker, NORMAL))
        else:
            self._emit(super().played(name))

    @event
    def answered(self, leg: str) -> None:
        if leg in self.state.rejoining:
            self._rejoined(leg)
            return
        if self.state.phase != phases.CONSULTING:
            self._emit(super().answered(leg))
            return
        party = self.state.legs.pop(leg, None)
        if party is None or self.state.third:
            self._put(do.Hang(leg, NORMAL))
            return
        self._stop_ringing(NORMAL)
        party.is_up = True
        self.state.third = party
        self._join(party)
        self._put(do.Tell("colleague_answered", {"user_id": party.user_id}))

    @event
    def returned(self, channel: str, why: str) -> None:
        """The parked party is back in the application: his time is over, or somebody fetches him."""
        if self.state.phase != phases.PARKED:
            return
        self.state.first.channel = channel
        if self.state.second:
            self._record(self.state.first, self.state.second)
            self._talk()
            self._put(do.Tell("fetched", {"user_id": self.state.second.user_id}))
            return
        self.state.phase = phases.BEFORE
        self._put(do.Tell("park_over"))
        self._next()

    @event
    def fetched(self, party: Party, is_recorded: bool = False) -> None:
        """Somebody has dialled the slot (VOI-43)."""
        if self.state.phase != phases.PARKED or self.state.second:
            raise Refused("not_parked")
        self._lift(party)
        self.state.second = party
        if is_recorded:
            self.state.recorded.append(party.channel)
        self._put(do.Redirect(self.state.first.channel, "fetched"))

    @event
    def not_fetched(self) -> None:
        """Asterisk's manager is away: who has dialled the slot is told at once, and the call stays parked."""
        mine = self.state.second
        if self.state.phase == phases.PARKED and mine:
            self.state.second = None
            self._put(do.Hang(mine.channel, CONGESTION))
            self._put(do.Tell("not_fetched", {"user_id": mine.user_id}))

    # --- how ---

    def _rejoined(self, leg: str) -> None:
        lost = self.state.rejoining.pop(leg)
        self.state.legs.pop(leg, None)
        party = self.state.party(lost)
        if party is None:
            self._put(do.Hang(leg, NORMAL))
            return
        party.channel = leg
        self.state.asker = leg if self.state.asker == lost else self.state.asker
        if lost in self.state.bridged:
            self.state.bridged.remove(lost)
            self._join(party)
        self._put(do.Hang(lost, NORMAL))
        self._put(do.Tell("rejoined", {"user_id": party.user_id}))

    def _leg_failed(self, cause: int) -> None:
        if self.state.phase != phases.CONSULTING:
            super()._leg_failed(cause)
        elif not self.state.third and not self.state.due and not set(self.state.legs) - set(self.state.rejoining):
            self._put(do.Tell("colleague_unreached"))
            self._back_to_client()

    def _party_left(self, party: Party, cause: int) -> None:
        if self.state.phase == phases.PARKED and party is self.state.second:
            self.state.second = None  # who fetched has hung up before the client was there: his time goes on
            return
        if self.state.phase != phases.CONSULTING:
            super()._party_left(party, cause)
        elif party is self.state.third:
            self.state.third = None
            self._put(do.Tell("colleague_left", {"user_id": party.user_id}))
            self._back_to_client()
        elif party is self._waiting_client():
            self._client_left(party, cause)
        else:
            client = self._waiting_client()
            self._hand_over(client, party, hang=False)

    def _client(self, user_id: int, *allowed: str) -> Party:
        """The one whom this user speaks with; refused when the call is in another phase, or he is not in it."""
        mine = self.state.of_user(user_id)
        if self.state.phase not in allowed or mine is None or mine is self.state.third:
            raise Refused("not_now")
        other = self.state.opposite(mine)
        if other is None:
            raise Refused("not_now")
        return other

    def _waiting_client(self) -> Party:
        """During a consultation: the party that is not the one who asks."""
        first, second = self.state.first, self.state.second
        return second if second and first.channel == self.state.asker else first

    def _person(self, user_id: int) -> Party:
        """The end at which nobody of the company is, for user 0; refused for a user who is in the call no more."""
        person = next((party for party in self.state.parties() if not party.user_id), None)
        if user_id or person is None:
            raise Refused("not_yours")
        return person

    def _answered_third(self) -> Party:
        if self.state.third is None:
            raise Refused("nobody_yet")
        return self.state.third

    def _set_aside(self, party: Party) -> None:
        self._part(party)
        self._play_music(party)

    def _back_to_client(self) -> None:
        client = self._waiting_client()
        self.state.phase = phases.TALKING
        self._join(client)
        self._put(do.Tell("resumed", {}))

    def _drop_third(self) -> None:
        self._stop_ringing(NORMAL)
        third, self.state.third = self.state.third, None
        if third:
            self._part(third)
            self._quiet(third)
            self._put(do.Hang(third.channel, NORMAL))
        self._put(do.Tell("colleague_left", {"user_id": third.user_id if third else 0}))
        self._back_to_client()

    def _client_left(self, client: Party, cause: int) -> None:
        """The client hangs up while the specialist asks: the two colleagues may finish their talk."""
        mine, third = self.state.opposite(client), self.state.third
        if mine is None or third is None:
            self._end(cause, left=client)
            return
        self.state.first, self.state.second, self.state.third = mine, third, None
        self._put(do.Tell("client_left", {"user_id": client.user_id}))
        self._talk()

    def _hand_over(self, client: Party, mine: Party | None, *, hang: bool) -> None:
        third, ring = self.state.third, self.state.stages[self.state.step]
        self._put(do.Tell("transferred", {"user_id": mine.user_id if mine else 0}))
        self.state.third = None
        if hang:
            self._release(client, mine)
        if third:
            self.state.first, self.state.second = client, third
            self._talk()
            self._put(do.Tell("answered", {"user_id": third.user_id, "channel": third.channel}))
            return
        self.state.first, self.state.second = client, None
        self.state.stages, self.state.step = [ring, *self._back_to(mine)], 0
        self.state.phase = phases.RINGING
        rung = self._users(ring.targets) if isinstance(ring, Ring) else []
        self._put(do.Tell("ringing", {"user_ids": rung}))
        self._play_music(client)

    def _emit(self, actions: list[do.Action]) -> None:
        """What an event of the base has put out; ``event`` gave it back already."""
        self.state.out.extend(actions)
