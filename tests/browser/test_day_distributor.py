"""The day of a distributor: partners, their access, subscriptions and payments, and no client of theirs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from playwright.sync_api import Browser, Page, expect

from tools.testing import Server

from .people import SOON, Office

NEW = "Гамма-Сервис"
SECRET = "gamma gamma 2026"
CLIENTS = ["Ромашка", "Вектор", "Лотос", "Иванова", "Никифоров"]


def sees_no_client(office: Office) -> None:
    office.reads_well()
    text = office.page.inner_text("body")
    assert not [word for word in CLIENTS if word in text], office.page.url


def follow_invitation(server: Server, browser: Browser, email: str) -> None:
    """The letter's link, a password of one's own, and in."""
    admin = server.rpc("admin", "admin")
    [mail] = admin(
        "mail.mail",
        "search_read",
        [[["recipient_ids.email", "=", email]], ["body_html"]],
        {"order": "id desc", "limit": 1},
    )
    link = re.search(r'href="[^"]*(/web/signup[^"]*)"', mail["body_html"])
    assert link, mail["body_html"]
    page: Page = browser.new_page(locale="ru-RU")
    page.goto(server.base_url + link[1].replace("&amp;", "&"))
    page.fill("input[name=password]", SECRET)
    page.fill("input[name=confirm_password]", SECRET)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/odoo"))
    page.close()


def test_a_new_partner_is_connected_suspended_and_let_in_again(
    server: Server, browser: Browser, office: Callable[..., Office]
) -> None:
    """LIN-01, LIN-08, LIN-38, LIN-39, LIN-40, LIN-42: a company on trial and its administrator, who follows the letter,
    begins with the four steps, sees his subscription, and is out at once when the distributor suspends him."""
    admin, north = server.rpc("admin", "admin"), office("100031")
    expect(north.row("Альфа-Помощь")).to_be_visible()
    north.picture("distributor-partners-1360")
    sees_no_client(north)
    north.press("Подключить партнёра")
    north.enter("name", NEW)
    north.enter("email", "info@gamma.example.com")
    north.enter("connect_surname", "Серов")
    north.enter("connect_given_name", "Илья")
    north.enter("admin_email", "serov@gamma.example.com")
    north.picture("distributor-new-1360")
    north.press("Подключить и пригласить")
    expect(north.page.get_by_text("Приглашение отправлено")).to_be_visible()
    [company] = admin("res.company", "search_read", [[["name", "=", NEW]]])
    assert company["connect_access"] == "trial"
    assert company["connect_distributor_id"][1] == "Северный дистрибьютор"
    assert date.fromisoformat(company["connect_access_until"]) - date.today() in (
        timedelta(29),
        timedelta(30),
        timedelta(31),
    )

    north.press("Дать постоянный доступ")
    expect(north.page.get_by_role("radio", name="Постоянный")).to_be_checked()
    north.page.get_by_text("Добавить строку").click()
    north.choose_option("feature", "Заявки на обслуживание")
    north.save()
    expect(north.row("Заявки на обслуживание")).to_contain_text("Действует")
    north.picture("distributor-card-1360")
    sees_no_client(north)
    [serov] = admin("res.users", "search_read", [[["company_id", "=", company["id"]]], ["login", "connect_role"]])
    assert serov["connect_role"] == "partner_admin"
    follow_invitation(server, browser, "serov@gamma.example.com")
    own = office(serov["login"], password=SECRET)
    own.sees("Четыре шага")
    expect(north.page.get_by_text("Пожелайте удачи")).to_have_count(0)  # names no person of a partner
    own.picture("administrator-start-1360")
    own.reads_well()
    own.menu("Настройки", "Моя компания", title=NEW)
    expect(own.row("Заявки на обслуживание")).to_contain_text("Действует")

    north.press("Приостановить")
    north.page.locator(".modal-footer .btn-primary").click()
    expect(own.page.get_by_text("приостановлена")).to_be_visible(timeout=SOON)
    own.forgive()  # whatever was under way when its session ended
    north.press("Дать постоянный доступ")
    expect(north.page.get_by_role("radio", name="Постоянный")).to_be_checked()
    office(serov["login"], password=SECRET).sees("Четыре шага")


def test_the_statements_of_a_month(server: Server, office: Callable[..., Office]) -> None:
    """LIN-41, LIN-43: counted at a click, the same figures on the screen and in the table, mailed as PDF and XLSX."""
    admin, north = server.rpc("admin", "admin"), office("100031")
    north.menu("Партнёры", "Расчёты")
    north.press("Рассчитать месяц")
    north.press("Рассчитать")
    expect(north.page.locator(".modal")).to_have_count(0)
    north.picture("distributor-statements-1360")
    sees_no_client(north)
    north.row("Альфа-Помощь").click()
    expect(north.page.get_by_role("button", name="XLSX")).to_be_visible()
    [statement] = admin("connect.statement", "search_read", [[["company_id.name", "=", "Альфа-Помощь"]]], {"limit": 1})
    assert statement["total"] > 0
    sheet = openpyxl.load_workbook(io.BytesIO(downloaded(north, "XLSX"))).active
    amounts = [row[-1] for row in sheet.iter_rows(values_only=True) if isinstance(row[-1], int | float)]
    assert statement["total"] in amounts, amounts
    assert downloaded(north, "PDF").startswith(b"%PDF-")
    north.press("Отправить")
    expect(north.page.get_by_role("button", name="Отправить ещё раз")).to_be_visible()
    north.picture("distributor-statement-1360")
    sees_no_client(north)
    [mail] = admin(
        "mail.mail", "search_read", [[["email_to", "=", "help@alpha.example.com"]]], {"order": "id desc", "limit": 1}
    )
    names = admin("ir.attachment", "read", [mail["attachment_ids"], ["name"]])
    assert sorted(Path(each["name"]).suffix for each in names) == [".pdf", ".xlsx"]


def downloaded(office: Office, button: str) -> bytes:
    with office.page.expect_download() as download:
        office.press(button)
    return Path(download.value.path()).read_bytes()
