"""What Odoo answers when it is asked where a call goes: a list of stages, carried out in order until one of them holds.

A line's specialist, a department, «Follow Me», an inbound scheme and a transfer are all the same list.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

TONE = "tone"  # instead of music: the tone of ringing, also when the caller has been answered by a greeting
NO_ANSWER, BUSY, NORMAL, CONGESTION, ELSEWHERE = 19, 17, 16, 34, 26  # causes of Q.850


@dataclass(frozen=True)
class Target:
    """One telephone to ring: ``after`` seconds from the beginning of the stage, for ``seconds``. With ``at_once`` it is
    told to answer by itself (VOI-21)."""

    endpoint: str
    user_id: int = 0
    after: float = 0.0
    seconds: float = 30.0
    caller_id: str = ""
    at_once: bool = False


@dataclass(frozen=True)
class Play:
    """A greeting that is heard to its end before anything rings (VOI-46)."""

    media: str


@dataclass(frozen=True)
class Ring:
    """Ring these telephones; the first that answers has the call (VOI-38, VOI-41). With ``music`` the caller hears
    music while they ring (VOI-46), with ``TONE`` the tone of ringing; without, whichever costs no answering."""

    targets: tuple[Target, ...]
    music: str = ""


@dataclass(frozen=True)
class Ask:
    """Ask Odoo again when the call has come here: for the specialist of a line, free only then; for where a number
    leads that a telephone on a desk has dialled to transfer (``text``)."""

    what: str
    ref: int = 0
    text: str = ""


@dataclass(frozen=True)
class Wait:
    """Music until Odoo offers the call to somebody, at most so long."""

    seconds: float
    music: str = "default"


@dataclass(frozen=True)
class Voicemail:
    """A message after the tone, at most so long."""

    seconds: float = 180.0


@dataclass(frozen=True)
class Conference:
    """A room; Asterisk counts its 25 seats."""

    room: str


@dataclass(frozen=True)
class Fetch:
    """Take a parked call (VOI-43): ``key`` names it."""

    key: str


@dataclass(frozen=True)
class End:
    """Hang up, with the cause that the caller's switch is told. ``missed`` says why nobody was reached, for Odoo."""

    cause: int = NORMAL
    missed: str = ""


Stage = Play | Ring | Ask | Wait | Voicemail | Conference | Fetch | End
KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Play, Ring, Ask, Wait, Voicemail, Conference, Fetch, End)
}


def pack(stages: list[Stage]) -> list[dict[str, Any]]:
    """Stages as JSON can hold them."""
    return [{"kind": type(stage).__name__, **asdict(stage)} for stage in stages]


def unpack(packed: list[dict[str, Any]]) -> list[Stage]:
    """The reverse of ``pack``.

    :raises KeyError: there is no such kind of stage
    """
    stages: list[Stage] = []
    for entry in packed:
        values = dict(entry)
        kind = KINDS[values.pop("kind")]
        if kind is Ring:
            values["targets"] = tuple(Target(**target) for target in values["targets"])
        stages.append(kind(**values))
    return stages
