"""The second line, in the browsers of the one who asks and of the one who is asked: VOI-03, VOI-04, VOI-17, VOI-18."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from .browsers import logged_in, picture, registered, speaks
from .conftest import World
from .test_portal_call import line_id, reads_well
from .test_talk import assert_free, assert_talks


def card_of(page: Page) -> Locator:
    return page.locator(".o_connect_phone")


def area(page: Page, side: str) -> Locator:
    return card_of(page).locator(f".o_connect_area[data-area={side}]")


def is_larger(page: Page, side: str, other: str) -> None:
    """This side is the one that is heard, and has the larger area."""
    expect(area(page, side)).to_have_attribute("aria-pressed", "true")
    expect(area(page, other)).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(
        """([side, other]) => {
            const width = (name) => document.querySelector(`[data-area=${name}]`).getBoundingClientRect().width;
            return width(side) > 1.3 * width(other);
        }""",
        arg=[side, other],
    )


def ask(page: Page, kim: Page) -> None:
    """Nikiforov asks Kim, who answers in his browser."""
    card_of(page).locator(".o_connect_transfer").click()
    card_of(page).locator(".o_connect_phone_number").fill("103")
    card_of(page).locator(".o_connect_consult").click()
    expect(area(page, "colleague")).to_contain_text("Звонит")
    expect(area(page, "person")).to_be_disabled()
    expect(card_of(kim)).to_contain_text("Входящий звонок")
    expect(card_of(kim)).to_contain_text("Никифоров")
    expect(card_of(kim)).not_to_contain_text("Иванова")


def test_two_areas(calls: World, chromium: Browser, nikiforov: Page) -> None:
    """The person is at the left, the colleague at the right; a click on an area speaks with that side; «Положить
    трубку» ends with the colleague, whichever side is heard; «Соединить» with the one who has asked. The colleague sees
    who asks him, is in a call, and may mute it."""
    page, person = nikiforov, calls.phone("200001", tone=700)
    for login in (100002, 100004):
        calls.phone(str(login)).log_off()
    calls.set_status(100002)
    with logged_in(calls, chromium, 100004) as kim:
        registered(kim)
        calls.set_status(100004)
        person.call(f"**{line_id(calls)}", talk=200)
        card_of(page).locator(".o_connect_answer").click()
        call = calls.await_call(state="talking", within=40)

        ask(page, kim)
        picture(page, "consult_rings")
        picture(kim, "consult_asked")
        card_of(kim).locator(".o_connect_answer").click()
        calls.await_fact(call["id"], "colleague_answered")
        is_larger(page, "colleague", "person")
        speaks(calls, "3-103-web")
        expect(card_of(kim).locator(".o_connect_talk")).to_be_visible()
        expect(card_of(kim).locator(".o_connect_hold")).to_have_count(0)
        card_of(kim).locator(".o_connect_mute").click()
        expect(card_of(kim).locator(".o_connect_mute")).to_have_attribute("aria-pressed", "true")
        assert_talks(calls, 100004)
        picture(page, "consult_colleague")
        picture(kim, "consult_answered")

        area(page, "person").click()
        calls.await_fact(call["id"], "switched")
        is_larger(page, "person", "colleague")
        expect(card_of(kim)).to_contain_text("Удержание")
        reads_well(page)
        reads_well(kim)
        picture(page, "consult_person")
        card_of(page).locator(".o_connect_hangup").click()
        calls.await_fact(call["id"], "colleague_left")
        expect(card_of(page).locator(".o_connect_area")).to_have_count(0)
        expect(card_of(kim).locator(".o_connect_talk")).not_to_be_visible()
        assert_free(calls, 100004)
        calls.await_call(call["key"], state="talking")

        ask(page, kim)
        card_of(kim).locator(".o_connect_answer").click()
        is_larger(page, "colleague", "person")
        card_of(page).locator(".o_connect_complete").click()
        calls.await_fact(call["id"], "transferred")
        expect(card_of(page).locator(".o_connect_talk")).not_to_be_visible()
        expect(card_of(kim)).to_contain_text("Иванова")
        assert calls.as_user(100002)("connect.call", "get_calls", []) == []
        assert_talks(calls, 100004)
        card_of(kim).locator(".o_connect_hangup").click()
        calls.await_call(call["key"], state="ended")
