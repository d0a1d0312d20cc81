"""The main job, with browsers, on the started product."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tools.testing import Server

from .people import SOON, Agent, Person

HOT = "Горячая линия 1С"
NOBODY_FREE = "В настоящий момент нет свободных специалистов. Ваше обращение поставлено в очередь."


def test_a_person_is_helped_from_the_first_word_to_the_stars(
    person: Callable[..., Person], agent: Callable[..., Agent]
) -> None:
    """CHT-01, ROU-12, ROU-17, ROU-30, CHT-52: she writes, the router chooses the highest priority, they talk, he
    finishes, she rates. Nobody reloads a page."""
    nikiforov, orlova = agent("100002"), agent("100003", 1920, 1080)
    nikiforov.set_status("Свободен")
    orlova.set_status("Свободен")
    anna = person("200001")
    anna.open_line(HOT)
    anna.picture("portal-before-1360")
    anna.write("Не печатает накладную")
    expect(anna.specialist).to_contain_text("Никифоров Сергей", timeout=SOON)
    expect(nikiforov.row("Иванова Анна")).to_be_visible(timeout=SOON)
    nikiforov.open_work("Иванова Анна")
    nikiforov.sees("Не печатает накладную")
    nikiforov.write("Добрый день! Какая у вас версия?")
    anna.sees("Добрый день! Какая у вас версия?")
    anna.write("3.0.136, обновляли вчера 🙂 <b>спасибо</b>")
    nikiforov.sees("3.0.136, обновляли вчера 🙂 <b>спасибо</b>")
    nikiforov.picture("discuss-in-work-1360")
    anna.picture("portal-in-work-1360")
    nikiforov.finish()
    expect(anna.page.locator(".o_connect_rating")).to_be_visible(timeout=SOON)
    anna.picture("portal-rating-1360")
    anna.rate(5)
    expect(anna.page.locator(".o_connect_rating")).to_be_hidden()
    anna.picture("portal-rated-1360")


def test_nobody_is_free_then_the_first_who_is_gets_the_request(
    person: Callable[..., Person], agent: Callable[..., Agent], server: Server
) -> None:
    """ROU-19, ROU-21, ROU-34: she is told and waits; the company gets its mail; the first who becomes free gets her."""
    orlova = agent("100003", 1920, 1080)
    orlova.set_status("Нет на месте")
    vera = person("200003", 1920, 1080)
    vera.open_line(HOT)
    vera.write("Не открывается отчёт")
    vera.sees(NOBODY_FREE)
    expect(vera.guidance).to_contain_text("очеред", timeout=SOON)
    expect(orlova.page.locator(".o_connect_waiting")).to_be_visible(timeout=SOON)
    expect(orlova.row("Сидорова Вера")).to_be_visible(timeout=SOON)
    vera.picture("portal-waiting-1920")
    orlova.picture("discuss-waiting-1920")
    mails = server.rpc("admin", "admin")("mail.mail", "search_read", [[], ["subject", "email_to"]])
    assert any("Сидорова Вера" in mail["subject"] for mail in mails), mails
    orlova.set_status("Свободен")
    expect(vera.specialist).to_contain_text("Орлова Мария", timeout=SOON)
    orlova.open_work("Сидорова Вера")
    orlova.sees("Не открывается отчёт")
    orlova.picture("discuss-in-work-1920")
    orlova.finish()


def test_a_person_on_a_telephone(person: Callable[..., Person]) -> None:
    """UX: 360 px: the list, then the conversation, back by the arrow."""
    anna = person("200001", 360, 740)
    anna.page.goto(f"{anna.server.base_url}/my/connect")
    line = anna.page.locator(".o_connect_line", has_text=HOT)
    expect(line).to_be_visible()
    expect(anna.composer).to_be_hidden()
    anna.picture("portal-list-360")
    line.click()
    expect(anna.composer).to_be_visible()
    anna.picture("portal-conversation-360")
    assert anna.page.evaluate("document.documentElement.scrollWidth") <= 360
    anna.page.locator(".o_connect_back").click()
    expect(line).to_be_visible()


def test_why_and_card_beside_the_conversation(person: Callable[..., Person], agent: Callable[..., Agent]) -> None:
    """CHT-31 and «Почему»: who the person is and why this specialist, in words."""
    nikiforov = agent("100002")
    nikiforov.set_status("Свободен")
    anna = person("200001")
    anna.open_line(HOT)
    anna.write("Ещё один вопрос")
    expect(nikiforov.row("Иванова Анна")).to_be_visible(timeout=SOON)
    nikiforov.open_work("Иванова Анна")
    tab = nikiforov.page.locator(".o_connect_panel .nav-link")
    if not tab.first.is_visible():
        nikiforov.page.locator("[name='connect-panel']").first.click()
    tab.filter(has_text="Карточка").click()
    nikiforov.sees("бухгалтер")
    nikiforov.picture("discuss-card-1360")
    tab.filter(has_text="Почему").click()
    nikiforov.sees("Выбран: Никифоров Сергей")
    nikiforov.picture("discuss-why-1360")
    nikiforov.finish()
