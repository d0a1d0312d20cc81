"""The clock by properties, against a naive one that walks minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .. import CLOSED, OPENED, PAUSED, RESUMED, Calendar, Event, Interval, due, used, worked

MONDAY = datetime(2026, 3, 2)
MINUTE = timedelta(minutes=1)


def office(
    start: int = 9, end: int = 18, days: Sequence[int] = range(5), holidays: Sequence[datetime] = ()
) -> Calendar:
    """Working hours from ``start`` to ``end`` o'clock (24: midnight) on these weekdays, but on holidays."""

    def intervals(first: datetime, last: datetime) -> list[Interval]:
        found, day = [], datetime.combine(first.date(), time())
        while day < last:
            if day.weekday() in days and day not in holidays:
                begin = max(first, day + timedelta(hours=start))
                stop = min(last, day + timedelta(hours=end))
                if begin < stop:
                    found.append(Interval(begin, stop))
            day += timedelta(days=1)
        return found

    return intervals


ALWAYS = office(0, 24, range(7))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    start = draw(st.integers(0, 20))
    return office(
        start,
        draw(st.integers(start + 1, 24)),
        sorted(draw(st.sets(st.integers(0, 6), min_size=1))),
        [MONDAY + timedelta(days=day) for day in draw(st.sets(st.integers(0, 6)))],
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A ticket's events within its first days, to the minute: opened, then anything in any order."""
    at = MONDAY + draw(st.integers(0, 2000)) * MINUTE
    events = [Event(at, OPENED)]
    for _event in range(draw(st.integers(0, 6))):
        at += draw(st.integers(0, 1500)) * MINUTE
        events.append(Event(at, draw(st.sampled_from([PAUSED, RESUMED, CLOSED]))))
    return events


def runs_at(events: list[Event], at: datetime) -> bool:
    passed = [event for event in events if event.at <= at]
    return bool(passed) and passed[-1].kind in (OPENED, RESUMED)


def naive_used(events: list[Event], calendar: Calendar, until: datetime) -> timedelta:
    """Count the minutes that are working time and find the clock running."""
    at, minutes = events[0].at, 0
    working = calendar(at, until)
    while at < until:
        minutes += runs_at(events, at) and any(piece.start <= at < piece.end for piece in working)
        at += MINUTE
    return minutes * MINUTE


@given(histories(), calendars(), st.integers(0, 8000))
def test_time_used_is_what_a_naive_clock_counts(events: list[Event], calendar: Calendar, minutes: int) -> None:
    """Pauses, reopening, holidays and midnights in any combination."""
    now = events[0].at + minutes * MINUTE
    assert used(events, calendar, now) == naive_used(events, calendar, now)


@given(histories(), calendars(), st.integers(1, 1200))
def test_due_is_the_first_instant_at_which_the_limit_is_used(
    events: list[Event], calendar: Calendar, minutes: int
) -> None:
    """LESSONS 13: the deadline and the time used never contradict each other."""
    limit = minutes * MINUTE
    deadline = due(events, calendar, limit)
    if deadline is None:
        # it stands: what is used now is all there will be
        last = events[-1].at
        assert not runs_at(events, last)
        assert used(events, calendar, last + timedelta(days=30)) <= limit
    else:
        assert used(events, calendar, deadline) == limit
        assert used(events, calendar, deadline - MINUTE) < limit


@given(histories(), calendars(), st.integers(1, 600), st.integers(1, 600))
def test_a_longer_limit_is_due_later(events: list[Event], calendar: Calendar, first: int, more: int) -> None:
    """A changed policy: with the same events a milder one can only help."""
    strict = due(events, calendar, first * MINUTE)
    mild = due(events, calendar, (first + more) * MINUTE)
    assert mild is None or (strict is not None and strict < mild)


@given(histories(), calendars(), st.integers(1, 600), st.integers(0, 6))
def test_a_holiday_never_shortens_a_deadline(
    events: list[Event], calendar: Calendar, minutes: int, offset: int
) -> None:
    day = MONDAY + timedelta(days=offset)

    def with_holiday(start: datetime, end: datetime) -> list[Interval]:
        pieces = calendar(start, end)
        return [
            part
            for piece in pieces
            for part in (
                Interval(piece.start, min(piece.end, day)),
                Interval(max(piece.start, day + timedelta(days=1)), piece.end),
            )
            if part.start < part.end
        ]

    before = due(events, calendar, minutes * MINUTE)
    after = due(events, with_holiday, minutes * MINUTE)
    assert after is None or (before is not None and before <= after)


@given(histories(), calendars(), st.integers(0, 3000), st.integers(0, 3000))
def test_time_used_only_grows_and_splits_anywhere(
    events: list[Event], calendar: Calendar, first: int, second: int
) -> None:
    start = events[0].at
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    assert used(events, calendar, middle) <= used(events, calendar, end)
    assert worked(calendar, start, middle) + worked(calendar, middle, end) == worked(calendar, start, end)


@given(histories(), calendars(), st.integers(1, 600))
def test_the_order_in_which_events_are_read_does_not_matter_when_instants_differ(
    events: list[Event], calendar: Calendar, minutes: int
) -> None:
    distinct = list({event.at: event for event in events}.values())
    limit = minutes * MINUTE
    assert due(distinct, calendar, limit) == due(list(reversed(distinct)), calendar, limit)


def test_over_a_weekend() -> None:
    """Opened on Friday at 17:00, four working hours: Monday at 12:00."""
    friday = MONDAY + timedelta(days=4, hours=17)
    assert due([Event(friday, OPENED)], office(), timedelta(hours=4)) == MONDAY + timedelta(days=7, hours=12)


def test_the_end_of_a_working_day_is_in_the_day() -> None:
    """Nine hours from 9:00 are due at 18:00, not at 9:00 of the next morning."""
    nine = MONDAY + timedelta(hours=9)
    assert due([Event(nine, OPENED)], office(), timedelta(hours=9)) == MONDAY + timedelta(hours=18)


def test_over_midnight_and_at_midnight() -> None:
    """A night shift has no gap at midnight."""
    evening = MONDAY + timedelta(hours=23)
    assert due([Event(evening, OPENED)], ALWAYS, timedelta(hours=2)) == MONDAY + timedelta(hours=25)
    assert due([Event(MONDAY, OPENED)], ALWAYS, timedelta(hours=24)) == MONDAY + timedelta(days=1)


def test_waiting_for_the_client_does_not_count() -> None:
    """LESSONS 13: a pause of a day moves the deadline by a day; while it lasts there is none."""
    ten = MONDAY + timedelta(hours=10)
    events = [Event(ten, OPENED), Event(ten + timedelta(hours=1), PAUSED)]
    assert due(events, office(), timedelta(hours=2)) is None
    events.append(Event(ten + timedelta(days=1), RESUMED))
    assert due(events, office(), timedelta(hours=2)) == ten + timedelta(days=1, hours=1)


def test_closed_in_time_and_reopened() -> None:
    """What was used before stays used; the time in between is free."""
    nine = MONDAY + timedelta(hours=9)
    events = [Event(nine, OPENED), Event(nine + timedelta(hours=3), CLOSED)]
    assert due(events, office(), timedelta(hours=4)) is None
    assert due(events, office(), timedelta(hours=3)) is None, "at the very instant: in time"
    assert due(events, office(), timedelta(hours=2)) == nine + timedelta(hours=2), "late stays late"
    events.append(Event(nine + timedelta(days=2), RESUMED))
    assert due(events, office(), timedelta(hours=4)) == nine + timedelta(days=2, hours=1)


def test_no_working_time_at_all() -> None:
    """A calendar without hours gives no deadline instead of searching for ever."""
    assert due([Event(MONDAY, OPENED)], office(days=()), timedelta(hours=1)) is None
