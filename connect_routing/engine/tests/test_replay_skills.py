"""The replay of a line that goes by skills, beside a model written naively: second by second, everybody looked at."""

from __future__ import annotations

from functools import partial
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ..policies import Context
from ..replay import Arrival, Outcome, Settings, Worker, replay
from ..shifts import NOT_HELD, Held, Shift
from ..skills import NO_TERMS, Terms

OWNER, FIRST_LINE, STRANGER = 1, 2, 3
DAY = 60
RUSSIAN, ENGLISH, CASH = 1, 2, 3
TIERS = ("high", "medium", "standard")

Day = tuple[list[Arrival], list[Worker], Settings, list[Outcome]]


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    lower = draw(st.integers(0, 10))
    return Terms(
        levels=draw(st.dictionaries(st.just(CASH), st.integers(1, 3))),
        languages={"ru_RU": RUSSIAN, "en_US": ENGLISH},
        language_level=draw(st.integers(0, 3)),
        lower_after=float(lower),
        prefer_after=float(lower + draw(st.integers(0, 15))),
    )


@st.composite
def workers(draw: st.DrawFn) -> list[Worker]:
    made = []
    for user_id in range(1, draw(st.integers(1, 5)) + 1):
        start = draw(st.integers(0, DAY))
        takes = draw(st.sampled_from([(True, True), (True, True), (True, False), (False, True)]))
        made.append(
            Worker(
                user_id,
                draw(st.sampled_from([OWNER, OWNER, FIRST_LINE])),
                draw(st.sampled_from(["observer", *TIERS])),
                [Shift(float(start), float(start + draw(st.integers(0, 60))), *takes)],
                draw(st.dictionaries(st.sampled_from([RUSSIAN, ENGLISH, CASH]), st.integers(1, 3))),
            )
        )
    return made


@st.composite
def days(draw: st.DrawFn, known: st.SearchStrategy[Terms]) -> Day:
    arrivals = [
        Arrival(
            id=number,
            at=float(draw(st.integers(0, DAY))),
            handling=float(draw(st.integers(1, 20))),
            company_id=draw(st.sampled_from([OWNER, FIRST_LINE, STRANGER])),
            patience=draw(st.none() | st.integers(0, 40).map(float)),
            context=Context(managers=(2, 1), previous_user_id=3),
            language=draw(st.sampled_from(["ru_RU", "en_US", "de_DE", ""])),
            is_call=(is_call := draw(st.booleans())),
            held=Held(draw(st.integers(0, 3)), draw(st.integers(0, 25))) if is_call else NOT_HELD,
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    staff = draw(workers())
    rule = draw(st.sampled_from(["standard", "manager", "balanced"]))
    settings = Settings(rule, draw(st.integers(0, 2)), OWNER, draw(known))
    outcomes = replay(arrivals, staff, settings, Random(draw(st.integers())))
    return sorted(arrivals, key=lambda each: (each.at, each.id)), staff, settings, outcomes


class Naive:
    """A day second by second. It chooses nothing: it says among whom, and adopts what the replay has chosen."""

    def __init__(self, staff: list[Worker], settings: Settings, told: dict[int, Outcome]) -> None:
        self.staff, self.settings, self.told = staff, settings, told
        self.waiting: list[Arrival] = []
        self.work: dict[int, tuple[int, float]] = {}  # who has it, until when
        self.since: dict[int, float] = {}
        self.present: dict[int, Shift] = {}
        self.talks: list[tuple[int, float, float]] = []  # who is in a call, from when until when
        self.now = 0.0

    def load(self, worker: Worker) -> int:
        return sum(user_id == worker.user_id for user_id, _until in self.work.values())

    def free(self, worker: Worker, is_call: bool) -> bool:
        """ROU-06, ROU-27, ROU-35: there, in a status that takes this kind, in no call, with room for one more."""
        shift, capacity = self.present.get(worker.user_id), self.settings.capacity
        if shift is None or not (shift.calls if is_call else shift.chats):
            return False
        if any(user_id == worker.user_id and start <= self.now for user_id, start, _end in self.talks):
            return False
        return not capacity or self.load(worker) < capacity

    def lacks(self, person: Arrival, worker: Worker) -> tuple[int, int]:
        rules = self.settings.terms
        wanted = dict(rules.levels)
        if rules.language_level and person.language in rules.languages:
            wanted[rules.languages[person.language]] = rules.language_level
        has = worker.skills
        return sum(each not in has for each in wanted), sum(has.get(each, 9) < wanted[each] for each in wanted)

    def candidates(self, person: Arrival) -> set[int]:
        companies = (OWNER, person.company_id)
        able = [each for each in self.staff if each.priority != "observer" and each.company_id in companies]
        everybody = [self.lacks(person, each) for each in able]
        waited = self.now - person.at
        stage = (waited >= self.settings.terms.lower_after) + (waited >= self.settings.terms.prefer_after)
        if stage == 0 and (0, 0) not in everybody:
            stage = 1
        if stage == 1 and not any(missing == 0 for missing, _low in everybody):
            stage = 2
        worst = ((0, 0), (0, 9), (9, 9))[stage]
        pool = [each for each in able if self.free(each, person.is_call)]
        pool = [each for each in pool if all(a <= b for a, b in zip(self.lacks(person, each), worst, strict=True))]
        best = min((self.lacks(person, each) for each in pool), default=None)
        return self.by_rule(person.context, [each for each in pool if self.lacks(person, each) == best])

    def by_rule(self, context: Context, pool: list[Worker]) -> set[int]:
        users = {each.user_id for each in pool}
        managers = context.managers if self.settings.rule == "manager" else ()
        for user_id in (context.previous_user_id, *managers):
            if user_id in users:
                return {user_id}
        if self.settings.rule == "balanced":
            order = {each.user_id: (self.load(each), self.since.get(each.user_id, 0.0)) for each in pool}
            return {user_id for user_id in users if order[user_id] == min(order.values())}
        tiers = ({each.user_id for each in pool if each.priority == tier} for tier in TIERS)
        return next(filter(None, tiers), set())

    def deliver(self) -> None:
        """The longest waiting whom somebody free fits, until there is none."""
        for person in sorted(self.waiting, key=lambda each: (each.at, each.id)):
            if among := self.candidates(person):
                outcome = self.told[person.id]
                assert outcome.assigned_at == self.now and outcome.user_id in among
                self.waiting.remove(person)
                self.work[person.id] = outcome.user_id, self.now + person.handling
                self.since[outcome.user_id] = self.now
                start = self.now + person.held.after
                if person.held.seconds:
                    self.talks.append((outcome.user_id, start, start + person.held.seconds))
                self.deliver()
                return

    def second(self, now: float, came: list[Arrival]) -> None:
        """What happens at the same second happens in the replay's order; what has happened is delivered at once."""
        self.now = now
        arrive = partial(self.arrive, came)
        for happens in (self.absent, self.finished, self.hung_up, self.come, arrive, self.give_up):
            if happens():
                self.deliver()
        self.deliver()  # somebody insists on less now

    def absent(self) -> bool:
        gone = [user_id for user_id, shift in self.present.items() if shift.end == self.now]
        for user_id in gone:
            del self.present[user_id]
        return bool(gone)

    def finished(self) -> bool:
        done = [number for number, (_user_id, until) in self.work.items() if until == self.now]
        for number in done:
            del self.work[number]
        return bool(done)

    def hung_up(self) -> bool:
        over = [talk for talk in self.talks if talk[2] == self.now]
        self.talks = [talk for talk in self.talks if talk not in over]
        return bool(over)

    def come(self) -> bool:
        shifts = ((each.user_id, shift) for each in self.staff for shift in each.shifts)
        there = {user_id: shift for user_id, shift in shifts if self.now == shift.start < shift.end}
        self.present |= there
        return bool(there)

    def arrive(self, came: list[Arrival]) -> bool:
        self.waiting += came
        return bool(came)

    def give_up(self) -> bool:
        gone = [each for each in self.waiting if each.patience is not None and each.at + each.patience == self.now]
        for person in gone:
            assert self.told[person.id] == Outcome(person.id, person.at, 0, None, self.now)
            self.waiting.remove(person)
        return bool(gone)


@given(days(st.just(NO_TERMS) | terms()))
def test_a_day_is_played_as_the_naive_model_plays_it(day: Day) -> None:
    """ROU-06, ROU-16, ROU-17, ROU-21, ROU-27, ROU-28, ROU-36, LIN-24, calls and chats, with skills that fade and
    without any: who is served when, and by whom; nobody else is."""
    arrivals, staff, settings, outcomes = day
    naive = Naive(staff, settings, {each.id: each for each in outcomes})
    for now in range(3 * DAY):
        naive.second(float(now), [each for each in arrivals if each.at == now])
    for outcome in outcomes:
        waits = outcome.assigned_at is None and outcome.ended_at is None
        assert waits == any(each.id == outcome.id for each in naive.waiting)


@given(days(terms()))
def test_where_everybody_can_everything_skills_change_nothing(day: Day) -> None:
    """The same lots are drawn: the day is the one without skills."""
    arrivals, staff, settings, _outcomes = day
    able = [worker._replace(skills={RUSSIAN: 3, ENGLISH: 3, CASH: 3}) for worker in staff]
    without = settings._replace(terms=NO_TERMS)
    assert replay(arrivals, able, settings, Random(5)) == replay(arrivals, able, without, Random(5))


@given(days(terms()))
def test_nobody_waits_longer_for_a_skill_than_the_line_says(day: Day) -> None:
    """ROU-12: with somebody free of the owner all the time, the wait ends when the skill is only preferred."""
    arrivals, staff, settings, _outcomes = day
    spare = Worker(99, OWNER, "standard", [Shift(0.0, 10_000.0)])
    patient = [each._replace(patience=None, held=NOT_HELD) for each in arrivals]
    for outcome in replay(patient, [*staff, spare], settings._replace(capacity=0), Random(5)):
        assert outcome.assigned_at is not None
        assert outcome.assigned_at - outcome.at <= settings.terms.prefer_after


def test_instants_that_are_no_round_numbers_pass() -> None:
    """The second at which a demand fades is reached, whatever the sum of the times is rounded to."""
    rules = Terms({CASH: 2}, {}, 0, 30.1, 120.7)
    able = Worker(1, OWNER, "standard", [], {CASH: 3})
    free = Worker(2, OWNER, "standard", [Shift(0.0, 4e9)])
    people = [Arrival(number, 1_790_000_000.123 + number * 0.777, 1.0) for number in range(200)]
    for outcome in replay(people, [able, free], Settings("standard", 0, OWNER, rules), Random(1)):
        assert outcome.assigned_at is not None and abs(outcome.assigned_at - outcome.at - 120.7) < 1e-3
