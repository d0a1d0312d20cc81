"""Keys of telephones in mid-call: they reach the other end (VOI-19), and ``*5`` parks (VOI-42)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from ..browsers import speaks
from ..conftest import World
from ..ear import Ear
from ..test_talk import verb


@pytest.fixture
def conversation(calls: World) -> tuple[dict, Ear, Ear]:
    """Nikiforov has called Orlova and has sent her «0» from his screen, and she has said something."""
    nikiforov, orlova = calls.phone("100002"), calls.phone("100003")
    ears = nikiforov.listen(), orlova.listen()
    orlova.answer()
    nikiforov.call("102", talk=60)
    call = calls.await_call(state="talking")
    verb(calls, 100002, call, "send_digits", "0")
    ears[1].await_digits("0")
    ears[1].speak()
    ears[0].await_voice()
    return call, *ears


def test_keys_of_a_desk_telephone(calls: World, conversation: tuple[dict, Ear, Ear]) -> None:
    """VOI-19: keys pressed there, and digits that the screen sends, arrive at the other end, in order, once."""
    call, nikiforov, orlova = conversation
    nikiforov.press("12#")
    orlova.await_digits("012#")
    verb(calls, 100002, call, "send_digits", "904")
    orlova.await_digits("012#904")
    assert not nikiforov.digits
    orlova.press("*")
    nikiforov.await_digits("*")
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_keys_park(calls: World, conversation: tuple[dict, Ear, Ear]) -> None:
    """VOI-42: ``*5`` on the telephone parks as the button of the screen does."""
    call, nikiforov, _orlova = conversation
    nikiforov.press("*5")
    call = calls.await_call(call["key"], state="parked")
    assert call["slot"]
    verb(calls, 100003, call, "hangup")
    calls.await_call(call["key"], state="ended")


def test_keypad_of_the_browser(calls: World, nikiforov: Page) -> None:
    """VOI-19: what is clicked on the keypad arrives at the other end."""
    orlova = calls.phone("100003")
    ear = orlova.listen()
    orlova.call("101", talk=60)
    card = nikiforov.locator(".o_connect_phone")
    card.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking")
    speaks(calls, "3-101-web")
    card.locator(".o_connect_keypad").click()
    for key in "4#":
        card.locator(".o_connect_keys").get_by_text(key, exact=True).click()
    ear.await_digits("4#")
    card.locator(".o_connect_hangup").click()
    calls.await_call(call["key"], state="ended")
