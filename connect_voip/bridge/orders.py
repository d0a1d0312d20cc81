"""What Odoo orders for a call, as events of its machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .desk import Refused
from .stages import unpack

if TYPE_CHECKING:
    from .actions import Action
    from .commands import Call
    from .office import Order

DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
SPACE = re.compile(r"[0-9]{5}")


def obey(call: Call, order: Order) -> list[Action]:
    """Carry out an order.

    :raises Refused: the call cannot do it now, or there is no such order
    """
    user, data = order.user_id, order.data
    match order.verb:
        case "hangup":
            return call.hang_up(0 if data.get("is_person") else user)
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
            return call.park(user, int(data["slot"]), data["space"])
        case "digits" if DIGITS.fullmatch(data["digits"]):
            return call.dial_digits(user, data["digits"])
    raise Refused("unknown")
