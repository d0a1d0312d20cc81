from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import RoutingCase

DAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 9)
FOUND = "found nobody: %s."


class ReplayCase(RoutingCase):
    def setUp(self):
        super().setUp()
        self.supervisor.tz = "UTC"

    def work(self, user, start, end, status="free"):
        """The specialist took requests between these minutes of the morning."""
        agent = self.env["connect.agent"]._ensure(user)
        self.env.cr.execute(
            """INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, date_start, date_end, origin)
               VALUES (%s, %s, %s, %s, %s, %s, 'manual')""",
            [agent.id, user.id, user.company_id.id, self.env["connect.status"]._id_of(status),
             MORNING + timedelta(minutes=start), MORNING + timedelta(minutes=end)],
        )  # fmt: skip

    def past_request(self, came, taken, done, kind="message", user=None):
        """A request of that morning as the ledger keeps it, minutes after nine."""
        line, user = self.line, user or self.high
        came, taken, done = (MORNING + timedelta(minutes=minutes) for minutes in (came, taken, done))
        self.env.cr.execute(
            """INSERT INTO connect_request (line_id, partner_id, company_id, owner_id, kind, origin, state, user_id,
                      opened_at, queued_at, assigned_at, closed_at, seq)
               VALUES (%(line)s, %(partner)s, %(company)s, %(company)s, %(kind)s, 'portal', 'closed', %(user)s,
                      %(came)s, %(came)s, %(taken)s, %(done)s, 3) RETURNING id""",
            {"line": line.id, "partner": self.anna.partner_id.id, "company": line.company_id.id,
             "user": user.id, "kind": kind, "came": came, "taken": taken, "done": done},
        )  # fmt: skip
        request_id = self.env.cr.fetchone()[0]
        for seq, (code, at) in enumerate((("opened", came), ("assigned", taken), ("finished", done)), start=1):
            self.env.cr.execute(
                """INSERT INTO connect_decision (request_id, seq, line_id, company_id, code, at, user_id, changes)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, '{}')""",
                [request_id, seq, line.id, line.company_id.id, code, at, user.id if seq > 1 else None],
            )
        return request_id

    def replay(self, user=None, **values):
        wizard = self.env["connect.replay"].with_user(user or self.supervisor)
        return wizard.create({"line_id": self.line.id, "day": DAY, **values})

    def waits(self, wizard, scenario):
        return [
            round(hour.wait_sum)
            for hour in wizard.hour_ids
            if hour.scenario == scenario and hour.hour in ("09:00", "10:00")
        ]


@tagged("post_install", "-at_install")
class TestReplay(ReplayCase):
    """A supervisor asks what other settings would have done to a day of his line."""

    def setUp(self):
        super().setUp()
        self.line.capacity = 1
        self.work(self.high, 0, 8 * 60)
        # one specialist, one request at a time, ten minutes each; they come every five minutes
        for number in range(6):
            self.past_request(came=5 * number, taken=10 * number, done=10 * number + 10)

    def test_the_same_settings_give_the_same_day(self):
        """Waiting 0, 5, 10… 25 minutes: so it was, and so it comes out again."""
        wizard = self.replay()
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "was"), [75, 0])
        self.assertEqual(self.waits(wizard, "would"), [75, 0])
        self.assertEqual(len(wizard.hour_ids), 48)
        self.assertIn(
            "As it was: people waited 12 min 30 s on average, 25 min 0 s at most; had a specialist within 30 s: 17%; "
            "found nobody: 0.",
            wizard.summary,
        )
        self.assertIn("As it would have been: 12 min 30 s on average, 25 min 0 s at most", wizard.summary)
        self.line.sl_threshold = 600
        wizard.action_replay()
        self.assertIn("had a specialist within 600 s: 50%", wizard.summary)
        self.assertEqual(sum(wizard.hour_ids.filtered(lambda hour: hour.scenario == "was").mapped("in_time")), 3)

    def test_one_more_specialist_and_nobody_waits(self):
        """The second specialist is there from nine; the ledger's own hours stay what they were."""
        wizard = self.replay(extra_count=1)
        wizard.action_replay()
        self.assertEqual((self.waits(wizard, "was"), self.waits(wizard, "would")), ([75, 0], [0, 0]))

    def test_a_limit_of_two_does_it_as_well(self):
        """ROU-35: another limit, with half an hour of work at once in the busiest hour."""
        wizard = self.replay(capacity=2)
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "would"), [0, 0])

    def test_without_specialists_everybody_waits(self):
        """The day's specialists are lines to edit: who does not take part, takes nothing."""
        wizard = self.replay()
        self.assertEqual(wizard.member_ids.filtered("hours").mapped("user_id.name"), ["High"])
        wizard.member_ids.takes_part = False
        wizard.action_replay()
        self.assertIn("As it would have been: ", wizard.summary)
        self.assertIn(FOUND % 6, wizard.summary)
        self.assertEqual({hour.waiting for hour in wizard.hour_ids if hour.hour == "10:00"}, {0, 6})

    def test_an_observer_takes_nothing(self):
        """ROU-18: another priority of a specialist."""
        wizard = self.replay()
        wizard.member_ids.filtered("hours").priority = "observer"
        wizard.action_replay()
        self.assertIn(FOUND % 6, wizard.summary)

    def test_what_specialists_began_themselves_stays_theirs(self):
        """ROU-15: it fills their time, and its waiting is nobody's."""
        self.env.cr.execute(
            "UPDATE connect_request SET kind = 'work' WHERE line_id = %s AND opened_at = %s", [self.line.id, MORNING]
        )
        wizard = self.replay()
        wizard.action_replay()
        self.assertIn("gave out: 5.", wizard.summary)
        self.assertEqual(self.waits(wizard, "would"), [75, 0])

    def test_who_waited_in_the_morning(self):
        """Since Friday evening: he is first on Monday, as he was, and his waiting counts from then on; whoever was
        served before the day's beginning is no part of it."""
        long_before = -3 * 24 * 60
        self.past_request(came=long_before, taken=60, done=70)
        self.past_request(came=long_before, taken=long_before + 5, done=long_before + 9)
        self.env.cr.execute(
            "UPDATE connect_request SET state = 'queued', user_id = NULL, closed_at = NULL WHERE id = %s",
            [waiting := self.past_request(came=long_before, taken=60, done=70)],
        )
        self.env.cr.execute("ALTER TABLE connect_decision DISABLE TRIGGER USER")
        self.env.cr.execute("DELETE FROM connect_decision WHERE request_id = %s AND seq > 1", [waiting])
        self.env.cr.execute("ALTER TABLE connect_decision ENABLE TRIGGER USER")
        wizard = self.replay()
        wizard.action_replay()
        self.assertIn("gave out: 8.", wizard.summary)
        self.assertIn("As it was: people waited", wizard.summary)
        self.assertIn(f"{3 * 24 * 60 + 15 * 60} min 0 s at most", wizard.summary)
        nine = {each.scenario: each for each in wizard.hour_ids if each.hour == "09:00"}
        self.assertEqual([each.arrived for each in nine.values()], [6, 6])
        # the two have ten minutes each before those of the day, who come out later by as much
        self.assertEqual(self.waits(wizard, "would")[0], 75 + 6 * 20)

    def demand(self, level="3", **values):
        """The line goes by a skill that only a specialist has who was not there that day."""
        skill = self.env["connect.skill"].create({"name": "Cash", "company_id": self.company.id, **values})
        self.env["connect.skill.level"].create({"user_id": self.medium.id, "skill_id": skill.id, "level": level})
        self.line.use_skills = True
        return skill

    def test_skills_are_replayed_and_fade_as_the_line_says(self):
        """The one who was there lacks it: each waits two minutes for nothing, or as long as the question says."""
        self.line.skill_ids = [Command.create({"skill_id": self.demand().id, "level": "2"})]
        for values, minutes in (
            ({}, 75 + 6 * 2),
            ({"skill_prefer_after": 60}, 75 + 6),
            ({"use_skills": False}, 75),
            ({"extra_count": 1}, 3 * 2),  # every other one goes to whoever lacks it, after two minutes
            ({"extra_count": 1, "extra_skilled": False}, 6 * 2),
        ):
            with self.subTest(values=values):
                wizard = self.replay(**values)
                self.assertTrue(wizard.demands_skills)
                wizard.action_replay()
                self.assertEqual((self.waits(wizard, "was"), self.waits(wizard, "would")), ([75, 0], [minutes, 0]))
                self.assertIn("present settings the replay gives 14 min 30 s", wizard.summary)

    def test_a_skill_is_not_waited_for_when_nobody_who_takes_part_has_it(self):
        """As on the line itself: the specialist who has it is taken out of the day."""
        self.line.skill_ids = [Command.create({"skill_id": self.demand().id, "level": "2"})]
        wizard = self.replay()
        wizard.member_ids.filtered(lambda each: each.user_id == self.medium).takes_part = False
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "would"), [75, 0])

    def test_the_persons_language_is_replayed(self):
        """The language that stood in the request then, else that of the person's card."""
        self.demand(level="1", lang_id=self.env.ref("base.lang_en").id)
        self.line.language_level = "1"
        self.anna.partner_id.lang = "en_US"
        wizard = self.replay()
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "would"), [75 + 6 * 2, 0])
        self.env.cr.execute("UPDATE connect_request SET language = '-' WHERE line_id = %s", [self.line.id])
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "would"), [75, 0])

    def test_bad_questions_get_a_clear_answer(self):
        """A day without requests, a limit below zero, specialists who leave before they come."""
        with self.assertRaisesRegex(UserError, "Nobody turned to this line on that day"):
            self.replay(day=DAY + timedelta(days=3)).action_replay()
        for values in ({"capacity": -1}, {"extra_count": 201}, {"extra_from": 18.0, "extra_to": 9.0},
                       {"skill_lower_after": 60, "skill_prefer_after": 30}):  # fmt: skip
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.replay(**values)

    def test_only_supervisors_of_the_lines_company_ask(self):
        """ADM-07: neither a specialist, nor another tenant, nor a company that is merely admitted to the line."""
        stranger = self.make_specialist("strange-supervisor", "connect_lines.group_supervisor", self.other_company)
        with self.assertRaises(AccessError):
            self.replay(self.high)
        with self.assertRaises(AccessError):
            self.replay(self.anna)
        with self.assertRaises(AccessError):
            self.replay(stranger)
        self.company.connect_is_vendor = True
        self.env["connect.line.grant"].create({"line_id": self.line.id, "company_id": self.other_company.id})
        self.assertTrue(self.line.with_user(stranger).has_access("read"))
        with self.assertRaises(AccessError):
            self.replay(stranger)
        mine = self.replay()
        mine.action_replay()
        with self.assertRaises(AccessError):
            mine.with_user(stranger).read(["summary"])

    def test_nobody_smuggles_a_stranger_in(self):
        """ADM-07: another tenant's specialist, named by id, brings nothing of his day along."""
        self.work(self.stranger, 0, 8 * 60)
        wizard = self.replay()
        self.assertNotIn(self.stranger, wizard.member_ids.user_id)
        wizard.member_ids = [Command.create({"user_id": self.stranger.id, "priority": "high"})]
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "would"), [75, 0])


@tagged("post_install", "-at_install")
class TestReplayOfCalls(ReplayCase):
    """Calls and chats are one queue, and the replay tells them apart as the router does."""

    def replayed(self, **values):
        wizard = self.replay(**values)
        wizard.action_replay()
        return self.waits(wizard, "was"), self.waits(wizard, "would"), wizard

    def test_a_call_waits_for_who_takes_calls(self):
        """ROU-04, ROU-06: «Не готов/Исходящий чат» takes the chat that came later, the call keeps its place."""
        self.work(self.high, 0, 60, "not_ready_chat")
        self.work(self.medium, 30, 31, "ready")
        self.work(self.medium, 31, 36, "talk")
        self.work(self.medium, 36, 40, "wrapup")
        self.work(self.medium, 40, 60, "ready")
        self.past_request(came=0, taken=30, done=40, kind="call", user=self.medium)
        self.past_request(came=10, taken=10, done=15)
        was, would, wizard = self.replayed()
        self.assertEqual((was, would), ([30, 0], [30, 0]))
        hours = {each.user_id: round(each.hours * 60) for each in wizard.member_ids}
        self.assertEqual((hours[self.high], hours[self.medium]), (60, 21), "in a call he took nothing")
        _was, would, _wizard = self.replayed(extra_count=1)
        self.assertEqual(would, [0, 0])
        wizard = self.replay()
        wizard.member_ids.filtered(lambda each: each.user_id == self.medium).takes_part = False
        wizard.action_replay()
        self.assertIn(FOUND % 1, wizard.summary)

    def test_who_is_in_a_call_takes_nothing_else(self):
        """ROU-27: «Разговариваю» takes neither calls nor chats until it is over, whoever has the call this time."""
        for start, end, status in ((0, 6, "free"), (6, 15, "talking"), (15, 16, "free"), (16, 20, "talking")):
            self.work(self.high, start, end, status)
        self.work(self.high, 20, 60, "free")
        self.past_request(came=5, taken=5, done=15, kind="call")
        self.past_request(came=7, taken=15, done=20, kind="call")
        self.past_request(came=8, taken=15, done=25)
        self.past_request(came=17, taken=20, done=25)
        was, would, _wizard = self.replayed()
        self.assertEqual((was, would), ([8 + 7 + 3, 0], [8 + 7 + 3, 0]))
        # one more has the second call from 7 on, speaks from 8 to 12 and then has the chat; he who had both calls that
        # day is free when his own one is over
        was, would, _wizard = self.replayed(extra_count=1)
        self.assertEqual((was, would), ([18, 0], [4, 0]))

    def test_a_call_counts_against_the_limit(self):
        """ROU-35: until the work is finished, not only while they speak."""
        self.line.capacity = 1
        for start, end, status in ((0, 1, "free"), (1, 2, "talking"), (2, 60, "free")):
            self.work(self.high, start, end, status)
        self.past_request(came=0, taken=0, done=10, kind="call")
        self.past_request(came=5, taken=10, done=12)
        for capacity, wait in ((1, 5), (0, 0)):
            _was, would, _wizard = self.replayed(capacity=capacity)
            self.assertEqual(would, [wait, 0])

    def test_his_other_calls_hold_him_as_they_did(self):
        """A call that is no request of the line is not given out anew: nobody else could have had it."""
        for start, end, status in ((0, 10, "free"), (10, 30, "talking"), (30, 60, "free")):
            self.work(self.high, start, end, status)
        self.past_request(came=15, taken=30, done=40)
        was, would, _wizard = self.replayed()
        self.assertEqual((was, would), ([15, 0], [15, 0]))
