"""What Odoo orders for a call, as events of its machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .desk import Refused
from .stages import unpack

if TYPE_CHECKING:
    from .actions import Action
    from .commands import Call
    from .office import Order

DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
SLOTS = range(1, 10)
SPACE = re.compile(r"[0-9]{5}")


def obey(call: Call, order: Order, taken: set[str]) -> list[Action]:
    """Carry out an order.

    :param taken: where other calls are parked
    :raises Refused: the call cannot do it now, or there is no such order
    """
    user, data = order.user_id, order.data
    match order.verb:
        case "hangup":
            return call.hang_up(0 if data.get("is_person") else user, colleague=bool(data.get("colleague")))
        case "hold":
            return call.hold(user)
        case "resume":
            return call.resume(user)
        case "blind":
            return call.blind(user, unpack(data["stages"]))
        case "consult":
            return call.consult(user, unpack(data["stages"]), data.get("number", ""))
        case "rejoin":
            return call.rejoin(user)
        case "switch":
            return call.switch(user)
        case "complete":
            return call.complete(user)
        case "cancel":
            return call.cancel(user)
        case "warn":
            return call.warn()
        case "cut":
            return call.cut()
        case "offer":
            return call.offered(unpack(data["stages"]))
        case "park" if SPACE.fullmatch(data["space"]):
            slot = _free_slot(data, taken)
            return call.park(user, slot, data["space"], _place(data, slot))
        case "digits" if DIGITS.fullmatch(data["digits"]):
            return call.dial_digits(user, data["digits"])
    raise Refused("unknown")


def _free_slot(data: dict[str, Any], taken: set[str]) -> int:
    """Odoo has chosen by what was noted: of two who park in the same moment, the second one gets another slot."""
    free = [slot for slot in SLOTS if _place(data, slot) not in taken]
    if not free:
        raise Refused("no_slot")
    return data["slot"] if data["slot"] in free else free[0]


def _place(data: dict[str, Any], slot: int) -> str:
    return f"{data['company']}/{slot}"
