"""The day of a partner's administrator: lines, people, contracts and rules; mistakes are told by the row."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Office, Person

LINES = {"Маркетплейсы": "Никифоров Сергей", "Электронная отчётность": "Орлова Мария", "Обновления": "Ким Виктор"}
SPECIALISTS = ["Фамилия", "Имя", "E-mail", "Логин", "Роль", "Линии"]
USERS = ["Фамилия", "Имя", "E-mail", "Клиент", "Линии"]
CONTRACTS = ["Номер", "Регистрационный номер 1С", "Действует до"]


def test_three_lines_from_the_start_page(server: Server, office: Callable[..., Office]) -> None:
    """LIN-16, LIN-22, LIN-44: the day begins with the four steps; a line is a name and who serves it."""
    olga = office("100001")
    olga.sees("Всё готово: клиенты могут вам писать.")
    olga.picture("administrator-steps-1360")
    olga.reads_well()
    olga.menu("Линии поддержки")
    for name, specialist in LINES.items():
        olga.press("Новое")
        olga.enter("name", name)
        olga.page.get_by_text("Добавить строку").first.click()
        olga.choose("user_id", specialist)
        olga.save()
        expect(olga.page.get_by_text("Любой свободный по приоритету")).to_be_visible()
    olga.picture("administrator-line-1360")
    olga.reads_well()
    call = server.rpc("100001", "demo")
    members = call(
        "connect.line.member", "search_read", [[["line_id.name", "in", list(LINES)]], ["line_id", "user_id"]]
    )
    assert {each["line_id"][1]: each["user_id"][1] for each in members} == LINES


def test_specialists_and_users_from_tables(server: Server, office: Callable[..., Office]) -> None:
    """LIN-15, LIN-18: each wrong row is told by its number in the table, and nothing of it is kept; the mended table is
    taken; many people get a line at once."""
    olga, call = office("100001"), server.rpc("100001", "demo")
    olga.menu("Специалисты", "Специалисты")
    olga.press("Импорт")
    good = ["Смирнов", "Пётр", "smirnov@alpha.example.com", "", "Специалист", "Горячая линия 1С"]
    wrong = [
        ["Жукова", "Ольга", "", "", "Специалист", "Горячая линия 1С"],
        ["Лапин", "Артём", "lapin@alpha.example.com", "", "Начальник", ""],
        ["Рогов", "Илья", "rogov@alpha.example.com", "100002", "Специалист", ""],
        ["Зимина", "Яна", "zimina@alpha.example.com", "", "Специалист", "Телепатия"],
    ]
    olga.table("специалисты.xlsx", [SPECIALISTS, good, *wrong])
    report = olga.report()
    for row, word in enumerate(["e-mail", "Начальник", "100002", "Телепатия"], 3):
        assert any(f"строке {row}:" in line and word in line for line in report), (row, word, report)
    assert any("Супервайзер" in line for line in report), report
    olga.picture("administrator-import-1360")
    olga.reads_well()
    assert not call("res.users", "search_count", [[["email", "=", good[2]]]])
    olga.table("специалисты-2.xlsx", [SPECIALISTS, good])
    olga.import_it()
    expect(olga.row("Смирнов Пётр")).to_be_visible()
    assert call("connect.line.member", "search_count", [[["user_id.email", "=", good[2]]]]) == 1

    olga.menu("Клиенты", "Пользователи")
    olga.press("Импорт")
    person = ["Белкина", "Нина", "belkina@romashka.example.com", "ООО «Ромашка»", ""]
    olga.table(
        "пользователи.xlsx", [USERS, person, ["Соколов", "Лев", "s@romashka.example.com", "ООО «Незабудка»", ""]]
    )
    assert any("строке 3:" in line and "Незабудка" in line for line in olga.report())
    olga.table("пользователи-2.xlsx", [USERS, person])
    olga.import_it()
    expect(olga.row("Белкина Нина")).to_be_visible()

    olga.page.locator("thead input[type=checkbox]").check()
    olga.press("Подключить линии")
    olga.choose("line_ids", "Кадры и зарплата", olga.page.locator(".modal"))
    olga.picture("administrator-connect-1360")
    olga.press("Подключить")
    expect(olga.page.get_by_text("Подключено:")).to_be_visible()
    people = call("res.partner", "search", [[["user_ids.share", "=", True], ["company_id.name", "=", "Альфа-Помощь"]]])
    domain = [["line_id.name", "=", "Кадры и зарплата"], ["partner_id", "in", people]]
    assert call("connect.line.connection", "search_count", [domain]) == len(people) > 3


def test_contracts_from_a_table(server: Server, office: Callable[..., Office]) -> None:
    """LIN-35: a contract finds its client by the 1C registration number; one that names nobody is told by its row."""
    olga, call = office("100001"), server.rpc("100001", "demo")
    olga.menu("Клиенты", "Договоры ИТС")
    olga.page.locator(".o_control_panel .o_cp_action_menus button").first.click()
    olga.page.locator(".o-dropdown--menu").get_by_text("Импорт записей").click()
    good = ["ИТС-900", "800054321", "2031-12-31"]
    olga.table("договоры.xlsx", [CONTRACTS, good, ["ИТС-901", "111", "2031-12-31"], ["ИТС-902", "", "2031-12-31"]])
    report = olga.report()
    assert any("строке 3:" in line and "111" in line for line in report), report
    assert any("строке 4:" in line and "Чей это договор" in line for line in report), report
    olga.picture("administrator-contracts-1360")
    olga.reads_well()
    olga.table("договоры-2.xlsx", [CONTRACTS, good])
    olga.import_it()
    expect(olga.row("ИТС-900")).to_contain_text("АО «Вектор»")
    [contract] = call("connect.contract", "search_read", [[["number", "=", "ИТС-900"]], ["partner_id", "state"]])
    assert (contract["partner_id"][1], contract["state"]) == ("АО «Вектор»", "valid")


def test_a_rule_makes_a_ticket_of_a_request(
    server: Server, office: Callable[..., Office], person: Callable[..., Person]
) -> None:
    """LIN-49, LIN-55: a topic and a rule of the company; the next request on the line is a ticket of that topic."""
    olga, call = office("100001"), server.rpc("100001", "demo")
    olga.menu("Настройки", "Темы обращений")
    olga.press("Новое")
    olga.enter_row("name", "Личные кабинеты")
    olga.save()
    olga.menu("Настройки", "Правила формирования заявок")
    olga.press("Новое")
    olga.choose("line_id", "Кадры и зарплата")
    olga.choose_option("trigger", "Каждое новое обращение")
    olga.enter_row("summary", "Обращение по кадрам")
    olga.choose("type_id", "Иное обращение")
    olga.choose("topic_id", "Личные кабинеты")
    olga.save()
    olga.picture("administrator-rule-1360")
    olga.reads_well()
    [rule] = call("connect.ticket.rule", "search", [[["summary", "=", "Обращение по кадрам"]]])
    petrov = person("200002")
    petrov.open_line("Кадры и зарплата")
    petrov.write("Не открывается личный кабинет")
    domain = [["summary", "=", "Обращение по кадрам"], ["partner_id.name", "=", "Петров Иван"]]
    patience = time.monotonic() + SOON / 1000
    while not (found := call("connect.ticket", "search_read", [domain, ["topic_id", "name"]])):
        assert time.monotonic() < patience, "no ticket"
        time.sleep(0.3)
    assert found[0]["topic_id"][1] == "Личные кабинеты"
    call("connect.ticket.rule", "write", [[rule], {"active": False}])
