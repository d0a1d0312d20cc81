"""The script of a line beside the conversation, in a real Chromium during a real call: VOI-25, VOI-26."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .browsers import logged_in, picture, registered
from .conftest import World
from .test_line import hotline
from .test_portal_call import reads_well

NIKIFOROV = 100002
STEPS = [
    {
        "name": "Приветствие",
        "text": "Добрый день!\nЧем могу помочь?",
        "field_ids": [[0, 0, {"name": "С чем обратились", "kind": "text", "is_required": True}]],
    },
    {
        "name": "Итог",
        "text": "Спасибо за звонок!",
        "field_ids": [
            [0, 0, {"name": "Результат", "kind": "choice", "options": "Решено\nПерезвонить", "is_required": True}],
            [0, 0, {"name": "Отправить письмо", "kind": "check"}],
        ],
    },
]


@pytest.fixture
def line(calls: World) -> Iterator[int]:
    """The hot line; without a script again afterwards."""
    line_id = int(hotline(calls)[2:])
    yield line_id
    calls.admin("connect.line", "write", [[line_id], {"script_id": False}])


def script(calls: World, line: int, **values: object) -> None:
    made = calls.as_user(100001)("connect.script", "create", [{"name": "Входящий звонок", **values}])
    calls.as_user(100001)("connect.line", "write", [[line], {"script_id": made}])


def answer(calls: World, page: Page, line: int) -> dict[str, object]:
    """A person calls; the operator answers in his browser."""
    calls.set_status(NIKIFOROV)
    calls.phone("200001", tone=1000).call(f"**{line}", talk=120)
    page.locator(".o_connect_answer").click()
    return calls.await_call(state="talking", direction="incoming")


def test_steps(calls: World, chromium: Browser, line: int) -> None:
    """VOI-25, VOI-26: it opens with the answer, beside the conversation, also where the panel is folded; a reload keeps
    what was typed; the call's end does not finish it; «Завершить разговор» on the last step does, and closes it."""
    script(calls, line, step_ids=[[0, 0, step] for step in STEPS])
    with logged_in(calls, chromium, NIKIFOROV) as page:
        registered(page)
        call = answer(calls, page, line)
        form = page.locator(".o_connect_script")
        expect(form).to_contain_text("Шаг 1 из 2")
        expect(form.locator(".o_connect_script_next")).to_be_disabled()
        picture(page, "script_1360")
        form.get_by_label("С чем обратились").fill("Не печатает накладную")
        form.locator(".o_connect_script_next").click()
        expect(form).to_contain_text("Спасибо за звонок!")
        calls.await_row("SELECT 1 FROM connect_script_run WHERE call_id = %s AND step = 1", call["id"])
        page.reload()
        expect(form).to_contain_text("Шаг 2 из 2")
        form.get_by_label("Результат").select_option("Решено")
        form.get_by_label("Отправить письмо").check()
        page.set_viewport_size({"width": 1920, "height": 1080})
        picture(page, "script_1920")
        page.locator(".o_connect_hangup").click()
        calls.await_call(str(call["key"]), state="ended")
        reads_well(page)
        form.locator(".o_connect_script_finish").click()
        expect(form).not_to_be_visible()
        expect(page.locator(".o_connect_panel .nav-link.active")).to_contain_text("Карточка")
        row = calls.sql("SELECT state, answers FROM connect_script_run WHERE call_id = %s", call["id"])[0]
        assert row["state"] == "done"
        assert list(row["answers"].values()) == ["Не печатает накладную", "Решено", True]


def test_page_of_another_system(calls: World, chromium: Browser, line: int) -> None:
    """VOI-25: an address is shown in a frame that reaches neither Connect's page nor its login."""
    script(calls, line, kind="url", url="https://crm.example/script")
    with logged_in(calls, chromium, NIKIFOROV) as page:
        page.route("https://crm.example/**", lambda route: route.fulfill(content_type="text/html", body=PAGE))
        registered(page)
        call = answer(calls, page, line)
        frame = page.frame_locator(".o_connect_script_page")
        expect(frame.locator("#seen")).to_have_text("parent: SecurityError, cookie: SecurityError")
        picture(page, "script_url")
        page.locator(".o_connect_script_finish").click()
        expect(page.locator(".o_connect_script")).not_to_be_visible()
        calls.await_row("SELECT 1 FROM connect_script_run WHERE call_id = %s AND state = 'done'", call["id"])


PAGE = """<p id="seen"></p><script>
const tried = (what) => { try { return String(what()); } catch (error) { return error.name; } };
document.getElementById("seen").textContent =
    `parent: ${tried(() => parent.document.title)}, cookie: ${tried(() => document.cookie)}`;
</script>"""
