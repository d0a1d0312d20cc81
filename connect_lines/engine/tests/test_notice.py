"""Notices by properties: a job that looks now and then at any history, against what it should have seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from .. import LATE, PAUSED, SOON, Calendar, Event, Term, due, due_notice, first_notice, next_notice, remembered, used
from .test_clock import ALWAYS, MINUTE, MONDAY, calendars, histories, runs_at

SHARE = Fraction(4, 5)


def term_of(events: list[Event], calendar: Calendar, minutes: int, told: str) -> Term:
    limit = minutes * 5 * MINUTE  # a share of it is whole minutes
    return Term(due(events, calendar, limit * SHARE.numerator // SHARE.denominator), due(events, calendar, limit), told)


def looks(
    events: list[Event], calendar: Calendar, minutes: int, until: datetime, step: timedelta
) -> list[tuple[datetime, str]]:
    """What a job tells that looks every ``step``, while it knows the events until then alone."""
    told, said, now = "", [], events[0].at
    while now <= until:
        known = [event for event in events if event.at <= now]
        term = term_of(known, calendar, minutes, told)
        term = term._replace(told=remembered(term, now))
        if runs_at(known, now) and (notice := due_notice(term, now)):
            said.append((now, notice))
            term = term._replace(told=notice)
        told = term.told
        now += step
    return said


@given(histories(), calendars(), st.integers(1, 60))
def test_each_thing_is_told_once_and_in_time(events: list[Event], calendar: Calendar, minutes: int) -> None:
    """Near at the first look at which the share is used and the clock runs, late likewise; never twice, in order."""
    limit, step = minutes * 5 * MINUTE, 30 * MINUTE
    until = events[-1].at + timedelta(days=1)
    said = looks(events, calendar, minutes, until, step)
    names = [name for _at, name in said]
    assert names in ([], [SOON], [LATE], [SOON, LATE])
    for at, name in said:
        known = [event for event in events if event.at <= at]
        assert runs_at(known, at), "a clock that stands warns nobody"
        share = limit if name == LATE else limit * SHARE.numerator // SHARE.denominator
        assert used(events, calendar, at) >= share, "never too early"
        if name == SOON:
            assert used(events, calendar, at) < limit, "what is late already is not called near"
    # a naive second look: the same instants, by the time used alone
    at, expected = events[0].at, []
    while at <= until:
        known = [event for event in events if event.at <= at]
        if runs_at(known, at):
            spent = used(known, calendar, at)
            if spent >= limit and LATE not in expected:
                expected.append(LATE)
            elif limit > spent >= limit * SHARE.numerator // SHARE.denominator and not expected:
                expected.append(SOON)
        at += step
    assert names == expected


@given(histories(), calendars(), st.integers(1, 60), st.sampled_from(["", SOON, LATE]))
def test_near_comes_before_due(events: list[Event], calendar: Calendar, minutes: int, told: str) -> None:
    term = term_of(events, calendar, minutes, told)
    if term.due is not None:
        assert term.near is not None and term.near < term.due
    notice = next_notice(term)
    assert first_notice([term]) == (notice and notice[0])
    if told == LATE:
        assert notice is None


instants = st.one_of(st.none(), st.integers(0, 100).map(lambda minutes: MONDAY + minutes * MINUTE))


@given(instants, instants, st.sampled_from(["", SOON, LATE]), st.integers(0, 100))
def test_what_is_told_is_remembered(near: datetime | None, due_at: datetime | None, told: str, minutes: int) -> None:
    """After telling there is nothing to tell at the same moment; remembering twice changes nothing."""
    now = MONDAY + minutes * MINUTE
    term = Term(near, due_at, told)
    known = term._replace(told=remembered(term, now))
    assert remembered(known, now) == known.told
    notice = due_notice(known, now)
    if notice:
        after = known._replace(told=notice)
        assert remembered(after, now) == notice
        assert not due_notice(after, now)


def test_put_off_and_told_anew() -> None:
    """A milder policy after the warning: the new deadline gets a warning of its own; one of an hour more does not."""
    at = MONDAY
    near, due_at = at + timedelta(hours=8), at + timedelta(hours=10)
    told = Term(near, due_at, SOON)
    now = at + timedelta(hours=9)
    assert remembered(told, now) == SOON
    assert remembered(told._replace(due=due_at + timedelta(hours=1)), now) == SOON
    later = Term(near + timedelta(days=1), due_at + timedelta(days=1), SOON)
    assert remembered(later, now) == ""
    assert next_notice(later._replace(told="")) == (later.near, SOON)
    assert remembered(later._replace(told=LATE), now) == ""


def test_without_a_warning_and_without_a_deadline() -> None:
    assert next_notice(Term(None, MONDAY)) == (MONDAY, LATE)
    assert next_notice(Term(None, None)) is None
    assert first_notice([]) is None


def test_a_pause_holds_the_notice_back() -> None:
    """Paused before the share was used: nothing; the clock goes on where it stood."""
    paused = [Event(MONDAY, "opened"), Event(MONDAY + 3 * MINUTE, PAUSED)]
    assert next_notice(term_of(paused, ALWAYS, 1, "")) is None
    resumed = [*paused, Event(MONDAY + timedelta(days=1), "resumed")]
    assert next_notice(term_of(resumed, ALWAYS, 1, "")) == (MONDAY + timedelta(days=1) + MINUTE, SOON)
