"""What a service company pays for a month: so many days of so many accounts and subscriptions.

A price is for a whole month. Each day costs the same part of it, whatever number of days the month has; an account or
subscription that lasts the whole month costs exactly its price. Days are whole: the first and the last one count.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Span:
    """From a day to a day, both inclusive; without an end it goes on, without a beginning it always was."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Group:
    """Accounts that were paid for equally many days of the month."""

    days: int
    count: int
    amount: Decimal


def month_of(day: date) -> Span:
    """The month in which a day lies, from its first to its last day."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Span(day.replace(day=1), day.replace(day=last))


def charged_days(spans: Iterable[Span], month: Span) -> int:
    """The days of the month that are in any of the spans; a day that is in several counts once."""
    assert month.first and month.last
    days: set[date] = set()
    for span in spans:
        first = max(span.first or month.first, month.first)
        last = min(span.last or month.last, month.last)
        days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    return len(days)


def charge(price: Decimal, days: int, month: Span) -> Decimal:
    """The part of a monthly price for so many days, rounded half up to hundredths."""
    assert month.first and month.last
    length = (month.last - month.first).days + 1
    return (price * days / length).quantize(CENT, ROUND_HALF_UP)


def group_accounts(accounts: Iterable[Iterable[Span]], price: Decimal, month: Span) -> list[Group]:
    """The paid accounts of a month by the number of their days, the longest first; those without a day left out.

    Each account is charged and rounded by itself, so that a group's amount is its count times one account's.
    """
    counts = Counter(charged_days(spans, month) for spans in accounts)
    return [
        Group(days, count, count * charge(price, days, month))
        for days, count in sorted(counts.items(), reverse=True)
        if days
    ]
