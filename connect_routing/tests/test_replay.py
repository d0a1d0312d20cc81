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


@tagged("post_install", "-at_install")
class TestReplay(RoutingCase):
    """A supervisor asks what other settings would have done to a day of his line."""

    def setUp(self):
        super().setUp()
        self.supervisor.tz = "UTC"
        self.line.capacity = 1
        self.work(self.high, 0, 8 * 60)
        # one specialist, one request at a time, ten minutes each; they come every five minutes
        for number in range(6):
            self.past_request(came=5 * number, taken=10 * number, done=10 * number + 10)

    def work(self, user, start, end):
        """The specialist took requests between these minutes of the morning."""
        agent = self.env["connect.agent"]._ensure(user)
        self.env.cr.execute(
            """INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, date_start, date_end, origin)
               VALUES (%s, %s, %s, %s, %s, %s, 'manual')""",
            [agent.id, user.id, user.company_id.id, self.env["connect.status"]._id_of("free"),
             MORNING + timedelta(minutes=start), MORNING + timedelta(minutes=end)],
        )  # fmt: skip

    def past_request(self, came, taken, done, line=None):
        """A request of that morning as the ledger keeps it, minutes after nine."""
        line = line or self.line
        came, taken, done = (MORNING + timedelta(minutes=minutes) for minutes in (came, taken, done))
        self.env.cr.execute(
            """INSERT INTO connect_request (line_id, partner_id, company_id, owner_id, kind, origin, state, user_id,
                      opened_at, queued_at, assigned_at, closed_at, seq)
               VALUES (%(line)s, %(partner)s, %(company)s, %(company)s, 'message', 'portal', 'closed', %(user)s,
                      %(came)s, %(came)s, %(taken)s, %(done)s, 3) RETURNING id""",
            {"line": line.id, "partner": self.anna.partner_id.id, "company": line.company_id.id,
             "user": self.high.id, "came": came, "taken": taken, "done": done},
        )  # fmt: skip
        request_id = self.env.cr.fetchone()[0]
        for seq, (code, at) in enumerate((("opened", came), ("assigned", taken), ("finished", done)), start=1):
            self.env.cr.execute(
                """INSERT INTO connect_decision (request_id, seq, line_id, company_id, code, at, user_id, changes)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, '{}')""",
                [request_id, seq, line.id, line.company_id.id, code, at, self.high.id if seq > 1 else None],
            )

    def replay(self, user=None, **values):
        wizard = self.env["connect.replay"].with_user(user or self.supervisor)
        return wizard.create({"line_id": self.line.id, "day": DAY, **values})

    def waits(self, wizard, scenario):
        return [
            round(hour.wait_sum)
            for hour in wizard.hour_ids
            if hour.scenario == scenario and hour.hour in ("09:00", "10:00")
        ]

    def test_the_same_settings_give_the_same_day(self):
        """Waiting 0, 5, 10… 25 minutes: so it was, and so it comes out again."""
        wizard = self.replay()
        wizard.action_replay()
        self.assertEqual(self.waits(wizard, "was"), [75, 0])
        self.assertEqual(self.waits(wizard, "would"), [75, 0])
        self.assertEqual(len(wizard.hour_ids), 48)
        self.assertIn(
            "As it was: people waited 12 min 30 s on average, 25 min 0 s at most; found nobody: 0.", wizard.summary
        )
        self.assertIn("As it would have been: 12 min 30 s on average, 25 min 0 s at most", wizard.summary)

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

    def test_bad_questions_get_a_clear_answer(self):
        """A day without requests, a limit below zero, specialists who leave before they come."""
        with self.assertRaisesRegex(UserError, "Nobody turned to this line on that day"):
            self.replay(day=DAY + timedelta(days=3)).action_replay()
        for values in ({"capacity": -1}, {"extra_count": 201}, {"extra_from": 18.0, "extra_to": 9.0}):
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
