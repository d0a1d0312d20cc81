"""The operator's own side of a call: wrap-up, auto-answer, sounds (ROU-04, VOI-11, VOI-21 to VOI-23, VOI-27)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .browsers import logged_in, picture, registered, speaks
from .conftest import World
from .test_line import hotline

NIKIFOROV = 100002
STATUS = """SELECT a.status_since, a.call_status_until FROM connect_agent a JOIN connect_status s ON s.id = a.status_id
             JOIN res_users u ON u.id = a.user_id WHERE u.login = %s AND s.code = %s"""
PHONE = "odoo.__WOWL_DEBUG__.root.env.services['connect.phone']"


@pytest.fixture
def centre(calls: World) -> Iterator[World]:
    """Nikiforov works in a contact centre, on a line with two seconds of wrap-up."""
    line = calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_hot'")[0]["res_id"]
    calls.admin("connect.line", "write", [[line], {"wrapup_time": 2}])
    who = "WHERE user_id = (SELECT id FROM res_users WHERE login = '100002')"
    calls.set_status(NIKIFOROV)
    calls.sql(f"UPDATE connect_agent SET profile = 'contact_center' {who}")
    yield calls
    calls.sql(f"UPDATE connect_agent SET profile = 'support' {who}")
    calls.admin("connect.line", "write", [[line], {"wrapup_time": 30, "auto_answer": "operator"}])


def line_of(calls: World) -> int:
    return int(hotline(calls)[2:])


def card_of(page: Page) -> Locator:
    return page.locator(".o_connect_phone")


def test_wrapup(centre: World) -> None:
    """ROU-04, VOI-27: «Разговор», two seconds of «Постобработка», «Готов»; the log is exact to the millisecond, however
    late the clock looks."""
    centre.set_status(NIKIFOROV, "ready")
    desk, ivanova = centre.phone("100002"), centre.phone("200001", tone=1000)
    desk.answer()
    person = ivanova.call(hotline(centre), talk=1.5)
    centre.await_row(STATUS, "100002", "talk")
    assert person.wait(15) == 0, ivanova.errors()
    wrapup = centre.await_row(STATUS, "100002", "wrapup")
    began = time.monotonic()
    assert (wrapup["call_status_until"] - wrapup["status_since"]).total_seconds() == 2
    ready = centre.await_row(STATUS, "100002", "ready")
    assert time.monotonic() - began < 5
    assert ready["status_since"] == wrapup["call_status_until"]
    call = centre.last_call()
    assert centre.facts(call["id"]) == ["ringing", "answered", "ended", "left"]


def test_auto_answer(centre: World, chromium: Browser) -> None:
    """VOI-21, VOI-22, VOI-23: ticked in the card, a call of the line is connected at once, and heard; it lasts for the
    session, so a reload keeps it and a new login does not; the administrator's word counts more."""
    ivanova = centre.phone("200001", tone=1000)
    with logged_in(centre, chromium, NIKIFOROV) as page:
        registered(page)
        centre.set_status(NIKIFOROV, "ready")
        page.locator(".o_connect_phone_button").click()
        page.get_by_label("Автоответ включен").check()
        picture(page, "auto_answer")
        page.reload()
        page.locator(".o_connect_phone_button").click()
        expect(page.get_by_label("Автоответ включен")).to_be_checked()
        registered(page)
        ivanova.call(hotline(centre), talk=60)
        call = centre.await_call(state="talking", direction="incoming")
        speaks(centre, "3-101-web")
        card_of(page).locator(".o_connect_hangup").click()
        centre.await_call(call["key"], state="ended")
    with logged_in(centre, chromium, NIKIFOROV) as page:
        centre.set_status(NIKIFOROV, "ready")
        page.locator(".o_connect_phone_button").click()
        expect(page.get_by_label("Автоответ включен")).not_to_be_checked()
        registered(page)
        ivanova.call(hotline(centre), talk=60)
        card_of(page).locator(".o_connect_answer").click()
        call = centre.await_call(state="talking", direction="incoming")
        card_of(page).locator(".o_connect_hangup").click()
        centre.await_call(call["key"], state="ended")
        centre.set_status(NIKIFOROV, "ready")
        centre.admin("connect.line", "write", [[line_of(centre)], {"auto_answer": "on"}])
        ivanova.call(hotline(centre), talk=60)
        call = centre.await_call(state="talking", direction="incoming")
        card_of(page).locator(".o_connect_hangup").click()
        centre.await_call(call["key"], state="ended")


def test_desk_telephone_answers_at_once(centre: World) -> None:
    """VOI-21: a telephone on the desk is told by ``Call-Info: answer-after=0``; this one takes no call without it."""
    centre.admin("connect.line", "write", [[line_of(centre)], {"auto_answer": "on"}])
    centre.set_status(NIKIFOROV, "ready")
    desk, ivanova = centre.phone("100002"), centre.phone("200001", tone=1000)
    desk.answer_at_once()
    person = ivanova.call(hotline(centre), talk=4)
    call = centre.await_call(state="talking", direction="incoming")
    assert person.wait(15) == 0, ivanova.errors()
    centre.await_call(call["key"], state="ended")


def test_sounds(centre: World, chromium: Browser) -> None:
    """VOI-11: the chosen microphone, gain, loudspeaker and ring tone are those that are used; a device that is gone is
    replaced, and the screen says so."""
    orlova = centre.phone("100003", tone=700)
    with logged_in(centre, chromium, NIKIFOROV) as page:
        registered(page)
        page.locator(".o_connect_phone_button").click()
        page.locator(".o_connect_phone_gear").click()
        settings = page.locator(".o_connect_phone_settings")
        expect(settings).to_contain_text("Голосовая связь")
        expect(settings).to_contain_text("Звуки")
        names = settings.locator("select[name=microphone] option").all_inner_texts()
        settings.locator("select[name=microphone]").select_option(index=len(names) - 1)
        speaker = settings.locator("select[name=loudspeaker]")
        speaker.select_option(index=speaker.locator("option").count() - 1)
        chosen = page.evaluate("JSON.parse(localStorage.getItem('connect.phone.devices'))")
        assert chosen["microphone"]["label"] == names[-1]
        picture(page, "sounds")

        orlova.call("101", talk=60)
        expect(card_of(page)).to_contain_text("Входящий звонок")
        assert page.evaluate(LOUDNESS, "ring") > 0.05
        page.locator(".o_connect_phone .o_connect_answer").click()
        call = centre.await_call(state="talking")
        speaks(centre, "3-101-web")
        assert page.evaluate(f"{PHONE}.sound.tone.context") is None
        used = f"{PHONE}.sound.call.connection.getSenders()[0].track.getSettings().deviceId"
        assert page.evaluate(used) == chosen["microphone"]["id"]
        assert page.evaluate(f"{PHONE}.audio.sinkId") == chosen["loudspeaker"]["id"]
        assert page.evaluate(LOUDNESS, "voice") > 0.01
        amplify(page, 0)
        assert page.evaluate(LOUDNESS, "voice") < 0.001
        amplify(page, 200)
        assert page.evaluate(LOUDNESS, "voice") > 0.02
        card_of(page).locator(".o_connect_hangup").click()
        centre.await_call(call["key"], state="ended")

        page.evaluate("""() => localStorage.setItem('connect.phone.devices', JSON.stringify(
            {microphone: {id: 'gone', label: 'Гарнитура'}, ringer: {id: 'gone', label: 'Колонки'}}))""")
        page.reload()
        registered(page)
        page.locator(".o_connect_phone_button").click()
        page.locator(".o_connect_phone_gear").click()
        expect(settings).to_contain_text("Гарнитура (не подключено)")
        expect(settings).to_contain_text("200 %")
        orlova.call("101", talk=60)
        expect(page.locator(".o_notification").filter(has_text="«Колонки»")).to_be_visible()
        page.locator(".o_connect_phone .o_connect_answer").click()
        expect(page.locator(".o_notification").filter(has_text="«Гарнитура»")).to_be_visible()
        picture(page, "sounds_gone")
        call = centre.await_call(state="talking")
        speaks(centre, "3-101-web")
        card_of(page).locator(".o_connect_hangup").click()
        centre.await_call(call["key"], state="ended")
        page.locator(".o_connect_gain").fill("100")


def amplify(page: Page, percent: int) -> None:
    """Move the slider, and wait until the call has its new sound."""
    track = f"{PHONE}.sound.call.connection.getSenders()[0].track.id"
    before = page.evaluate(track)
    page.locator(".o_connect_gain").fill(str(percent))
    page.wait_for_function(f"before => {track} !== before", arg=before)


# the loudest sample within a second of what rings, or of what the other end is to hear
LOUDNESS = f"""async (what) => {{
    const sound = {PHONE}.sound;
    const stream = what === "ring"
        ? sound.tone.audio.srcObject
        : new MediaStream([sound.call.connection.getSenders()[0].track]);
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let turn = 0; turn < 100; turn++) {{
        await new Promise((done) => setTimeout(done, 25));
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
    }}
    await context.close();
    return loudest;
}}"""
