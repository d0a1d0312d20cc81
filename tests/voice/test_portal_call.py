"""The person's telephone in the portal, and calls to it out of the conversation: VOI-02, VOI-03, VOI-04, VOI-13."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from ..browser.people import Visitor
from .browsers import logged_in, picture, speaks
from .conftest import World
from .test_talk import talk, verb

IVANOVA = 200001


def line_id(calls: World) -> int:
    return int(calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_hot'")[0]["res_id"])


def browser_of(calls: World, login: int) -> str:
    row = calls.await_row(
        """SELECT x.sip_user FROM connect_extension x JOIN res_users u ON u.partner_id = x.partner_id
            WHERE u.login = %s""",
        str(login),
    )
    return f"{row['sip_user']}-web"


def user_id(calls: World, login: int) -> int:
    return int(calls.sql("SELECT id FROM res_users WHERE login = %s", str(login))[0]["id"])


def reads_well(page: Page) -> None:
    """What stands on the screen is Russian and meant for people."""
    Visitor.reads_well(type("Reader", (), {"page": page, "login": ""})())


def test_person_calls_and_is_called(calls: World, chromium: Browser, nikiforov: Page) -> None:
    """VOI-02: one press calls the specialist of the line: who, how long, how well; both are heard; mute; the end. Then
    the specialist calls the person, whose page rings."""
    with logged_in(calls, chromium, IVANOVA, 360, 740) as page:
        page.goto(f"{calls.server.base_url}/my/connect/{line_id(calls)}")
        expect(page.locator(".o_connect_call")).to_be_visible()
        calls.set_status(100002)
        desk = calls.phone("100002")
        desk.answer(ring=2)
        page.locator(".o_connect_call").click()
        card = page.locator(".o_connect_caller")
        expect(card).to_contain_text("Звоним…")
        picture(page, "portal_calling")
        call = calls.await_call(state="talking", direction="incoming", within=40)
        expect(card).to_contain_text("Никифоров")
        expect(card.locator(".o_connect_talk")).to_have_text(re.compile(r"00:0\d"))
        browser = browser_of(calls, IVANOVA)
        speaks(calls, browser)
        speaks(calls, "3-101")
        expect(card).to_contain_text("связь хорошая", timeout=20_000)
        reads_well(page)
        picture(page, "portal_talking_360")
        page.set_viewport_size({"width": 1360, "height": 768})
        picture(page, "portal_talking")
        card.locator(".o_connect_mute").click()
        expect(card.locator(".o_connect_mute")).to_have_attribute("aria-pressed", "true")
        card.locator(".o_connect_hangup").click()
        call = calls.await_call(call["key"], state="ended")
        assert (call["user_id"], bool(call["request_id"])) == (user_id(calls, 100002), True)
        expect(card).not_to_be_visible()
        calls.await_silence()

        nikiforov.locator(".o_connect_header .o_connect_call").click()
        expect(card).to_contain_text("Никифоров")
        expect(card).to_contain_text("звонит вам")
        picture(page, "portal_incoming")
        card.locator(".o_connect_answer").click()
        back = calls.await_call(state="talking", direction="outgoing")
        assert back["request_id"] == call["request_id"]
        speaks(calls, browser)
        speaks(calls, "3-101-web")
        expect(card.locator(".o_connect_talk")).to_be_visible()
        nikiforov.locator(".o_connect_phone_ticket").click()  # LIN-59: registered while they speak
        form = nikiforov.locator(".modal-dialog")
        expect(form).to_contain_text("Создать заявку")
        picture(nikiforov, "ticket_of_a_call")
        form.get_by_role("button", name=re.compile("Отменить|Закрыть")).first.click()
        nikiforov.locator(".o_connect_phone .o_connect_hangup").click()
        calls.await_call(back["key"], state="ended")
        expect(card).not_to_be_visible()


def test_nobody_and_no_microphone(calls: World, chromium: Browser) -> None:
    """Errors in words: the browser gives no microphone; the specialist declines."""
    with logged_in(calls, chromium, IVANOVA) as page:
        page.goto(f"{calls.server.base_url}/my/connect/{line_id(calls)}")
        page.evaluate(
            """() => navigator.mediaDevices.getUserMedia = () =>
                Promise.reject(new DOMException("no", "NotAllowedError"))"""
        )
        page.locator(".o_connect_call").click()
        expect(page.locator(".o_notification")).to_contain_text("Разрешите микрофон")
        picture(page, "portal_no_microphone")
        expect(page.locator(".o_connect_caller")).not_to_be_visible()
        page.reload()
        expect(page.locator(".o_connect_call")).to_be_visible()
        calls.set_status(100002)
        calls.phone("100002").refuse()
        page.locator(".o_connect_call").click()
        expect(page.locator(".o_notification")).to_contain_text("Напишите здесь")
        expect(page.locator(".o_connect_caller")).not_to_be_visible()
        assert calls.await_call(state="missed")["missed_reason"] == "declined"


def test_specialist_calls_from_the_conversation(calls: World, nikiforov: Page) -> None:
    """VOI-13: «Call» in the conversation; and when a person's call is taken, the conversation opens by itself."""
    calls.set_status(100002)
    ivanova = calls.phone("200001", tone=1000)
    ivanova.call(f"**{line_id(calls)}", talk=120)
    phone = nikiforov.locator(".o_connect_phone")
    phone.locator(".o_connect_answer").click()
    call = calls.await_call(state="talking", direction="incoming")
    header = nikiforov.locator(".o_connect_header")
    expect(header).to_be_visible()
    speaks(calls, "3-101-web")
    picture(nikiforov, "conversation_opened")
    phone.locator(".o_connect_hangup").click()
    calls.await_call(call["key"], state="ended")
    calls.await_silence()

    ivanova.answer(talk=120)
    header.locator(".o_connect_call").click()
    back = calls.await_call(state="talking", direction="outgoing", within=40)
    assert back["request_id"] == call["request_id"]
    expect(phone.locator(".o_connect_talk")).to_be_visible()
    picture(nikiforov, "conversation_call")
    reads_well(nikiforov)
    phone.locator(".o_connect_hangup").click()
    calls.await_call(back["key"], state="ended")


def test_self_test(calls: World, chromium: Browser) -> None:
    """«Check the connection» in the exchange's form places a real call to an echo and tells each step; when Asterisk
    has no echo, it says so and what to look at."""
    pbx = calls.sql("SELECT id FROM connect_pbx WHERE company_id IS NULL")[0]["id"]
    with logged_in(calls, chromium, "admin", password="admin") as page:
        page.goto(f"{calls.server.base_url}/odoo/action-connect_voip.action_connect_pbx/{pbx}")
        page.locator("button[name=action_test]").click()
        report = page.locator(".o_field_widget[name=test_report]")
        expect(report.locator(".fa-check")).to_have_count(7)
        report.scroll_into_view_if_needed()
        picture(page, "self_test")
        calls.await_silence()

        calls.ari("/asterisk/modules/app_echo.so", "DELETE")
        try:
            page.locator("button[name=action_test]").click()
            expect(report.locator(".fa-times")).to_have_count(1)
        finally:
            calls.ari("/asterisk/modules/app_echo.so", "POST")
        expect(report).to_contain_text("app_echo")
        report.scroll_into_view_if_needed()
        picture(page, "self_test_failed")
        calls.await_silence()


def checked(calls: World, pbx: int) -> dict[str, bool]:
    """What the self-test of this exchange says of each step."""
    before = calls.sql("SELECT tested_at FROM connect_pbx WHERE id = %s", pbx)[0]["tested_at"]
    calls.admin("connect.pbx", "action_test", [[pbx]])
    row = calls.await_row(
        "SELECT test_steps FROM connect_pbx WHERE id = %s AND tested_at IS DISTINCT FROM %s", pbx, before
    )
    return {step["step"]: step["ok"] for step in row["test_steps"]}


def test_changed_password(calls: World) -> None:
    """VOI-01: what is changed in the exchange's form holds at once: the bridge connects anew, and calls go on."""
    call, _orlova = talk(calls)
    exchange = calls.sql("SELECT id, ami_password FROM connect_pbx WHERE company_id IS NULL")[0]
    try:
        calls.admin("connect.pbx", "write", [[exchange["id"]], {"ami_password": "wrong"}])
        assert not checked(calls, exchange["id"])["ami"]
    finally:
        calls.admin("connect.pbx", "write", [[exchange["id"]], {"ami_password": exchange["ami_password"]}])
    steps = checked(calls, exchange["id"])
    assert len(steps) == 7
    assert all(steps.values()), steps
    calls.await_channels({"PJSIP/3-101", "PJSIP/3-102"})
    verb(calls, 100002, call, "hangup")
    calls.await_call(call["key"], state="ended")
