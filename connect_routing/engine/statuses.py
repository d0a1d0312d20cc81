"""Status changes that nobody makes by hand: inactivity (ROU-07), the planned next status (ROU-08), coming back.

A specialist has a *declared* status: what he chose, or what a login gave him. What is shown follows from it and from
what his heartbeat tells, so after a crash the next heartbeat comes to the same answer: there is nothing to remember.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple


class Standing(NamedTuple):
    """A specialist at one instant; statuses are ids."""

    status: int  # the one that is shown
    declared: int  # the one behind it, while he is idle or has just come back; else the same
    planned: int | None  # goes to this one when his work is done
    load: int  # requests he works on
    idle_for: float  # s since he last touched keyboard or mouse
    idle_after: float  # s after which he counts as idle, 0 = never
    idle_status: int  # the one that his profile has for it
    is_offline: bool  # the shown one means that nobody was there
    call: int | None = None  # the one that a call of his forces, as long as it lasts (ROU-27), and the wrap-up after it
    is_over: bool = False  # the processing of his call has just ended


class Move(NamedTuple):
    """``status`` is to be shown, ``declared`` stands behind it; ``ends_plan``: it came true."""

    status: int
    declared: int
    origin: str  # idle, back, planned, login or system, as the log names it
    ends_plan: bool


def next_status(standing: Standing, goes_idle: Container[int]) -> Move | None:
    """What is to change now, None when nothing is.

    :param goes_idle: statuses that end by inactivity; in the others nobody is expected at the keyboard
    """
    if standing.call is not None:
        # he may choose another one meanwhile, or let the mouse rest: it shows when the call is over
        return None if standing.status == standing.call else Move(standing.call, standing.declared, "system", False)
    planned = standing.planned if standing.is_over or not standing.load else None
    declared = standing.declared if planned is None else planned
    is_idle = 0 < standing.idle_after <= standing.idle_for and declared in goes_idle
    status = standing.idle_status if is_idle else declared
    if planned is None and (status, declared) == (standing.status, standing.declared):
        return None
    if is_idle:
        origin = "idle"
    elif planned is not None:
        origin = "planned"
    elif standing.is_offline:
        origin = "login"
    else:
        origin = "system" if standing.is_over else "back"
    return Move(status, declared, origin, planned is not None)
