"""A specialist calls from his screen: which of his telephones rings first (VOI-06, VOI-07, VOI-37)."""

from __future__ import annotations

from playwright.sync_api import Page

from ..browsers import speaks
from ..conftest import World
from ..test_office import user_id


def originate(calls: World) -> dict:
    made = calls.as_user(100002)("connect.call", "originate", ["102"])
    return calls.await_call(made["key"], state="talking", user_id=user_id(calls, 100003))


def hang_up(calls: World, call: dict) -> None:
    calls.as_user(100002)("connect.call", "hangup", [[call["id"]]])
    calls.await_call(call["key"], state="ended")


def test_telephone_on_the_desk_alone(calls: World) -> None:
    """VOI-07: no page is open: his desk telephone rings and, when he lifts it, the other end."""
    calls.phone("100002").answer()
    calls.phone("100003", tone=700).answer()
    call = originate(calls)
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    assert (call["direction"], call["dialled"]) == ("inner", "102")
    hang_up(calls, call)


def test_his_choice(calls: World, nikiforov: Page) -> None:
    """VOI-06: with a page open the browser has the call, unless he prefers the desk."""
    calls.phone("100002").answer()
    calls.phone("100003", tone=700).answer()
    page = nikiforov.locator(".o_connect_phone_button")
    page.click()
    card = nikiforov.locator(".o_connect_phone")
    card.locator(".o_connect_phone_number").fill("102")
    card.get_by_role("button", name="Позвонить").click()
    call = calls.await_call(state="talking", user_id=user_id(calls, 100003))
    speaks(calls, "3-101-web")
    calls.await_channels({"PJSIP/3-101-web", "PJSIP/3-102"})
    hang_up(calls, call)
    calls.await_silence()
    calls.phones[1].answer()
    me = user_id(calls, 100002)
    calls.as_user(100002)("res.users", "write", [[me], {"connect_calls_from": "desk"}])
    call = originate(calls)
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    calls.as_user(100002)("res.users", "write", [[me], {"connect_calls_from": "browser"}])
    hang_up(calls, call)
