"""Random histories in the plain engine: people come and write again, specialists change their minds, vanish and come
back, work is handed over, moved, pulled, returned and finished, processes die between a commit and what follows it.

The world below keeps nothing but ledgers, as the product does: the state of a request is what ``fold`` says. Whose turn
it is and whom the rule asks say ``whose_turn`` and ``rank``; the checks are written without them.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from .. import Cohort, Context, Head, Line, Terms, fold, next_state, rank, whose_turn

ACCEPTS = {"free", "not_ready_chat"}  # appendix B
KEEPS = ACCEPTS | {"busy_new", "talking"}
STATUSES = ["free", "free", "free", "away", "dnd", "busy_new", "talking", "not_ready_chat", "offline"]
OWNER, CASH, ENGLISH = 1, 1, 2
USERS = range(1, 6)
PEOPLE = range(1, 7)


class Setting(NamedTuple):
    rule: str
    capacity: int
    priorities: dict[int, str]
    terms: Terms


NO_TERMS = Terms({}, {}, 0, 0, 0)
LINES = {
    "hot": Setting("standard", 2, {1: "high", 2: "medium", 3: "standard", 4: "observer"}, NO_TERMS),
    "chats": Setting("balanced", 1, {1: "standard", 2: "standard", 5: "standard"}, NO_TERMS),
    "shop": Setting(
        "manager",
        2,
        {1: "high", 2: "high", 3: "medium", 5: "standard"},
        Terms({CASH: 2}, {"en": ENGLISH}, 1, 30, 120),
    ),
}
KNOWN = {1: {CASH: 1}, 2: {CASH: 3}, 3: {CASH: 2, ENGLISH: 2}, 4: {}, 5: {}}
LANGUAGE = {person: ("en" if person % 3 == 0 else "ru") for person in PEOPLE}

lines = st.sampled_from(sorted(LINES))
users = st.sampled_from(USERS)
people = st.sampled_from(PEOPLE)


class Request:
    """A ledger, and what never changes."""

    def __init__(self, number: int, line: str, person: int) -> None:
        self.id, self.line, self.person = number, line, person
        self.ledger: list[dict[str, Any]] = []

    @property
    def row(self) -> dict[str, Any]:
        return fold(self.ledger)

    @property
    def state(self) -> str:
        return str(self.row["state"])

    def move(self, code: str, **changes: Any) -> None:
        """As the product's one door: the state follows from the code, and the row's owner is told each time."""
        state = next_state(code, self.state if self.ledger else None)
        if state in ("queued", "closed") and code != "rated":
            changes.setdefault("asked", None)
        if state == "queued":
            changes.setdefault("user", None)
        self.ledger.append({"seq": len(self.ledger) + 1, "code": code, "changes": {"state": state, **changes}})


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.requests: list[Request] = []
        self.status = dict.fromkeys(USERS, "offline")
        self.contacts: list[tuple[str, int, float]] = []  # the outbox: what a crash does not take with it
        self.dies = False
        self.rng = Random(0)

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.rng = Random(seed)

    # --- what the tables say ---

    def open_of(self, line: str, person: int) -> Request | None:
        found = [r for r in self.requests if (r.line, r.person) == (line, person) and r.state != "closed"]
        assert len(found) <= 1
        return found[0] if found else None

    def load(self, user: int, line: str) -> int:
        return sum(r.line == line and r.row["state"] in ("active", "offered") and r.row["user"] == user
                   for r in self.requests)  # fmt: skip

    def has_room(self, user: int, line: str) -> bool:
        return self.load(user, line) < LINES[line].capacity

    def queue(self, line: str) -> list[Request]:
        waiting = [r for r in self.requests if r.line == line and r.state == "queued"]
        return sorted(waiting, key=lambda r: (r.row["queued_at"], r.id))

    def cohorts(self, line: str) -> list[Cohort]:
        return [
            Cohort(OWNER, priority, self.status[user], self.status[user] in ACCEPTS, self.status[user] != "offline",
                   self.load(user, line), [user], [0.0], KNOWN[user])
            for user, priority in LINES[line].priorities.items()
        ]  # fmt: skip

    # --- what follows a commit ---

    def after_commit(self) -> None:
        """The dispatcher, unless the process dies here."""
        if self.dies:
            self.dies = False
            return
        self.dispatch()

    def dispatch(self) -> None:
        for line, person, at in self.contacts:
            self.review(line, person, at)
        self.contacts.clear()
        for line in LINES:
            while self.decide(line):
                pass

    def review(self, line: str, person: int, at: float) -> None:
        request = self.open_of(line, person)
        if not request:
            self.open(line, person, at)
        elif request.state != "queued" and self.status[request.row["user"]] not in KEEPS:
            request.move("unbound", queued_at=at)

    def open(self, line: str, person: int, at: float) -> Request:
        request = Request(len(self.requests) + 1, line, person)
        request.move("opened", queued_at=at)
        self.requests.append(request)
        return request

    def decide(self, name: str) -> bool:
        line = LINES[name]
        waiting = self.queue(name)
        heads = [Head(r.id, r.row["queued_at"], OWNER, LANGUAGE[r.person]) for r in waiting]
        turn = whose_turn(heads, self.cohorts(name), Line(OWNER, line.capacity, line.terms), self.now)
        if not turn.head or not turn.pool:
            for request in waiting:  # nobody who could be served is left waiting (ROU-21)
                assert not self.who_could(request), (name, request.ledger)
            return False
        request = self.requests[turn.head.id - 1]
        bands = rank(line.rule, turn.pool, Context(managers=(3, 1), previous_user_id=2), self.rng)
        user = next(user for band in bands for user in band.user_ids)
        assert user in self.who_could(request)
        for other in waiting[: waiting.index(request)]:
            assert not self.who_could(other), "overtaken"
        request.move("assigned", user=user)
        return True

    def who_could(self, request: Request) -> set[int]:
        """Naively: who is free for this request at this instant."""
        line = LINES[request.line]
        wanted = dict(line.terms.levels)
        if line.terms.language_level and LANGUAGE[request.person] == "en":
            wanted[ENGLISH] = line.terms.language_level
        waited = self.now - request.row["queued_at"]
        able = [user for user, priority in line.priorities.items() if priority != "observer"]
        strict = {user for user in able if all(KNOWN[user].get(s, 0) >= level for s, level in wanted.items())}
        loose = {user for user in able if all(s in KNOWN[user] for s in wanted)}
        fits = strict
        if waited >= line.terms.lower_after or not fits:
            fits = loose
        if waited >= line.terms.prefer_after or not fits:
            fits = set(able)
        return {user for user in fits if self.status[user] in ACCEPTS and self.has_room(user, request.line)}

    # --- what people do ---

    @rule(line=lines, person=people)
    def writes(self, line: str, person: int) -> None:
        """ROU-13, ROU-23, ROU-26, ROU-27: a bound specialist keeps his person unless he has left."""
        request = self.open_of(line, person)
        owner = request.row["user"] if request and request.state != "queued" else None
        stays = owner and self.status[owner] in KEEPS
        survives = not self.dies
        if request:
            self.contacts.append((line, person, self.now))
        else:
            self.open(line, person, self.now)
        self.after_commit()
        if request and owner and survives:
            assert (request.row["user"] == owner and request.state != "queued") or not stays
            if not stays:
                assert request.ledger[-1]["code"] == ("unbound" if request.state == "queued" else "assigned")

    @rule(user=users, status=st.sampled_from(STATUSES))
    def changes_status(self, user: int, status: str) -> None:
        """Leaving alone never cancels a binding (ROU-23: two conditions)."""
        mine = [r for r in self.requests if r.state in ("active", "offered") and r.row["user"] == user]
        written = {(line, person) for line, person, _at in self.contacts}
        self.status[user] = status
        self.after_commit()
        assert all(r.row["user"] == user for r in mine if (r.line, r.person) not in written)

    @rule(seconds=st.sampled_from([1, 29, 30, 91]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.after_commit()  # the timer of the head

    @rule()
    def the_process_dies_before_it_follows_up(self) -> None:
        self.dies = True

    @rule()
    def the_cron_comes(self) -> None:
        self.dies = False
        self.dispatch()

    def some(self, *states: str) -> list[Request]:
        return [request for request in self.requests if request.state in states]

    @precondition(lambda self: self.some("active", "offered"))
    @rule(data=st.data(), how=st.sampled_from(["finished", "silenced", "moved"]))
    def ends(self, data: st.DataObject, how: str) -> None:
        request = data.draw(st.sampled_from(self.some("active", "offered")), "request")
        request.move(how)
        if how == "moved":
            target = data.draw(st.sampled_from([name for name in sorted(LINES) if name != request.line]), "to")
            if self.open_of(target, request.person):
                self.contacts.append((target, request.person, self.now))
            else:
                self.open(target, request.person, self.now)
        self.after_commit()

    @precondition(lambda self: self.some("queued"))
    @rule(data=st.data(), user=users)
    def pulls(self, data: st.DataObject, user: int) -> None:
        """ROU-38: the longest waiting, by hand; a specialist's own doing needs no skill."""
        request = self.queue(data.draw(st.sampled_from(self.some("queued")), "request").line)[0]
        if LINES[request.line].priorities.get(user, "observer") != "observer" and self.has_room(user, request.line):
            request.move("pulled", user=user)
        self.after_commit()

    @precondition(lambda self: self.some("active", "offered", "queued"))
    @rule(data=st.data(), user=users)
    def turns_to(self, data: st.DataObject, user: int) -> None:
        """ROU-15, ROU-24: another specialist turns to the person, observers too: it is his from now on."""
        request = data.draw(st.sampled_from(self.some("active", "offered", "queued")), "request")
        row = request.row
        if user in LINES[request.line].priorities and self.has_room(user, request.line) and row["user"] != user:
            request.move("started" if row["state"] == "queued" else "taken_over", user=user, asked=None)
            assert request.row["user"] == user
        self.after_commit()

    @precondition(lambda self: self.some("active"))
    @rule(data=st.data(), user=users, consent=st.booleans())
    def hands_over(self, data: st.DataObject, user: int, consent: bool) -> None:
        """ROU-42, ROU-43."""
        request = data.draw(st.sampled_from(self.some("active")), "request")
        if user in LINES[request.line].priorities and user != request.row["user"] and self.status[user] in KEEPS:
            if consent:
                request.move("offered", asked=user)
            elif self.has_room(user, request.line):
                request.move("transferred", user=user)
        self.after_commit()

    @precondition(lambda self: self.some("offered"))
    @rule(data=st.data(), how=st.sampled_from(["accepted", "declined", "withdrawn", "expired"]))
    def answers(self, data: st.DataObject, how: str) -> None:
        """ROU-43: until it is accepted it stays with the sender."""
        request = data.draw(st.sampled_from(self.some("offered")), "request")
        row = request.row
        if how != "accepted":
            request.move(how, asked=None)
            assert request.row["user"] == row["user"]
        elif self.has_room(row["asked"], request.line):
            request.move(how, user=row["asked"], asked=None)
        self.after_commit()

    @precondition(lambda self: self.some("active"))
    @rule(data=st.data())
    def does_not_answer_in_time(self, data: st.DataObject) -> None:
        """Back to its old place: ``queued_at`` stays."""
        request = data.draw(st.sampled_from(self.some("active")), "request")
        place = request.row["queued_at"]
        request.move("returned")
        assert request.row["queued_at"] == place
        self.after_commit()

    # --- what holds whatever happens ---

    @invariant()
    def each_request_is_in_one_state_and_in_one_hand_at_most(self) -> None:
        seen = set()
        for request in self.requests:
            row = request.row
            assert (row["state"] == "queued") == (row.get("user") is None) or row["state"] == "closed"
            assert (row["state"] == "offered") == (row.get("asked") is not None)
            if row["state"] != "closed":
                assert (request.line, request.person) not in seen
                seen.add((request.line, request.person))

    @invariant()
    def nobody_has_more_than_he_may(self) -> None:
        for name, line in LINES.items():
            assert all(self.load(user, name) <= line.capacity for user in line.priorities)

    def teardown(self) -> None:
        """ROU-12: when everybody comes to work and time passes, every request reaches its end; none is lost."""
        self.dies = False
        self.now += 1000
        self.status = dict.fromkeys(USERS, "free")
        for _round in range(len(self.requests) + 2):
            self.dispatch()
            for request in self.some("active", "offered"):
                request.move("finished")
        assert not self.contacts
        assert all(request.state == "closed" for request in self.requests)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
