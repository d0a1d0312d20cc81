"""The payment of a month, by example and by properties (LIN-41)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from .. import Span, charge, charged_days, group_accounts, month_of

DAYS = st.dates(date(2025, 11, 1), date(2026, 3, 31))
PRICES = st.decimals(0, 100000, places=2)
JUNE = month_of(date(2026, 6, 10))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Span(draw(st.sampled_from([first, None])), draw(st.sampled_from([last, None])))


def test_two_accounts_all_along_and_one_from_the_sixteenth() -> None:
    """A month of 30 days, at 100: 100 + 100 + 50."""
    accounts = [[Span(None, None)], [Span(date(2026, 1, 1), date(2026, 6, 30))], [Span(date(2026, 6, 16), None)]]
    groups = group_accounts(accounts, Decimal(100), JUNE)
    assert [(group.days, group.count, group.amount) for group in groups] == [
        (30, 2, Decimal(200)),
        (15, 1, Decimal(50)),
    ]
    assert sum(group.amount for group in groups) == Decimal("250.00")


@given(DAYS, PRICES)
def test_a_whole_month_costs_its_price(day: date, price: Decimal) -> None:
    month = month_of(day)
    assert charge(price, charged_days([Span(None, None)], month), month) == price


@given(st.lists(spans(), max_size=6), DAYS)
def test_days_are_counted_once_and_within_the_month(periods: list[Span], day: date) -> None:
    """The same as asking each day of the month whether any span holds it."""
    month = month_of(day)
    assert month.first and month.last
    held = 0
    for number in range((month.last - month.first).days + 1):
        each = month.first + timedelta(days=number)
        held += any((not p.first or p.first <= each) and (not p.last or each <= p.last) for p in periods)
    assert charged_days(periods, month) == held


@given(st.lists(st.lists(spans(), max_size=3), max_size=8), PRICES, DAYS)
def test_groups_lose_no_account_and_no_money(accounts: list[list[Span]], price: Decimal, day: date) -> None:
    month = month_of(day)
    groups = group_accounts(accounts, price, month)
    days = [charged_days(periods, month) for periods in accounts]
    assert sum(group.count for group in groups) == sum(1 for number in days if number)
    assert sum((group.amount for group in groups), Decimal(0)) == sum(
        (charge(price, number, month) for number in days), Decimal(0)
    )
    assert [group.days for group in groups] == sorted({group.days for group in groups}, reverse=True)


@given(PRICES, st.integers(0, 27), DAYS)
def test_one_day_more_never_costs_less(price: Decimal, days: int, day: date) -> None:
    month = month_of(day)
    assert 0 <= charge(price, days, month) <= charge(price, days + 1, month) <= price
