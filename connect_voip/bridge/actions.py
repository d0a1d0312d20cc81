"""What a call wants done in Asterisk and in Odoo. Carried out in order by ``runner.py``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    channel: str


@dataclass(frozen=True)
class Ringing:
    """The tone of ringing for a caller who has not been answered."""

    channel: str


@dataclass(frozen=True)
class Music:
    """Music for a channel that is in no bridge, or ``TONE``; ``klass`` empty: stop it."""

    channel: str
    klass: str = "default"


@dataclass(frozen=True)
class Sound:
    """Play; its end comes back as the event ``played`` with this ``name``."""

    channel: str
    media: str
    name: str


@dataclass(frozen=True)
class Take:
    """Record a message of the caller; its end comes back as ``played`` with this ``name``."""

    channel: str
    name: str
    seconds: float


@dataclass(frozen=True)
class Await:
    """A sound or message that another bridge has begun: its end comes back as ``played``, at once when it is over."""

    where: str  # among "playbacks" or "recordings/live"
    name: str


@dataclass(frozen=True)
class Dial:
    """Ring one telephone. What cannot be rung comes back as the event ``gone``."""

    leg: str
    endpoint: str
    seconds: float
    originator: str
    user_id: int = 0
    caller_id: str = ""
    record: bool = False
    at_once: bool = False


@dataclass(frozen=True)
class Hang:
    channel: str
    cause: int


@dataclass(frozen=True)
class Join:
    """Into the call's bridge, which is made when it is not there."""

    channels: tuple[str, ...]


@dataclass(frozen=True)
class Leave:
    channel: str


@dataclass(frozen=True)
class Beep:
    """A tone into the conversation, for everybody in it."""


@dataclass(frozen=True)
class Digits:
    channel: str
    digits: str


@dataclass(frozen=True)
class Proceed:
    """Out of the application into the dialplan, with variables that the bridge has made itself."""

    channel: str
    context: str
    extension: str = "s"
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Redirect:
    """Fetch a channel that is in the dialplan back to the application."""

    channel: str
    extension: str


@dataclass(frozen=True)
class Record:
    """Write down from now on what is said while this channel is in a conversation (VOI-08)."""

    channel: str


@dataclass(frozen=True)
class Timer:
    """Come back with the event ``timer`` and this ``name``."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Query:
    """Ask Odoo for stages; they come back as the event ``routed``."""

    what: str
    ref: int
    text: str = ""


@dataclass(frozen=True)
class Wish:
    """What somebody wants with his desk telephone's keys: the verb of his screen, with all its checks in Odoo."""

    verb: str
    user_id: int


@dataclass(frozen=True)
class Tell:
    """A fact for Odoo: its name and what belongs to it."""

    fact: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Yield:
    """This call's channel becomes an end of the call ``key``: the other end of one that was parked, or in the place of
    the channel ``replaces``. This call is over without it."""

    key: str
    channel: str
    user_id: int
    endpoint: str
    replaces: str = ""
    is_up: bool = False
    is_recorded: bool = False  # Asterisk writes down what is said on it: the file is the other call's, too


@dataclass(frozen=True)
class Over:
    """Nothing of the call is left: the bridge may forget it."""


Action = (
    Answer
    | Ringing
    | Music
    | Sound
    | Take
    | Await
    | Dial
    | Hang
    | Join
    | Leave
    | Beep
    | Digits
    | Proceed
    | Redirect
    | Record
    | Timer
    | Query
    | Wish
    | Tell
    | Yield
    | Over
)
