"""The rules of routing once more, as naively as section 3 of the rules reads. It shares no code with the router.

The model does not choose: where the router draws lots, it says among whom, and adopts the choice.
"""

ACCEPTS = {"free", "not_ready_chat"}  # appendix B: takes requests of people who are not bound to him
ACCEPTS_CALLS = {"free"}  # and of those who call
KEEPS = ACCEPTS | {"busy_new", "talking"}  # a person bound to him who writes stays with him
TIERS = ("high", "medium", "standard")


class Work:
    """An open request. ``place``: its number in the order of waiting; ``age``: how often the line's patience with its
    skills has run out since; ``asked``: who is to consent."""

    def __init__(self, line, person, place, is_call=False):
        self.is_call = is_call
        self.line, self.person, self.place, self.age = line, person, place, 0
        self.owner = self.asked = None

    @property
    def state(self):
        return "offered" if self.asked else "active" if self.owner else "queued"


class Line:
    def __init__(self, owner, kind, rule, capacity, consent, members, skills=None):
        self.owner, self.kind, self.rule, self.capacity, self.consent = owner, kind, rule, capacity, consent
        self.members = members  # {specialist: priority}
        self.skills = skills  # None: do not count; else what is demanded of a person's helper: person -> {skill: level}


class Reference:
    """``lines``: {name: Line}; ``company_of`` a specialist or a person: whom he works for, or who serves him;
    ``managers`` of a person: his client's own specialists, in the order of the card. Verbs give None when they are
    refused, else True; then everything free is delivered."""

    def __init__(self, lines, choice, company_of, managers, known=None):
        self.lines, self.choice, self.company_of, self.managers = lines, choice, company_of, managers
        self.known = known or {}  # {specialist: {skill: level}}
        self.status = {}
        self.present = set()
        self.open = {}  # {(line, person): Work}
        self.last = {}  # {(line, person): who had the last finished one}
        self.clock = 0

    # --- what a specialist is at this moment ---

    def load(self, who, line):
        return sum(work.owner == who and work.line == line for work in self.open.values())

    def has_room(self, who, line):
        capacity = self.lines[line].capacity
        return not capacity or self.load(who, line) < capacity

    def accepts(self, who, is_call=False):
        return who in self.present and self.status[who] in (ACCEPTS_CALLS if is_call else ACCEPTS)

    def serves(self, who, line, person):
        """LIN-24: the owner's specialists serve everybody on the line, those of others their own people."""
        return self.company_of(who) in (self.lines[line].owner, self.company_of(person))

    def keeps(self, who):
        return who in self.present and self.status[who] in KEEPS

    def lacks(self, work, who):
        """How many of the demanded skills he does not have, and how many not well enough."""
        known = self.known.get(who, {})
        demanded = self.lines[work.line].skills(work.person)
        low = [skill for skill, level in demanded.items() if skill in known and known[skill] < level]
        return len(demanded.keys() - known.keys()), len(low)

    def fits(self, work, who):
        """First all of it, then any level, then anybody; and at once less than all, if nobody has all of it."""
        line = self.lines[work.line]
        everybody = [
            self.lacks(work, each)
            for each, priority in line.members.items()
            if priority != "observer" and self.serves(each, work.line, work.person)
        ]
        age = work.age
        if age == 0 and (0, 0) not in everybody:
            age = 1
        if age == 1 and not any(missing == 0 for missing, _low in everybody):
            age = 2
        missing, low = self.lacks(work, who)
        return age >= 2 or (not missing and (age == 1 or not low))

    # --- the router ---

    def candidates(self, work):
        """Among whom the request is to go now."""
        line = self.lines[work.line]
        pool = [
            who
            for who, priority in line.members.items()
            if priority != "observer" and self.accepts(who, work.is_call) and self.has_room(who, work.line)
            and self.serves(who, work.line, work.person)
        ]  # fmt: skip
        if line.skills:
            pool = [who for who in pool if self.fits(work, who)]
            pool = [who for who in pool if self.lacks(work, who) == min(self.lacks(work, other) for other in pool)]
        before = self.last.get((work.line, work.person))
        if line.kind == "project" and before in pool:  # after closing: the same operator first, on projects alone
            return {before}
        if line.rule == "balanced":
            least = min((self.load(who, work.line) for who in pool), default=0)
            return {who for who in pool if self.load(who, work.line) == least}
        if line.rule == "manager":  # first one of the client's own, then the other, then as everybody
            for who in self.managers(work.person):
                if who in pool:
                    return {who}
        for tier in TIERS:
            if best := {who for who in pool if line.members[who] == tier}:
                return best
        return set()

    def waiting(self, line):
        return sorted((w for w in self.open.values() if w.line == line and not w.owner), key=lambda w: w.place)

    def deliver(self):
        """The line whose oldest request waits longest first, and on a line first come, first served, but for those whom
        nobody free fits, or takes: calls and the others."""
        for line in sorted(self.lines, key=lambda name: [w.place for w in self.waiting(name)[:1]] or [float("inf")]):
            for work in self.waiting(line):
                if among := self.candidates(work):
                    work.owner = self.choice(work, among)
        return True

    def pass_time(self):
        """Everybody who waits is a step less patient."""
        for work in self.open.values():
            work.age += not work.owner
        return self.deliver()

    # --- what people do ---

    def turn_to(self, line, person, is_call=False):
        work = self.open.get((line, person))
        if work and work.owner and not self.keeps(work.owner):  # 3.2.3: he has left, and his user contacts the line
            work.owner = work.asked = None
            work.place, work.age, work.is_call = self.next_place(), 0, is_call
        elif not work:
            self.open[line, person] = Work(line, person, self.next_place(), is_call)
        elif not work.owner:
            work.is_call = is_call
        return self.deliver()

    def next_place(self):
        self.clock += 1
        return self.clock

    def set_status(self, who, status, present):
        self.status[who] = status
        (self.present.add if present else self.present.discard)(who)
        return self.deliver()

    def start(self, who, line, person):
        work = self.open.get((line, person))
        if work and work.owner == who:
            return True
        if not self.serves(who, line, person) or not self.has_room(who, line):
            return None
        if not work:
            work = self.open[line, person] = Work(line, person, self.next_place())
        work.owner, work.asked = who, None
        return self.deliver()

    def finish(self, work):
        self.last[work.line, work.person] = work.owner
        del self.open[work.line, work.person]
        return self.deliver()

    def pull(self, who, line):
        for work in [work for work in self.waiting(line) if self.serves(who, line, work.person)][:1]:
            work.owner = who
        return self.deliver()

    def transfer(self, work, to):
        consent = self.lines[work.line].consent
        able = self.accepts(to) if consent else self.keeps(to)
        if work.state != "active" or to == work.owner or to not in self.lines[work.line].members or not able:
            return None
        if not self.has_room(to, work.line) or not self.serves(to, work.line, work.person):
            return None
        if consent:
            work.asked = to
            return True
        work.owner = to
        return self.deliver()

    def accept(self, work):
        if not self.has_room(work.asked, work.line):
            return None
        work.owner, work.asked = work.asked, None
        return self.deliver()

    def end_offer(self, work):
        work.asked = None
        return True

    def move(self, work, line):
        if work.asked or self.lines[line].owner != self.lines[work.line].owner:
            return None
        self.last[work.line, work.person] = work.owner
        del self.open[work.line, work.person]
        return self.turn_to(line, work.person, work.is_call)
