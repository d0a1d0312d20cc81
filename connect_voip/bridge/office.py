"""What the bridge asks Odoo for. The bridge knows this protocol and nothing else of Odoo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from .stages import Stage


@dataclass(frozen=True)
class Entrance:
    """A channel that has come into the application by itself."""

    channel: str
    door: str  # "inner": one of our telephones, "trunk": an operator
    endpoint: str  # name of the endpoint in Asterisk
    dialled: str
    caller: str  # number as the other side says it
    again: bool = False  # to a bridge that has died: what became of it there is not known


@dataclass(frozen=True)
class Opening:
    """Odoo's answer: where the call is to go. ``user_id``: whose telephone this is, 0 for an outside one."""

    stages: list[Stage]
    user_id: int = 0
    endpoint: str = ""
    caller_id: str = ""  # what the telephones show that it rings


@dataclass(frozen=True)
class Order:
    """What somebody wants done: with a call, or a call to be made (``originate``, with the leg to ring first)."""

    number: int
    key: str
    verb: str
    user_id: int
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """What has happened to a call since the last time, in order, and how it stands now. Without facts it has gone on
    by itself: a greeting, a queue."""

    key: str
    facts: list[tuple[str, dict[str, Any]]]
    snapshot: dict[str, Any]


class Office(Protocol):
    """Methods may block: they are called in threads, several at once. Whatever they raise ends the call that asked,
    never the bridge."""

    def enter(self, entrance: Entrance) -> Opening:
        """Note a call that has come in; where it is to go."""

    def ask(self, key: str, what: str, ref: int, text: str) -> list[Stage]:
        """Where a call goes that has come to an ``Ask``."""

    def wish(self, key: str, verb: str, user_id: int) -> None:
        """What a user wants done to his call, by the keys of his desk telephone: it comes back as an order."""

    def note(self, notes: list[Note]) -> list[str]:
        """Keep what has happened, of several calls. The keys of those that could not be kept; a note that comes twice,
        known by ``told`` of its snapshot, is kept once."""

    def orders(self) -> list[Order]:
        """What has been asked for since the last time, in order. Each is given once."""

    def refuse(self, order: Order, code: str) -> None:
        """An order that the call could not carry out."""

    def tested(self, order: Order, steps: list[dict[str, Any]]) -> None:
        """How a self-test of the exchange went."""

    def open_calls(self) -> dict[str, dict[str, Any]]:
        """Calls that have not ended, with the snapshot last noted; but those whose order is still to be given. What was
        offered to them meanwhile is offered again."""

    def lost(self, keys: list[str]) -> bool:
        """Calls that have ended while nobody watched: their true end is in the record of events (CEL). True: noted."""

    def recorded(self, key: str, name: str, sound: bytes) -> bool:
        """A sound file of a call. True: it is kept, and may be deleted in Asterisk."""

    def beat(self, version: str, keys: list[str]) -> bool:
        """The bridge is alive and connected to this version of Asterisk; empty: not connected. Of the open calls it
        has these: others are ended when the record shows their end. True: calls were found that no bridge has seen."""
