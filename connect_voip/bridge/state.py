"""What the bridge knows of one call, and how that is kept for the time after a crash."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .actions import Action
from .stages import Stage, pack, unpack

BEFORE, RINGING, TALKING, HELD, CONSULTING, PARKED, CONFERENCE, OVER = (
    "before",
    "ringing",
    "talking",
    "held",
    "consulting",
    "parked",
    "conference",
    "over",
)


NUMBER = re.compile(r"PJSIP/(?:(?P<outside>[+0-9]+)@trunk-[0-9]+|[0-9]+-(?P<inner>[0-9]+)(?:-web)?)")


def number_of(endpoint: str) -> str:
    """The number by which one of our telephones, or somebody outside, is rung; empty: it has none."""
    found = NUMBER.fullmatch(endpoint)
    return (found["outside"] or found["inner"]) if found else ""


@dataclass
class Party:
    """One end of a call. ``user_id`` 0 is somebody outside; ``endpoint`` is where he can be rung again."""

    channel: str
    user_id: int = 0
    endpoint: str = ""
    is_up: bool = False
    caller_id: str = ""  # what the telephones show that he rings
    typed: str = ""  # the last keys of his telephone


@dataclass
class State:
    """One call: the party that began it (``first``), the one it reached (``second``), and, while a specialist asks a
    colleague, the ``third``. All that is here survives the bridge as JSON."""

    key: str
    first: Party
    second: Party | None = None
    third: Party | None = None
    phase: str = BEFORE
    stages: list[Stage] = field(default_factory=list)
    step: int = -1
    legs: dict[str, Party] = field(default_factory=dict)
    rejoining: dict[str, str] = field(default_factory=dict)  # new leg → the channel whose place it takes
    due: dict[str, int] = field(default_factory=dict)  # timer → index of the target it will ring
    count: int = 0
    bridged: list[str] = field(default_factory=list)
    music: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)  # left on the answering machine
    missed: str = ""
    place: str = ""  # where it was parked last: company and slot
    asker: str = ""  # channel of the one who consults a colleague, or hears where he has parked
    told: int = 0  # notes given to Odoo, which keeps each of them once
    recorded: list[str] = field(default_factory=list)  # channels whose conversations Asterisk writes down
    out: list[Action] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A dict that ``from_json`` reads; pending actions are not part of it."""
        values = {name: value for name, value in vars(self).items() if name != "out"}
        for name in ("first", "second", "third"):
            values[name] = dict(vars(values[name])) if values[name] else None
        for name in ("rejoining", "due", "bridged", "music", "messages", "recorded"):
            values[name] = values[name].copy()
        legs = {leg: dict(vars(party)) for leg, party in self.legs.items()}
        return {**values, "legs": legs, "stages": pack(self.stages)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> State:
        """
        :raises KeyError, TypeError: it was written by another version of this class
        """
        read = dict(values)
        for name in ("first", "second", "third"):
            read[name] = Party(**read[name]) if read[name] else None
        read["legs"] = {leg: Party(**party) for leg, party in read["legs"].items()}
        read["stages"] = unpack(read["stages"])
        return cls(**read)

    # --- reading ---

    @property
    def stage(self) -> Stage | None:
        """Where the call is now."""
        return self.stages[self.step] if 0 <= self.step < len(self.stages) else None

    def parties(self) -> list[Party]:
        """Who takes part, ringing telephones left out."""
        return [party for party in (self.first, self.second, self.third) if party]

    def channels(self) -> list[str]:
        """Every channel of the call, ringing ones included."""
        return [party.channel for party in self.parties()] + list(self.legs)

    def party(self, channel: str) -> Party | None:
        return next((party for party in self.parties() if party.channel == channel), None)

    def of_user(self, user_id: int) -> Party | None:
        """The end at which this user is."""
        return next((party for party in self.parties() if user_id and party.user_id == user_id), None)

    def opposite(self, party: Party) -> Party | None:
        """Whom the first or second party talks to."""
        return self.second if party is self.first else self.first
