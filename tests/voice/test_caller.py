"""A rung telephone shows who calls (VOI-01)."""

from __future__ import annotations

from .conftest import World
from .test_office import user_id
from .test_taken_up import greeting
from .test_talk import verb
from .test_trunk import CITY, Operator, operator

__all__ = ["operator"]


def test_colleague(calls: World) -> None:
    """His short number and his name."""
    name = calls.sql("SELECT label FROM connect_extension WHERE user_id = %s", user_id(calls, 100002))[0]["label"]
    orlova, nikiforov = calls.phone("100003"), calls.phone("100002")
    orlova.answer_to(f"{name}.*sip:101@")
    nikiforov.call("102", talk=30)
    call = calls.await_call(state="talking")
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_outside_and_transferred(calls: World, operator: Operator) -> None:
    """The number of the caller outside, also at the colleague to whom he is transferred."""
    greeting(operator, seconds=0.2)
    orlova, kim = calls.phone("100003"), calls.phone("100004", registered=False)
    orlova.answer_to("sip:.375291111111@")
    operator.caller("+375291111111").bring(CITY, talk=60)
    call = calls.await_call(state="talking", direction="incoming")
    kim.register()
    kim.answer_to("sip:.375291111111@")
    verb(calls, 100003, call, "transfer_blind", "103")
    calls.await_call(call["key"], user_id=user_id(calls, 100004), state="talking")
    verb(calls, 100004, call, "hangup")
    calls.await_call(call["key"], state="ended")
