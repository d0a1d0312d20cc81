"""The telephone in the specialist's browser, a real Chromium with sound: VOI-02, VOI-04, VOI-13, VOI-14, VOI-16."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .browsers import picture, speaks
from .conftest import World


def test_incoming_answer_hold_reload_hang_up(calls: World, nikiforov: Page) -> None:
    """A colleague calls: name and buttons over any screen; answered; held; the page is loaded anew without losing the
    call; hung up."""
    page = nikiforov
    orlova = calls.phone("100003", tone=700)
    orlova.call("101", talk=120)
    card = page.locator(".o_connect_phone")
    expect(card).to_contain_text("Входящий звонок")
    expect(card).to_contain_text("Орлова Мария")
    picture(page, "incoming")
    card.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking")
    expect(card.locator(".o_connect_talk")).to_be_visible()
    speaks(calls, "3-101-web")
    speaks(calls, "3-102")
    picture(page, "talking")

    card.locator(".o_connect_hold").click()
    calls.await_call(call["key"], state="held")
    expect(card).to_contain_text("Удержание")
    card.locator(".o_connect_hold").click()
    calls.await_call(call["key"], state="talking")

    page.reload()
    calls.await_fact(call["id"], "rejoined")
    calls.await_channels({"PJSIP/3-101-web", "PJSIP/3-102"})
    speaks(calls, "3-101-web")
    expect(card.locator(".o_connect_talk")).to_be_visible()
    card.locator(".o_connect_hangup").click()
    calls.await_call(call["key"], state="ended")
    expect(card).not_to_be_visible()


def test_dial_and_one_step_transfer(calls: World, nikiforov: Page) -> None:
    """VOI-37, VOI-15, VOI-16: dialled from the browser by name; handed over to who is free now; the specialist is free
    again."""
    page = nikiforov
    calls.phone("100003", tone=700).answer()
    calls.phone("100004", tone=1000).answer()
    calls.set_status(100004)
    page.locator(".o_connect_phone_button").click()
    card = page.locator(".o_connect_phone")
    card.locator(".o_connect_phone_number").fill("Орлова")
    card.locator(".list-group-item").first.click()
    picture(page, "dial")
    card.get_by_role("button", name="Позвонить").click()
    call = calls.await_call(state="talking", within=40)
    speaks(calls, "3-101-web")
    card.locator(".o_connect_transfer").click()
    found = card.locator(".o_connect_phone_found .list-group-item")
    expect(found.first).to_contain_text("Ким")
    picture(page, "transfer")
    card.get_by_role("button", name="Отделы").click()
    expect(found.first).to_contain_text("901")
    card.get_by_role("button", name="Свободны").click()
    expect(found).to_have_count(1)
    found.first.click()
    expect(card.locator(".o_connect_phone_number")).to_have_value("103")
    card.locator(".o_connect_blind").click()
    calls.await_channels({"PJSIP/3-102", "PJSIP/3-103"})
    calls.await_call(call["key"], state="talking")
    expect(card.locator(".o_connect_talk")).not_to_be_visible()


def test_decline(calls: World, nikiforov: Page) -> None:
    """The specialist declines: the caller hears it at once, and the call is missed."""
    calls.phone("100002").log_off()  # of the telephone on his desk Asterisk may still think that it is there
    orlova = calls.phone("100003")
    orlova.call("101", talk=60)
    nikiforov.locator(".o_connect_decline").click()
    call = calls.await_call(state="missed")
    assert call["missed_reason"] == "declined"
