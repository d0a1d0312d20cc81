"""Lines, who serves them, to whom they are connected (LIN-16..24)."""

from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestLine(LinesCase):
    def _code(self, user=None, line=None):
        refusal = (line or self.line_a)._refusal((user or self.recipient_a).partner_id)
        if refusal:
            self.assertGreater(len(refusal[1]), 20, "A refusal says what to do")
        return refusal and refusal[0]

    def test_defaults_follow_the_kind(self):
        """LIN-17, ROU-35, C-04..C-06, C-10: a support line and a project differ."""
        support, project = self.line_a, self._line("Project", self.company_a, kind="project")
        self.assertEqual(
            (support.delivery_rule, support.capacity, support.transfer_consent, support.rating_mode),
            ("standard", 0, False, "always"),
        )
        self.assertEqual(
            (project.delivery_rule, project.capacity, project.transfer_consent, project.rating_mode),
            ("balanced", 5, True, "choice"),
        )
        self.assertEqual(
            (support.ring_timeout, support.session_hours, support.sl_threshold, support.wrapup_time), (60, 24, 30, 30)
        )

    def test_admin_creates_lines(self):
        """LIN-16: any number, named freely; specialists and supervisors do not."""
        line = self.env["connect.line"].with_user(self.admin_a).create({"name": "Second"})
        self.assertEqual(line.company_id, self.company_a)
        for user in (self.supervisor_a, self.agent_a):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.env["connect.line"].with_user(user).create({"name": "x"})
        line.unlink()

    def test_recipients_read_no_inner_settings(self):
        """POR-04, ADM-07: name and description, not addresses and priorities."""
        line = self.line_a.with_user(self.recipient_a)
        self.assertEqual(line.name, "Hot line")
        for name in ("notify_email", "member_ids", "capacity", "summary"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                line.read([name])

    def test_refusal_codes(self):
        """LIN-19..21, LIN-39: each reason has its code and its words."""
        self.assertIsNone(self._code())
        self.assertEqual(self._code(self.colleague_a), "not_connected")
        self.line_a.date_end = "2020-01-01"
        self.assertEqual(self._code(), "line_closed")
        self.line_a.write({"date_start": "2099-01-01", "date_end": False})
        self.assertEqual(self._code(), "line_pending")
        self.line_a.date_start = False
        self.connection_a.date_start = "2099-01-01"
        self.assertEqual(self._code(), "pending")
        self.connection_a.write({"date_start": False, "date_end": "2020-01-01"})
        self.assertEqual(self._code(), "expired")
        self.connection_a.date_end = False
        self.company_a.connect_access = "suspended"
        self.assertEqual(self._code(), "suspended")
        self.company_a.connect_access = "full"
        self.line_a.active = False
        self.assertEqual(self._code(), "archived")

    def test_both_companies_must_work(self):
        """LIN-39: on a vendor's line the owner and the serving company."""
        line = self._line("Vendor line", self.vendor)
        self._grant(line, self.company_a)
        self._connect(line, self.recipient_a)
        self.assertIsNone(self._code(line=line))
        self.assertEqual(line._serving_company(self.recipient_a.partner_id), self.company_a)
        self.company_a.write({"connect_access": "trial", "connect_access_until": "2020-01-01"})
        self.assertEqual(self._code(line=line), "suspended")
        self.company_a.connect_access = "full"
        self.vendor.connect_access = "suspended"
        self.assertEqual(self._code(line=line), "suspended")

    def test_refusal_for_the_recipient_himself(self):
        """LIN-20: asked by a portal user, who may read none of it."""
        refusal = self.line_a.with_user(self.recipient_a)._refusal(self.recipient_a.partner_id)
        self.assertIsNone(refusal)
        self.connection_a.date_end = "2020-01-01"
        self.assertEqual(self.line_a.with_user(self.recipient_a)._refusal(self.recipient_a.partner_id)[0], "expired")

    def test_period_is_the_intersection_at_day_borders(self):
        """LIN-20, LIN-21, C-18: both ends inclusive, in the time zone of the company; searched as shown."""
        self.company_a.partner_id.tz = "Europe/Moscow"  # UTC+3
        self.line_a.write({"date_start": "2026-03-05", "date_end": "2026-03-10"})
        self.connection_a.write({"date_start": "2026-03-01", "date_end": "2026-03-08"})
        for moment, code, state in (
            ("2026-03-04 20:59:00", "line_pending", "pending"),
            ("2026-03-04 21:00:00", None, "active"),
            ("2026-03-08 20:59:59", None, "active"),
            ("2026-03-08 21:00:00", "expired", "expired"),
            ("2026-03-10 21:00:00", "line_closed", "expired"),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(self._code(), code)
                self.assertEqual(self.connection_a.state, state)
                for value in ("pending", "active", "expired"):
                    found = self.env["connect.line.connection"].search(
                        [("id", "=", self.connection_a.id), ("state", "=", value)]
                    )
                    self.assertEqual(bool(found), value == state, value)

    def test_connection_without_limit(self):
        """LIN-19: without a time limit, and taken away at any moment."""
        self.assertEqual(self.connection_a.state, "active")
        self.connection_a.with_user(self.admin_a).unlink()
        self.assertEqual(self._code(), "not_connected")

    def test_recipient_lines_in_the_portal(self):
        """POR-04, LIN-21: coming ones are shown, old ones for a month only."""
        old, coming = self._line("Old", self.company_a), self._line("Coming", self.company_a)
        partner = self.recipient_a.partner_id
        ended = self._connect(old, self.recipient_a, date_end="2026-01-10")
        ahead = self._connect(coming, self.recipient_a, date_start="2099-01-01")
        with freeze_time("2026-02-01"):
            self.assertEqual(self.env["connect.line"]._recipient_lines(partner), ahead | self.connection_a | ended)
        with freeze_time("2026-03-01"):
            self.assertNotIn(ended, self.env["connect.line"]._recipient_lines(partner))

    def test_priorities(self):
        """LIN-22: four, standard by default, personal for each line."""
        member = self.env["connect.line.member"].create({"line_id": self.line_a.id, "user_id": self.admin_a.id})
        self.assertEqual(member.priority, "standard")
        self.assertEqual(
            [code for code, _name in member._fields["priority"].selection], ["high", "medium", "standard", "observer"]
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._member(self.line_a, self.admin_a)

    def test_supervisor_sets_priorities(self):
        """ADM-03: assigning and removing skills."""
        self.member_a.with_user(self.supervisor_a).priority = "observer"
        with self.assertRaises(AccessError):
            self.member_a.with_user(self.agent_a).priority = "high"

    def test_foreign_specialists_need_the_first_line_right(self):
        """LIN-24: the vendor lets another company's specialists in, and they leave with the right."""
        line = self._line("Vendor line", self.vendor)
        with self.assertRaises(ValidationError):
            self._member(line, self.agent_a)
        grant = self._grant(line, self.company_a)
        with self.assertRaises(ValidationError):
            self._member(line, self.agent_a)
        grant.first_line = True
        member = self._member(line, self.agent_a)
        self.assertEqual((member.company_id, member.owner_id), (self.company_a, self.vendor))
        grant.first_line = False
        self.assertFalse(member.exists())
        with self.assertRaises(ValidationError):
            self._member(line, self.recipient_a)

    def test_only_vendors_open_lines(self):
        """LIN-03, LIN-23: to other companies; a withdrawn admission takes the connections along."""
        with self.assertRaises(ValidationError):
            self._grant(self.line_a, self.company_b)
        line = self._line("Vendor line", self.vendor)
        with self.assertRaises(ValidationError):
            self._connect(line, self.recipient_a)
        grant = self._grant(line, self.company_a)
        connection = self._connect(line, self.recipient_a)
        self.assertEqual((connection.company_id, connection.owner_id), (self.company_a, self.vendor))
        grant.unlink()
        self.assertFalse(connection.exists())

    def test_specialist_receives_support_himself(self):
        """LIN-05, C-17: a partner's own specialist as a recipient."""
        connection = self._connect(self.line_a, self.supervisor_a)
        self.assertEqual(connection.company_id, self.company_a)
        self.assertIsNone(self._code(self.supervisor_a))

    def test_bulk_connect(self):
        """LIN-18: at client level, one connection per user; again changes the period, nothing doubles."""
        wizard = (
            self.env["connect.connect.wizard"]
            .with_user(self.admin_a)
            .create(
                {
                    "partner_ids": [Command.set(self.client_a.ids)],
                    "line_ids": [Command.set(self.line_a.ids)],
                    "date_end": "2099-12-31",
                }
            )
        )
        self.assertEqual(wizard.person_count, 2)
        wizard.action_connect()
        connections = self.line_a.connection_ids
        self.assertEqual(connections.partner_id, (self.recipient_a | self.colleague_a).partner_id)
        self.assertEqual(set(connections.mapped("date_end")), {connections[0].date_end})
        wizard.action_connect()
        self.assertEqual(len(self.line_a.connection_ids), 2)
        wizard.action_disconnect()
        self.assertFalse(self.line_a.connection_ids)

    def test_hook_of_members(self):
        """Upper addons hear of every change of who serves."""
        seen = []
        self.patch(self.registry["connect.line.member"], "_on_members_changed", lambda _self, lines: seen.append(lines))
        member = self._member(self.line_a, self.admin_a)
        member.priority = "high"
        member.unlink()
        self.assertEqual(seen, [self.line_a] * 3)

    def test_sentence_in_words(self):
        """The form says what the settings do."""
        self.line_a.notify_email = "missed@test.example"
        self.assertIn("missed@test.example", self.line_a.summary)
        self.line_a.capacity = 7
        self.assertIn("7", self.line_a.summary)

    def test_lines_stay_with_their_owner(self):
        """LIN-17: and requests are handed over inside one company."""
        with self.assertRaises(ValidationError):
            self.line_a.company_id = self.company_b
        with self.assertRaises(ValidationError):
            self.line_a.transfer_line_ids = self.line_b
        with self.assertRaises(ValidationError):
            self._line("x", self.distributor)
        with self.assertRaises(ValidationError):
            self.line_a.write({"warn_after": 10, "close_after": 5})
