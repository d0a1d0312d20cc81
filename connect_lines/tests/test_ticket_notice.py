"""People are told of a deadline that is near or missed, once each, as long as it is true (LESSONS 13)."""

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..engine import LATE, SOON
from .ticket_common import TicketCase


@tagged("post_install", "-at_install")
class TestTicketNotice(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        days = [(0, 0, {"name": "day", "dayofweek": str(day), "hour_from": 9, "hour_to": 18}) for day in range(5)]
        cls.company_a.resource_calendar_id.write({"tz": "Europe/Moscow", "attendance_ids": [(5,), *days]})
        cls.policy = cls.env["connect.ticket.policy"].create(
            {"name": "standard", "company_id": cls.company_a.id, "reply_hours": 5, "solve_hours": 9}
        )
        cls.second = cls._staff("Second A", cls.company_a, "agent")
        cls._member(cls.line_a, cls.second)
        cls._member(cls.line_a, cls._staff("Observer A", cls.company_a, "agent"), "observer")

    def at(self, text):
        """A moment in UTC, three hours behind Moscow: 2 March 2026 is a Monday."""
        return datetime.fromisoformat(f"2026-03-{text}")

    def look(self):
        with patch("odoo.addons.base.models.ir_cron.IrCron._commit_progress"):
            self.env["connect.ticket"]._cron_warn()

    def told(self, ticket, kind="reply"):
        ticket.invalidate_recordset()
        return ticket.activity_search([f"connect_lines.activity_ticket_{kind}"])

    def test_near_and_missed_once_each(self):
        """The specialist at 80 % of the time, the supervisor at the deadline; nobody a second time."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user_id=self.agent_a.id)
            self.assertEqual((ticket.notice_at, ticket.warn_at), (self.at("02T10:00"), self.at("02T10:00")))
            self.look()
        with freeze_time(self.at("02T09:59")):
            self.look()
            self.assertFalse(self.told(ticket) or ticket.is_soon)
        with freeze_time(self.at("02T10:00")):
            ticket.invalidate_recordset()
            self.assertTrue(ticket.is_soon)
            self.assertIn(ticket, self.env["connect.ticket"].search([("is_soon", "=", True)]))
            self.assertIn("soon", ticket.deadline_text)
            self.look()
            self.look()
            told = self.told(ticket)
            self.assertEqual(told.user_id, self.agent_a)
            self.assertIn("answer until", told.summary)
            self.assertEqual((ticket.reply_told, ticket.notice_at), (SOON, self.at("02T11:00")))
            self.assertNotIn(self.agent_a.partner_id, ticket.message_partner_ids, "no letters because of it")
        with freeze_time(self.at("02T11:01")):
            self.look()
            self.look()
            told = self.told(ticket)
            self.assertEqual(told.user_id, self.agent_a | self.supervisor_a)
            self.assertEqual(len(told), 2)
            self.assertTrue(all("Overdue" in activity.summary for activity in told))
            self.assertFalse(ticket.is_soon)
            self.assertEqual((ticket.reply_told, ticket.notice_at), (LATE, self.at("02T13:12")), "then the solution")
            self.say(ticket, self.agent_a, "yes")
            self.assertFalse(self.told(ticket), "answered: there is nothing to be done any more")
        with freeze_time(self.at("02T13:12")):
            self.look()
            self.assertEqual(self.told(ticket, "solve").user_id, self.agent_a)
            ticket.stage_id = self.stage("done")
            self.assertFalse(self.told(ticket, "solve"))
            self.assertFalse(ticket.notice_at or ticket.warn_at)

    def test_nobody_works_on_it(self):
        """Those of the line who could take it; whoever takes it has it alone."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user=self.env.ref("base.user_root"))
            self.assertFalse(ticket.user_id)
        with freeze_time(self.at("02T10:30")):
            self.look()
            self.assertEqual(self.told(ticket).user_id, self.agent_a | self.second)
            ticket.with_user(self.second).action_assign_to_me()
            self.assertEqual(self.told(ticket).user_id, self.second)
            ticket.user_id = self.agent_a
            self.assertEqual(self.told(ticket).user_id, self.agent_a)
            self.look()
            self.assertEqual(len(self.told(ticket)), 1)

    def test_a_duplicate(self):
        """What was told of its deadline does not go on with the other ticket."""
        with freeze_time(self.at("02T06:00")):
            target, duplicate = self.ticket(user_id=self.second.id), self.ticket(user_id=self.agent_a.id)
            self.say(target, self.second, "yes")
        with freeze_time(self.at("02T10:00")):
            self.look()
            self.assertTrue(self.told(duplicate))
            duplicate.with_user(self.agent_a)._merge_into(target.with_user(self.agent_a))
            self.assertFalse(self.told(duplicate) or self.told(target))

    def test_the_clock_stands(self):
        """While the client is waited for nobody is warned; the rest of the time is counted from where it stood."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user_id=self.agent_a.id)
        with freeze_time(self.at("02T07:00")):
            ticket.stage_id = self.stage("waiting")
            self.assertFalse(ticket.notice_at)
        with freeze_time(self.at("04T07:00")):
            self.look()
            self.assertFalse(self.told(ticket))
            self.say(ticket, self.recipient_a, "here it is")
            self.assertEqual(ticket.notice_at, self.at("04T10:00"))
        with freeze_time(self.at("04T10:01")):
            self.look()
            self.assertEqual(self.told(ticket).user_id, self.agent_a)

    def test_reopened_and_put_off(self):
        """What was told stays told; a deadline that is put off takes its warning back and gets another one."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user_id=self.agent_a.id)
            self.say(ticket, self.agent_a, "yes")
            self.assertEqual(ticket.notice_at, self.at("02T13:12"))
        with freeze_time(self.at("02T13:30")):
            self.look()
            ticket.stage_id = self.stage("done")
        with freeze_time(self.at("03T06:00")):
            self.say(ticket, self.recipient_a, "again")
            self.assertEqual(ticket.notice_at, self.at("03T07:30"), "warned already, to be missed in 1.5 h")
            self.look()
            self.assertFalse(self.told(ticket, "solve"))
            self.policy.with_user(self.admin_a).solve_hours = 20
            self.look()
            with patch("odoo.addons.base.models.ir_cron.IrCron._commit_progress"):
                self.env["connect.ticket"]._cron_clock()
            self.assertEqual((ticket.solve_told, ticket.notice_at), (False, self.at("03T14:30")))
        with freeze_time(self.at("03T14:31")):
            self.look()
            self.assertEqual(self.told(ticket, "solve").user_id, self.agent_a)
            self.policy.warn_percent = 99
            with patch("odoo.addons.base.models.ir_cron.IrCron._commit_progress"):
                self.env["connect.ticket"]._cron_clock()
            self.assertFalse(self.told(ticket, "solve"), "no longer true")

    def test_without_a_warning(self):
        """0 %: only the missed deadline is told, to the specialist and his supervisor."""
        self.policy.warn_percent = 0
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.policy.warn_percent = 100
        self.policy.invalidate_recordset()
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user_id=self.agent_a.id)
            self.assertEqual((ticket.warn_at, ticket.notice_at), (False, self.at("02T11:00")))
        with freeze_time(self.at("02T11:00")):
            self.look()
            self.assertEqual(self.told(ticket).user_id, self.agent_a | self.supervisor_a)

    def test_a_vendors_line(self):
        """The supervisors of who works on it and of who serves the client; the administrator where there is none."""
        line = self._line("Vendor line", self.vendor)
        self._grant(line, self.company_a)
        self._member(line, self.agent_v)
        self._connect(line, self.recipient_a)
        self.policy.create({"name": "v", "company_id": self.vendor.id, "reply_hours": 1, "warn_percent": 50})
        self.vendor.resource_calendar_id = False
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(self.agent_v, line_id=line.id, topic_id=self.env.ref("connect_lines.topic_other").id)
        with freeze_time(self.at("02T06:30")):
            self.look()
            self.assertEqual(self.told(ticket).user_id, self.agent_v)
        with freeze_time(self.at("02T07:00")):
            self.look()
            self.assertEqual(self.told(ticket).user_id, self.agent_v | self.admin_v | self.supervisor_a)
        activity = self.env["mail.activity"]
        for user in (self.agent_b, self.admin_b, self.user_distributor):
            self.assertFalse(activity.with_user(user).search([("res_model", "=", "connect.ticket")]), user.name)

    @mute_logger("odoo.addons.connect_lines.models.connect_ticket_notice")
    def test_one_that_fails_holds_up_no_other(self):
        with freeze_time(self.at("02T06:00")):
            broken, sound = self.ticket(user_id=self.agent_a.id), self.ticket(user_id=self.agent_a.id)
        tell = type(sound)._tell

        def failing(ticket, *args):
            if ticket == broken:
                raise ValueError("broken")
            return tell(ticket, *args)

        with freeze_time(self.at("02T10:00")), patch.object(type(sound), "_tell", failing):
            self.look()
        self.assertTrue(self.told(sound))
        self.assertEqual(broken.notice_at, self.at("02T10:10"))
        with freeze_time(self.at("02T10:10")):
            self.look()
        self.assertTrue(self.told(broken))

    def test_nobody_sets_what_was_told(self):
        """ADM-07: notices are the system's."""
        ticket = self.ticket()
        for name in ("reply_told", "solve_told", "notice_at", "warn_at"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                ticket.with_user(self.agent_a).write({name: False})

    def test_in_the_readers_language_and_zone(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.agent_a.write({"lang": "ru_RU", "tz": "Asia/Yekaterinburg"})
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket(user_id=self.agent_a.id)
        with freeze_time(self.at("02T10:00")):
            self.look()
        self.assertRegex(self.told(ticket).summary, r"Скоро срок: ответить до 02\.03\.2026,? 16:00")
