"""Random histories: whatever people do in whatever order, the router does what the naive reference says."""

from random import Random
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RoutingCase
from .reference import Line, Reference

HISTORIES, STEPS = 30, 40
STATUSES = ["free", "free", "free", "away", "dnd", "busy_new", "talking", "not_ready_chat"]


@tagged("post_install", "-at_install")
class TestReference(RoutingCase):
    """Section 3 of the rules to the letter (ROU-12..28, ROU-31, ROU-35..37, ROU-42..44, LIN-24), on lines with and
    without skills, and on a vendor's line with a first line of the partner.

    After each step a request is in the one state, with the one owner, at the place that the reference says; loads are
    right; the ledger agrees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.extra = [cls.make_specialist(f"extra-{number}") for number in range(3)]
        cls.people = [cls.anna, cls.boris, *(cls.make_recipient(f"person-{number}") for number in range(4))]
        cls.agents = [cls.high, cls.medium, cls.observer, *cls.extra]
        cls.project = cls.env["connect.line"].create(
            {"name": "Project", "company_id": cls.company.id, "kind": "project", "capacity": 2}
        )
        cls.env["connect.line.connection"].create(
            [{"line_id": cls.project.id, "partner_id": person.partner_id.id} for person in cls.people]
        )
        seats = [(cls.line, cls.extra[0], "high"), (cls.line, cls.extra[1], "standard")]
        seats += [(cls.project, user, "standard") for user in (cls.high, cls.medium, *cls.extra[1:])]
        cls.env["connect.line.member"].create(
            [{"line_id": line.id, "user_id": user.id, "priority": priority} for line, user, priority in seats]
        )

        cls.make_vendor_line()
        cls.lines = cls.line | cls.project | cls.vendor_line
        cls.connected = {
            line: cls.people[:3] + cls.vendors_people if line == cls.vendor_line else cls.people for line in cls.lines
        }
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.cash, cls.english = cls.env["connect.skill"].create(
            [
                {"name": "Cash", "company_id": cls.company.id},
                {"name": "English", "company_id": cls.company.id, "lang_id": cls.env.ref("base.lang_en").id},
            ]
        )
        for place, person in enumerate(cls.people):
            person.partner_id.lang = ("ru_RU", "en_US")[place % 2]

    @classmethod
    def make_vendor_line(cls):
        """Two specialists of the vendor, who serve everybody, and two of the partner, who serve their own people."""
        vendor = cls.other_company
        vendor.connect_is_vendor = True
        cls.vendors_agents = [cls.stranger, cls.make_specialist("vendors-second", company=vendor)]
        cls.agents += cls.vendors_agents
        cls.vendors_people = [cls.make_recipient(f"vendors-{number}", connect=False) for number in range(2)]
        client = cls.env["res.partner"].create({"name": "Vendor's client", "is_company": True, "company_id": vendor.id})
        for person in cls.vendors_people:
            person.write({"company_ids": [(6, 0, vendor.ids)], "company_id": vendor.id})
            person.partner_id.write({"parent_id": client.id, "company_id": vendor.id})
        cls.vendor_line = cls.env["connect.line"].create(
            {"name": "Vendor line", "company_id": vendor.id, "is_published": True, "capacity": 3}
        )
        cls.env["connect.line.grant"].create(
            {"line_id": cls.vendor_line.id, "company_id": cls.company.id, "first_line": True}
        )
        seats = zip([*cls.vendors_agents, cls.high, cls.extra[0]], ["high", "standard", "high", "medium"], strict=True)
        cls.env["connect.line.member"].create(
            [{"line_id": cls.vendor_line.id, "user_id": user.id, "priority": priority} for user, priority in seats]
        )
        cls.env["connect.line.connection"].create(
            [
                {"line_id": cls.vendor_line.id, "partner_id": person.partner_id.id}
                for person in cls.people[:3] + cls.vendors_people
            ]
        )

    def test_random_histories_agree_with_the_reference(self):
        dispatcher = type(self.env["connect.dispatcher"])
        demands = dispatcher._demands
        self.startPatcher(patch.object(dispatcher, "_demands", lambda this, line: self.older(demands(this, line))))
        for seed in range(HISTORIES):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.run_history(Random(seed))
                savepoint.rollback()
                self.env.invalidate_all()

    def run_history(self, rng):
        self.aged = {}
        with_skills = self.demand_skills(rng)
        for line in self.lines:
            line.delivery_rule = rng.choice(["standard", "balanced", "manager"])
        managers = self.choose_managers(rng)
        lines = {
            line: Line(
                line.company_id,
                line.kind,
                line.delivery_rule,
                line.capacity,
                line.transfer_consent,
                {member.user_id: member.priority for member in line.member_ids},
                self.demanded if line == with_skills else None,
            )
            for line in self.lines
        }
        known = {}
        for each in self.env["connect.skill.level"].search([("company_id", "=", self.company.id)]):
            known.setdefault(each.user_id, {})[each.skill_id] = int(each.level)
        self.reference = Reference(lines, self.adopt, lambda user: user.company_id, managers, known)
        for user in self.agents:
            self.set_status(user, "away")
            self.reference.set_status(user, "away", present=True)
        story = []
        for _step in range(STEPS):
            name = rng.choice(
                ["write"] * 4 + ["status"] * 3 + ["start", "finish", "finish", "transfer", "answer", "pull", "move"]
                + ["wait"] * 2 * bool(with_skills)
            )  # fmt: skip
            story.append(getattr(self, f"do_{name}")(rng))
            self.compare(story)
        self.assertEqual(self.env["connect.decision"]._verify(), [], story)

    def choose_managers(self, rng):
        """The client's own specialists, and which of them comes first (ROU-28)."""
        support, manager = rng.sample([self.high, self.medium, self.observer, *self.extra], 2)
        order = rng.choice(["support_first", "manager_first"])
        self.client_company.write(
            {"connect_support_id": support.id, "connect_manager_id": manager.id, "connect_fallback_order": order}
        )
        own = [support, manager] if order == "support_first" else [manager, support]
        return lambda person: own if person in self.people else []

    def demand_skills(self, rng):
        """The line that demands skills in this history, or none; specialists have some, at some level."""
        line = rng.choice([self.line, self.project, None])
        if line:
            line.write({"use_skills": True, "language_level": "1", "skill_prefer_after": 3600})
            line.write({"skill_lower_after": 1800, "skill_ids": [(0, 0, {"skill_id": self.cash.id, "level": "2"})]})
            self.env["connect.skill.level"].create(
                [
                    {"user_id": user.id, "skill_id": skill.id, "level": rng.choice("123")}
                    for user in [each for each in self.agents if each.company_id == self.company]
                    for skill in (self.cash, self.english)
                    if rng.random() < 0.5
                ]
            )
        return line

    def demanded(self, person):
        return {self.cash: 2} | ({self.english: 1} if person.partner_id.lang == "en_US" else {})

    def do_wait(self, rng):
        """Half an hour passes for those who wait: the router is told older times, the rows stay as they are."""
        for each in self.env["connect.request"].search([("state", "=", "queued")]):
            key = each.id, each.queued_at
            self.aged[key] = self.aged.get(key, 0) + 1800
        return self.both(lambda: self.lines._dispatch_later(), lambda: self.reference.pass_time(), "wait")

    def older(self, demands):
        """What ``connect_demands`` says, with the time that has passed in this history."""
        queued_at = {
            each.id: each.queued_at for each in self.env["connect.request"].browse([h[0] for h in demands["heads"]])
        }
        for head in demands["heads"]:
            head[1] -= self.aged.get((head[0], queued_at[head[0]]), 0)
        return demands

    # --- steps: the same to the router and to the reference ---

    def both(self, real, expected, *what):
        """The router did it or refused it, as the reference did. The reference adopts the router's draws."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                real()
                refused = False
        except UserError:
            refused = True
        self.dispatch()
        self.assertEqual(expected() is None, refused, what)
        return what

    def do_write(self, rng):
        line = rng.choice(list(self.lines))
        person = rng.choice(self.connected[line])
        kind = rng.choice(["message", "message", "call"])
        return self.both(
            lambda: line.with_user(person).open_request(kind=kind),
            lambda: self.reference.turn_to(line, person, kind == "call"),
            kind,
            person.name,
        )

    def do_status(self, rng):
        user, status, present = rng.choice(self.agents), rng.choice(STATUSES), rng.random() < 0.9
        return self.both(
            lambda: self.go_to(user, status, present),
            lambda: self.reference.set_status(user, status, present),
            "status", user.name, status, present,
        )  # fmt: skip

    def go_to(self, user, status, present):
        """By hand where a person can; a heartbeat tells that he is there."""
        agent = self.env["connect.agent"].with_user(user)
        if status in ("talking", "not_ready_chat"):  # the system's, and another profile's
            self.agent(user)._switch(self.env["connect.status"]._id_of(status), "system")
            agent.heartbeat()
        else:
            agent.set_status(status)
        if not present:
            self.env.cr.execute(
                "UPDATE connect_agent SET last_seen = last_seen - interval '100 seconds' WHERE user_id = %s", [user.id]
            )

    def do_start(self, rng):
        line = rng.choice(list(self.lines))
        person = rng.choice(self.connected[line])
        user = rng.choice(sorted(self.reference.lines[line].members, key=lambda each: each.id))
        requests = self.env["connect.request"].with_user(user)
        return self.both(
            lambda: requests.start_work(line.id, person.partner_id.id),
            lambda: self.reference.start(user, line, person),
            "start", user.name, person.name,
        )  # fmt: skip

    def some_work(self, rng, *states):
        works = [work for work in self.reference.open.values() if work.state in states]
        return rng.choice(sorted(works, key=lambda work: work.place)) if works else None

    def do_finish(self, rng):
        if not (work := self.some_work(rng, "active", "offered")):
            return None
        return self.both(
            lambda: self.real(work).with_user(work.owner).finish(),
            lambda: self.reference.finish(work),
            "finish", work.person.name,
        )  # fmt: skip

    def do_transfer(self, rng):
        if not (work := self.some_work(rng, "active", "offered")):
            return None
        to = rng.choice(self.agents)
        return self.both(
            lambda: self.real(work).with_user(work.owner).transfer_to_user(to.id),
            lambda: self.reference.transfer(work, to),
            "transfer", work.person.name, to.name,
        )  # fmt: skip

    def do_answer(self, rng):
        if not (work := self.some_work(rng, "offered")):
            return None
        request, how = self.real(work), rng.choice(["accept", "decline", "withdraw", "expire"])
        real = {
            "accept": request.with_user(work.asked).accept_transfer,
            "decline": request.with_user(work.asked).decline_transfer,
            "withdraw": request.with_user(work.owner).decline_transfer,
            "expire": lambda: request._on_timer_offer(None),
        }
        expected = self.reference.accept if how == "accept" else self.reference.end_offer
        return self.both(real[how], lambda: expected(work), how, work.person.name)

    def do_pull(self, rng):
        line = rng.choice(list(self.lines))
        user = rng.choice(sorted((who for who, p in self.reference.lines[line].members.items() if p != "observer"),
                                 key=lambda each: each.id))  # fmt: skip
        return self.both(
            lambda: line.with_user(user).pull_queue(), lambda: self.reference.pull(user, line), "pull", user.name
        )

    def do_move(self, rng):
        if not (work := self.some_work(rng, "active", "offered")):
            return None
        line = self.project if work.line == self.line else self.line
        return self.both(
            lambda: self.real(work).with_user(work.owner).transfer_to_line(line.id),
            lambda: self.reference.move(work, line),
            "move", work.person.name,
        )  # fmt: skip

    # --- comparing ---

    def real(self, work):
        """The open request that the reference means."""
        return self.env["connect.request"].search(
            [("line_id", "=", work.line.id), ("partner_id", "=", work.person.partner_id.id), ("state", "!=", "closed")]
        )

    def adopt(self, work, among):
        owner = self.real(work).user_id
        self.assertIn(owner, among, f"{work.person.name} on {work.line.name}")
        return owner

    def compare(self, story):
        self.env.invalidate_all()
        requests = self.env["connect.request"].search([("state", "!=", "closed"), ("line_id", "in", self.lines.ids)])
        real = {
            (each.line_id, each.partner_id.user_ids): (
                each.state,
                each.user_id.id or None,
                each.offered_to_id.id or None,
            )
            for each in requests
        }
        expected = {
            key: (work.state, work.owner.id if work.owner else None, work.asked.id if work.asked else None)
            for key, work in self.reference.open.items()
        }
        self.assertEqual(real, expected, story)
        for line in self.lines:
            queue = requests.filtered(lambda each, line=line: each.line_id == line and each.state == "queued")
            order = queue.sorted(lambda each: (each.queued_at, each.id)).partner_id.user_ids
            self.assertEqual(list(order), [work.person for work in self.reference.waiting(line)], story)
        for user in self.agents:
            works = sum(work.owner == user for work in self.reference.open.values())
            self.assertEqual(self.agent(user).load, works, story)
