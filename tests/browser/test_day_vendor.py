"""The day of a vendor: a line for everybody, an application, and people of others on this line only."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Office, Person

LINE = "Торговое оборудование"
ASKING = "Петров Иван"


def test_a_published_line_finds_a_client_of_another_company(
    server: Server, office: Callable[..., Office], person: Callable[..., Person]
) -> None:
    """LIN-22, LIN-23, LIN-24, LIN-26..28, ROU-31: published and advertised, asked for in the portal of another
    company's client, approved, and the first line given to that company; the vendor sees the person from then on, and
    answers him."""
    kassa = office("100021")
    kassa.menu("Клиенты", "Пользователи")
    expect(kassa.row("Иванова Анна")).to_be_visible()
    expect(kassa.row(ASKING)).to_have_count(0)
    kassa.menu("Линии поддержки")
    kassa.press("Новое")
    kassa.enter("name", LINE)
    kassa.page.get_by_text("Добавить строку").first.click()
    kassa.choose("user_id", "Лебедев Игорь")
    kassa.page.get_by_role("tab", name="Публикация").click()
    for flag in ("is_published", "is_advertised"):
        kassa.page.locator(f"[name={flag}] input").check()
    kassa.save()
    kassa.picture("vendor-line-1360")
    kassa.reads_well()

    petrov = person("200002")
    petrov.page.goto(f"{server.base_url}/my/connect")
    offer = petrov.page.locator(".o_connect_offer", has_text=LINE)
    offer.get_by_role("button", name="Подключить").click()
    expect(offer.get_by_text("заявка отправлена")).to_be_visible()

    kassa.menu("Доступ", "Заявки")
    kassa.row(LINE).get_by_text(LINE).click()
    kassa.picture("vendor-application-1360")
    kassa.reads_well()
    kassa.press("Принять")
    expect(kassa.page.locator(".o_statusbar_status .o_arrow_button_current")).to_contain_text("Принята")
    kassa.menu("Линии поддержки")
    kassa.page.locator(".o_kanban_record", has_text=LINE).click()
    kassa.page.get_by_role("tab", name="Публикация").click()
    kassa.row("Альфа-Помощь").locator("[name=first_line] input").check()
    kassa.save()
    partner = server.rpc("100001", "demo")
    [grant] = partner("connect.line.grant", "search_read", [[["line_id.name", "=", LINE]], ["first_line", "line_id"]])
    assert grant["first_line"]
    [agent] = partner("res.users", "search", [[["login", "=", "100002"]]])
    assert partner("connect.line.member", "create", [{"line_id": grant["line_id"][0], "user_id": agent}])
    kassa.menu("Клиенты", "Пользователи")
    expect(kassa.row(ASKING)).to_be_visible()
    expect(kassa.row("Петров Олег")).to_have_count(0)

    petrov.open_line(LINE)
    petrov.write("Не пробивается чек возврата")
    expect(petrov.specialist).to_contain_text("Лебедев Игорь", timeout=SOON)
    kassa.menu("Обращения", "Обращения")
    kassa.row(ASKING).get_by_text(ASKING).click()
    kassa.press("Открыть переписку")
    kassa.sees("Не пробивается чек возврата")
    kassa.composer.fill("Обновите прошивку, пожалуйста")
    kassa.composer.press("Control+Enter")
    petrov.sees("Обновите прошивку, пожалуйста")
    kassa.picture("vendor-conversation-1360")
    kassa.reads_well()
    kassa.page.locator(".o_connect_finish").click()
    expect(petrov.page.locator(".o_connect_rating")).to_be_visible(timeout=SOON)
