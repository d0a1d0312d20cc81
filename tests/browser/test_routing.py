"""What a supervisor asks of the router: why this one, what a day would have been, who can do what; and what a colleague
on another line learns of a request that comes to him."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person
from .test_transfer import HOT, quiet

HR = "Кадры и зарплата"


def test_a_supervisor_replays_yesterday_and_reads_why(agent: Callable[..., Agent], server: Server) -> None:
    """The demo's day as a chart at once; the page «Почему этот специалист»; skills of the line and of specialists."""
    sokolova = agent("100005")
    page, base = sokolova.page, server.base_url
    page.goto(f"{base}/odoo/action-connect_routing.action_connect_replay")
    page.get_by_role("button", name="Переиграть день").click()
    expect(page.get_by_text("Как было")).to_be_visible(timeout=SOON)
    sokolova.picture("replay-1360")
    page.get_by_role("button", name="Диаграмма").click()
    expect(page.locator(".o_graph_renderer canvas")).to_be_visible(timeout=SOON)
    page.wait_for_timeout(700)  # the bars grow
    sokolova.picture("replay-chart-1360")

    call = server.rpc("100005", "demo")
    waited = [["is_missed", "=", True], ["state", "=", "closed"]]
    [request] = call("connect.request", "search", [waited], {"limit": 1, "order": "id"})
    page.goto(f"{base}/odoo/connect-requests/{request}")
    expect(page.get_by_text("Правило «").first).to_be_visible(timeout=SOON)
    sokolova.picture("request-why-1360")
    page.goto(f"{base}/odoo/action-connect_routing.action_connect_skill_level")
    expect(page.get_by_text("Английский язык").first).to_be_visible(timeout=SOON)
    sokolova.picture("skill-levels-1360")
    page.goto(f"{base}/odoo/connect-skills")
    page.get_by_text("Зарплата и кадры").click()
    expect(page.get_by_text("Орлова Мария")).to_be_visible(timeout=SOON)
    sokolova.picture("skill-1360")


def test_another_line_learns_what_it_was_about(
    person: Callable[..., Person], agent: Callable[..., Agent], server: Server
) -> None:
    """ROU-42, ROU-44: handed over to the line for personnel, which demands a skill; its specialist reads the last
    words, and opens the former conversation, which she serves, too."""
    admin = server.rpc("admin", "admin")
    lines = {each["name"]: each["id"] for each in admin("connect.line", "search_read", [[]], {"fields": ["name"]})}
    quiet(server, lines[HOT], "100002", "100003", "100004")
    quiet(server, lines[HR], "100003", "100004")
    nikiforov, orlova, anna = agent("100002"), agent("100003"), person("200001")
    nikiforov.set_status("Свободен")
    anna.open_line(HOT)
    anna.write("Не считаются отпускные, приложить справку?")
    nikiforov.open_work("Иванова")
    expect(nikiforov.page.locator(".o_connect_finish")).to_be_visible(timeout=SOON)
    nikiforov.write("Передам коллегам из кадров.")
    orlova.set_status("Свободен")
    nikiforov.page.locator(".o_connect_transfer").click()
    nikiforov.page.locator(".o_connect_transfer_menu").get_by_text(HR).click()
    orlova.row("Иванова").click(timeout=SOON)
    excerpt = orlova.page.locator(".o_connect_excerpt").last
    expect(excerpt).to_contain_text("Не считаются отпускные", timeout=SOON)
    expect(excerpt).to_contain_text("Передам коллегам из кадров")
    orlova.picture("discuss-moved-in-1360")
    anna.open_line(HR)
    expect(anna.page.locator(".o-mail-NotificationMessage").last).to_be_visible(timeout=SOON)
    expect(anna.page.locator(".o_connect_excerpt")).to_have_count(0)
    orlova.page.locator(".o_connect_showFormer").last.click()
    expect(orlova.message("Передам коллегам из кадров")).to_be_visible(timeout=SOON)
    orlova.open_work("Иванова")
    orlova.finish()


def test_a_demand_fades_by_itself(server: Server) -> None:
    """The line for personnel wants somebody confident: three seconds later a beginner will do. Nobody touches anything;
    the clock of the server gives him the request, within five seconds."""
    admin, kim, anna = server.rpc("admin", "admin"), server.rpc("100004", "demo"), server.rpc("200001", "demo")
    [line] = admin("connect.line", "search", [[["name", "=", HR]]])
    quiet(server, line, "100003", "100004")
    admin("connect.line", "write", [[line], {"skill_lower_after": 3, "skill_prefer_after": 3000}])
    kim("connect.agent", "set_status", ["free"])
    request = anna("connect.line", "open_request", [[line]])
    assert request["state"] == "queued"
    deadline = time.monotonic() + 15
    while not (mine := kim("connect.agent", "get_state")["active"]) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert [each["id"] for each in mine] == [request["id"]]
    waiting_since, given_at = (datetime.fromisoformat(mine[0][name]) for name in ("queued_at", "assigned_at"))
    assert 2 <= (given_at - waiting_since).total_seconds() <= 8
    kim("connect.request", "finish", [[request["id"]]])
    admin("connect.line", "write", [[line], {"skill_lower_after": 30, "skill_prefer_after": 120}])
