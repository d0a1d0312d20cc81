"""Recordings on the screen, in a real Chromium after a real call: VOI-08, VOI-09."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from .browsers import logged_in, picture
from .conftest import World
from .test_line import hotline

NIKIFOROV, ADMINISTRATOR = 100002, 100001
PLAYS = "audio => !audio.paused && audio.currentTime > 0"


def test_listen(calls: World, chromium: Browser) -> None:
    """VOI-08, VOI-09: in the call, in the list of recordings and from the line in the feed of the conversation; each
    hearing is noted with its hearer."""
    calls.set_status(NIKIFOROV)
    calls.phone(NIKIFOROV, tone=440).answer()
    assert calls.phone("200001", tone=1000).call(hotline(calls), talk=4.0).wait(30) == 0
    call = calls.await_call(state="ended", direction="incoming")
    recording = calls.await_row("SELECT id FROM connect_recording WHERE call_id = %s", call["id"])["id"]
    heard = "SELECT u.login FROM connect_recording_listening l JOIN res_users u ON u.id = l.user_id"
    with logged_in(calls, chromium, ADMINISTRATOR) as page:
        page.goto(f"{calls.server.base_url}/odoo/calls/{call['id']}")
        page.locator(".o_connect_listen").click()
        player = page.locator(".o_connect_recording audio")
        expect(player).to_be_visible()
        page.wait_for_function(PLAYS, arg=player.element_handle())
        picture(page, "recording_call")
        row = calls.await_row(f"{heard} WHERE l.recording_id = %s", recording)
        assert row["login"] == str(ADMINISTRATOR)

        page.goto(f"{calls.server.base_url}/odoo/recordings")
        expect(page.locator(".o_data_row .o_connect_listen").first).to_be_visible()
        picture(page, "recordings")
        with page.expect_download() as download:
            page.locator(".o_data_row .o_connect_download").first.click()
        assert download.value.suggested_filename.endswith(".wav")
        page.locator(".o_data_row .o_data_cell").first.click()
        log = page.locator("[name=listening_ids] .o_data_row")
        expect(log).to_have_count(2)
        picture(page, "recording_heard")
    with logged_in(calls, chromium, NIKIFOROV) as page:
        page.locator(".o_connect_row", has_text="Иванова").first.click()
        page.locator(".o_connect_showCall").last.click()
        dialog = page.locator(".modal")
        dialog.locator(".o_connect_listen").click()
        page.wait_for_function(PLAYS, arg=dialog.locator("audio").element_handle())
        picture(page, "recording_feed")
        calls.await_row(f"{heard} WHERE l.recording_id = %s AND u.login = %s", recording, str(NIKIFOROV))
