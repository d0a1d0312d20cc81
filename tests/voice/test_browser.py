"""The telephone in the specialist's browser, a real Chromium with sound: VOI-02, VOI-04, VOI-13, VOI-14, VOI-16."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from .browsers import logged_in, picture, speaks
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


def test_every_tab_shows_who_calls(calls: World, nikiforov: Page) -> None:
    """UX, Telephone: the card opens in every tab, though one alone holds the telephone; answered and declined in the
    other one."""
    other = nikiforov.context.new_page()
    other.goto(f"{calls.server.base_url}/odoo")
    expect(other.locator(".o_connect_phone_button")).to_be_visible()
    orlova = calls.phone("100003", tone=700)
    orlova.call("101", talk=120)
    for page in (nikiforov, other):
        expect(page.locator(".o_connect_phone")).to_contain_text("Орлова Мария")
        expect(page.locator(".o_connect_answer")).to_be_visible()
    picture(other, "incoming_other_tab")
    other.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking")
    speaks(calls, "3-101-web")
    expect(other.locator(".o_connect_talk")).to_be_visible()
    hang_up = other.locator(".o_connect_hangup")
    hang_up.click()
    calls.await_call(call["key"], state="ended")
    expect(other.locator(".o_connect_phone")).not_to_be_visible()
    calls.phone("100002").log_off()
    orlova.call("101", talk=60)
    other.locator(".o_connect_decline").click()
    assert calls.await_call(state="missed")["missed_reason"] == "declined"


def test_no_microphone(calls: World, nikiforov: Page) -> None:
    """VOI-02, VOI-11: a page without https and a refused microphone are told in words, and the caller goes on ringing:
    the second click answers."""
    page, card = nikiforov, nikiforov.locator(".o_connect_phone")
    calls.phone("100003", tone=700).call("101", talk=120)
    expect(card).to_contain_text("Орлова Мария")
    page.evaluate(
        """() => {
            window.devices = Object.getOwnPropertyDescriptor(Navigator.prototype, "mediaDevices");
            Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined, configurable: true });
        }"""
    )
    card.locator(".o_connect_answer").click()
    expect(page.locator(".o_notification").last).to_contain_text("https")
    page.evaluate(
        """() => {
            Object.defineProperty(Navigator.prototype, "mediaDevices", window.devices);
            window.given = navigator.mediaDevices.getUserMedia;
            navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
        }"""
    )
    card.locator(".o_connect_answer").click()
    expect(page.locator(".o_notification", has_text="Разрешите микрофон")).to_be_visible()
    picture(page, "no_microphone")
    expect(page.locator(".o_error_dialog")).not_to_be_visible()
    assert calls.last_call()["state"] == "ringing"
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = window.given; }")
    card.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking")
    speaks(calls, "3-101-web")
    card.locator(".o_connect_hangup").click()
    calls.await_call(call["key"], state="ended")


def test_exchange_cut_off(calls: World, nikiforov: Page) -> None:
    """VOI-04: the websocket to the exchange drops in mid-call: the card says so, and the call goes on by itself."""
    page, card = nikiforov, nikiforov.locator(".o_connect_phone")
    calls.phone("100003", tone=700).call("101", talk=120)
    card.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking")
    page.evaluate("odoo.__WOWL_DEBUG__.root.env.services['connect.phone'].agent._transport.socket._ws.close()")
    expect(card.locator(".o_connect_phone_cut")).to_contain_text("Нет связи с АТС")
    picture(page, "cut_off")
    expect(card.locator(".o_connect_phone_cut")).not_to_be_visible()
    speaks(calls, "3-101-web")
    card.locator(".o_connect_hangup").click()
    calls.await_call(call["key"], state="ended")
    expect(card.locator(".o_connect_talk")).not_to_be_visible()
    calls.phone("100003", tone=700).call("101", talk=60)
    expect(card.locator(".o_connect_answer")).to_be_visible()
    card.locator(".o_connect_decline").click()
    calls.await_call(state="missed")


def test_help_for_devices(calls: World, chromium: Browser) -> None:
    """VOI-50: the form of a telephone says what to enter where, for each kind of device."""
    phone = calls.sql("SELECT id FROM connect_extension WHERE sip_user = '3-101'")[0]["id"]
    with logged_in(calls, chromium, 100001) as page:
        page.goto(f"{calls.server.base_url}/odoo/action-connect_voip.action_connect_extension/{phone}")
        kinds = page.locator(".o_form_view details")
        expect(kinds).to_have_count(3)
        for kind in kinds.all():
            kind.locator("summary").click()
            expect(kind.locator("p")).to_be_visible()
        picture(page, "device_help")
