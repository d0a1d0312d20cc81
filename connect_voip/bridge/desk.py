"""What a telephone on a desk does to its call by itself: keys in mid-call (VOI-42), and transfers by REFER, of which
Asterisk has told us (``refer.py``; VOI-16, VOI-17). The verbs of the screen are in ``commands.py``."""

from __future__ import annotations

from . import actions as do
from . import state as phases
from .call import Flow, event
from .stages import NO_ANSWER, NORMAL, Ask, End, Stage, Wait
from .state import Party

RETURNS, PAUSE = 5, 10.0  # how often a call is brought back to somebody who is busy or away; s of music in between
PARK_KEYS = "*5"


class Refused(Exception):
    """The call cannot do this now. The text is a code that Odoo has words for."""


class Desk(Flow):
    """A call whose parties have telephones of their own."""

    @event
    def pressed(self, channel: str, key: str) -> None:
        """A key of somebody's telephone in mid-call: ``*5`` parks (VOI-42)."""
        party = self.state.party(channel)
        if party is None or not party.user_id or self.state.phase != phases.TALKING:
            return
        party.typed = (party.typed + key)[-len(PARK_KEYS) :]
        if party.typed == PARK_KEYS:
            party.typed = ""
            self._put(do.Wish("park", party.user_id))

    @event
    def referred(self, channel: str, number: str) -> None:
        """REFER without asking first. Where the number leads is asked in the name of its owner, who is free; if nobody
        answers, it comes back to him (VOI-16)."""
        client, mine = self._transferred_by(channel)
        self._release(client, mine)
        self._go_on(client, [Ask("refer", mine.user_id, number), *self._back_to(mine)])

    @event
    def given(self, channel: str, key: str, replaces: str) -> None:
        """REFER after asking: this was the call in which he asked. It is over; the colleague goes over to the client's
        call ``key``, into the place of his channel ``replaces`` there (VOI-17)."""
        mine = self.state.party(channel)
        colleague = self.state.opposite(mine) if mine else None
        if mine is None or colleague is None or self.state.phase != phases.TALKING:
            raise Refused("not_now")
        self.state.phase, self.state.bridged, self.state.music = phases.OVER, [], []
        self._put(do.Tell("ended", {"cause": NORMAL, "missed": "", "handed": True}))
        self._hand_on(colleague, key, replaces)
        self._put(do.Hang(mine.channel, NORMAL))
        self._put(do.Over())

    @event
    def joined(self, channel: str, colleague: Party, is_recorded: bool = False) -> None:
        """The other half of ``given``: the client talks to the colleague."""
        client, mine = self._transferred_by(channel)
        self._put(do.Hang(mine.channel, NORMAL))
        self.state.first, self.state.second = client, colleague
        if is_recorded:
            self.state.recorded.append(colleague.channel)
        self._record(client, colleague)
        self._talk()
        self._put(do.Tell("answered", {"user_id": colleague.user_id, "channel": colleague.channel}))

    # --- how ---

    def _record(self, client: Party, newcomer: Party) -> None:
        """The file of this call may have been that of the one who has left: then there is to be another (VOI-08)."""
        if not {client.channel, newcomer.channel} & set(self.state.recorded):
            self.state.recorded.append(newcomer.channel)
            self._put(do.Record(newcomer.channel))

    def _transferred_by(self, channel: str) -> tuple[Party, Party]:
        """The client, and the employee whose telephone has transferred him."""
        mine = self.state.party(channel)
        client = self.state.opposite(mine) if mine else None
        if mine is None or client is None or not mine.user_id or self.state.phase != phases.TALKING:
            raise Refused("not_now")
        self._put(do.Tell("transferred", {"user_id": mine.user_id}))
        self.state.bridged = [each for each in self.state.bridged if each != mine.channel]
        return client, mine

    def _release(self, client: Party, mine: Party | None) -> None:
        """Let go of the one who transfers: his end is no end of the call."""
        self._part(client)
        if mine:
            self._part(mine)
            self._quiet(mine)
            self._put(do.Hang(mine.channel, NORMAL))

    def _go_on(self, client: Party, stages: list[Stage]) -> None:
        self.state.first, self.state.second = client, None
        self.state.stages, self.state.step, self.state.phase = stages, -1, phases.BEFORE
        self._next()

    def _back_to(self, party: Party | None) -> list[Stage]:
        """Where a transfer or a parked call ends that nobody takes: with the one who made it (VOI-16, VOI-44). While he
        talks or is away the client hears music, and it is tried again: nobody is dropped at once."""
        once: list[Stage] = [Ask("back", party.user_id), Wait(PAUSE)] if party and party.user_id else []
        return [*once * RETURNS, End(NO_ANSWER, missed="not_answered")]
