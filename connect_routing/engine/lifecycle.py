"""The life of a request: its states, the transitions between them, and how the ledger rebuilds a row.

A request is an episode of work. ``queued``: waits for a specialist. ``offered``: a specialist is asked for his
consent (transfers). ``active``: bound to a specialist. ``closed``: finished for ever; the next contact of the same
person opens another request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

QUEUED, OFFERED, ACTIVE, CLOSED = STATES = ("queued", "offered", "active", "closed")


class Transition(NamedTuple):
    """``sources``: states a request may be in before (None: it did not exist); ``target``: after; None: unchanged."""

    sources: tuple[str | None, ...]
    target: str | None


CODES: dict[str, Transition] = {
    "opened": Transition((None,), QUEUED),  # the recipient turned to the line
    "queued": Transition((QUEUED,), None),  # the pool was empty: the person is told, the company gets its mail
    "changed": Transition((QUEUED,), None),  # he calls now instead of writing, or the other way round
    "assigned": Transition((QUEUED,), ACTIVE),  # the router chose
    "started": Transition((None, QUEUED), ACTIVE),  # a specialist turned to the recipient (ROU-15, ROU-29)
    "taken_over": Transition((ACTIVE, OFFERED), ACTIVE),  # another specialist turned to him (ROU-24)
    "pulled": Transition((QUEUED,), ACTIVE),  # a specialist took it out of the queue (ROU-38)
    "unbound": Transition((ACTIVE, OFFERED), QUEUED),  # the specialist had left when the recipient wrote (ROU-23)
    "returned": Transition((ACTIVE,), QUEUED),  # he did not answer in time: back to its old place in the queue
    "first_reply": Transition((ACTIVE, OFFERED), None),
    "call_missed": Transition((QUEUED, ACTIVE, OFFERED), None),  # a call was not taken: told by mail (ROU-25)
    "transferred": Transition((ACTIVE, QUEUED), ACTIVE),  # handed over to a colleague (ROU-42)
    "offered": Transition((ACTIVE,), OFFERED),  # a colleague is asked whether he takes it (ROU-43)
    "accepted": Transition((OFFERED,), ACTIVE),  # he does
    "declined": Transition((OFFERED,), ACTIVE),  # he does not: it stays where it was
    "withdrawn": Transition((OFFERED,), ACTIVE),  # who offered it thought better of it
    "expired": Transition((OFFERED,), ACTIVE),  # the colleague did not answer in time
    "moved": Transition((QUEUED, OFFERED, ACTIVE), CLOSED),  # to another line, where it goes on as a new one (ROU-44)
    "warned": Transition((ACTIVE, OFFERED), None),  # the person is silent: it will close soon (ROU-47)
    "silenced": Transition((ACTIVE, OFFERED), CLOSED),  # and so it did
    "finished": Transition((ACTIVE, OFFERED, QUEUED), CLOSED),
    "rated": Transition((CLOSED,), None),
}

# what takes a request out of the queue, into somebody's hands
TAKING = tuple(code for code, each in CODES.items() if QUEUED in each.sources and each.target == ACTIVE)


def next_state(code: str, state: str | None) -> str:
    """The state after ``code``; ValueError when a request in ``state`` cannot make that transition."""
    transition = CODES[code]
    if state not in transition.sources:
        raise ValueError(f"{code}: a request that is {state or 'not there'} cannot make this transition")
    target = transition.target or state
    assert target is not None
    return target


def fold(decisions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of a request as its ledger tells them: the ``changes`` of its decisions in the order of ``seq``.

    ValueError when a number is missing or doubled, or a transition was not allowed: then the ledger is damaged.
    """
    row: dict[str, Any] = {}
    state: str | None = None
    for number, decision in enumerate(sorted(decisions, key=lambda each: each["seq"]), start=1):
        if decision["seq"] != number:
            raise ValueError(f"decision {number} is missing or doubled")
        state = next_state(decision["code"], state)
        row.update(decision["changes"])
        row["seq"] = number
        if row.get("state") != state:
            raise ValueError(f"decision {number} ({decision['code']}) leaves {row.get('state')}, not {state}")
    return row
