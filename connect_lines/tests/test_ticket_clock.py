"""Deadlines by the working calendar: stored, moved by events, computed anew after a change (LESSONS 13)."""

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .ticket_common import TicketCase


@tagged("post_install", "-at_install")
class TestTicketClock(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.company_a.resource_calendar_id
        cls.calendar.write(
            {
                "tz": "Europe/Moscow",
                "attendance_ids": [
                    (5,),
                    *(
                        (0, 0, {"name": "day", "dayofweek": str(day), "hour_from": 9, "hour_to": 18})
                        for day in range(5)
                    ),
                ],
            }
        )
        cls.policy = cls.env["connect.ticket.policy"].create(
            {"name": "standard", "company_id": cls.company_a.id, "reply_hours": 4, "solve_hours": 9}
        )

    def at(self, text):
        """A moment of Moscow's working week, in UTC: 2 March 2026 is a Monday."""
        return datetime.fromisoformat(f"2026-03-{text}")

    def run_job(self):
        with patch("odoo.addons.base.models.ir_cron.IrCron._commit_progress"):
            self.env["connect.ticket"]._cron_clock()

    def test_deadlines_over_a_night(self):
        """First reply and solution, in working hours of the company's zone: 16:00 + 4 h = 11:00 tomorrow."""
        with freeze_time(self.at("02T13:00")):
            ticket = self.ticket()
            self.assertEqual(ticket.reply_due, self.at("03T08:00"))
            self.assertEqual(ticket.solve_due, self.at("03T13:00"))
            self.assertEqual(ticket.deadline, ticket.reply_due)
            self.assertIn("left", ticket.deadline_text)
        with freeze_time(self.at("03T09:00")):
            ticket.invalidate_recordset()
            self.assertTrue(ticket.is_overdue)
            self.assertIn(ticket, self.env["connect.ticket"].search([("is_overdue", "=", True)]))
            self.say(ticket, self.agent_a, "hello")
            self.assertEqual(ticket.first_reply_at, self.at("03T09:00"))
            self.assertFalse(ticket.is_overdue, "the solution is not due yet")
            self.assertEqual(ticket.reply_due, self.at("03T08:00"), "late stays late")
            self.assertEqual(ticket.deadline, ticket.solve_due)

    def test_first_reply_in_time(self):
        """A note is no reply; a comment of a specialist is; what the client says is not."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket()
            ticket.with_user(self.agent_a).message_post(body="note", subtype_xmlid="mail.mt_note")
            self.say(ticket, self.recipient_a, "hm")
            self.assertFalse(ticket.first_reply_at)
            self.say(ticket, self.agent_a, "yes")
        self.assertTrue(ticket.first_reply_at)
        self.assertFalse(ticket.reply_due)
        self.assertEqual(ticket.deadline, ticket.solve_due)

    def test_waiting_for_the_client(self):
        """The clock stands while he is waited for; his answer starts it again."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket()
        with freeze_time(self.at("02T07:00")):
            ticket.stage_id = self.stage("waiting")
            self.assertFalse(ticket.deadline)
            self.assertIn("waiting", ticket.deadline_text)
        with freeze_time(self.at("04T07:00")):
            self.say(ticket, self.recipient_a, "here it is")
            self.assertEqual(ticket.stage_id, self.stage("work"))
            self.assertEqual(ticket.solve_due, self.at("04T15:00"))

    def test_closed_and_reopened(self):
        """What was used stays used."""
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket()
        with freeze_time(self.at("02T11:00")):
            ticket.stage_id = self.stage("done")
            self.assertEqual(ticket.closed_at, self.at("02T11:00"))
            self.assertFalse(ticket.deadline or ticket.solve_due)
        with freeze_time(self.at("05T06:00")):
            self.say(ticket, self.recipient_a, "again")
            self.assertEqual(ticket.stage_id, self.stage("work"))
            self.assertFalse(ticket.closed_at)
            self.assertEqual(ticket.solve_due, self.at("05T10:00"))
            seconds = ticket.duration_tracking
            self.assertEqual(seconds[str(self.stage("new").id)], 5 * 3600)
            spent = {event.stage_id: event.spent_working for event in ticket.event_ids}
            self.assertEqual(spent[self.stage("new")], 5)
            self.assertEqual(spent[self.stage("done")], 4 + 9 + 9, "of three days, the working hours")

    def test_a_holiday_and_a_policy_are_entered_later(self):
        """Open tickets get their deadlines anew by the job; closed ones keep theirs."""
        with freeze_time(self.at("02T13:00")):
            ticket, closed = self.ticket(), self.ticket()
            closed.stage_id = self.stage("done")
            self.env["resource.calendar.leaves"].with_user(self.admin_a).create(
                {
                    "name": "Holiday",
                    "calendar_id": self.calendar.id,
                    "company_id": self.company_a.id,
                    "date_from": self.at("02T21:00"),
                    "date_to": self.at("03T20:59"),
                }
            )
            self.assertTrue(ticket.clock_stale)
            self.assertFalse(closed.clock_stale)
            self.run_job()
            self.assertEqual(ticket.reply_due, self.at("04T08:00"))
            self.policy.with_user(self.admin_a).reply_hours = 1
            self.run_job()
            self.assertEqual(ticket.reply_due, self.at("02T14:00"))
            self.calendar.with_user(self.admin_a).attendance_ids[0].hour_to = 16.5
            self.run_job()
            self.assertEqual(ticket.reply_due, self.at("04T06:30"))
            self.assertFalse(ticket.clock_stale)

    def test_holidays_of_others(self):
        """ADM-07: a holiday without a calendar is one of its company, not of everybody."""
        values = {"name": "Holiday", "date_from": self.at("01T21:00"), "date_to": self.at("02T20:59")}
        with freeze_time(self.at("02T06:00")):
            for company, due in ((self.company_b, "02T10:00"), (self.company_a, "03T10:00")):
                holidays = self.env["resource.calendar.leaves"].with_company(company)
                self.assertEqual(holidays.create({**values, "calendar_id": False}).company_id, company)
                self.assertEqual(self.ticket().reply_due, self.at(due))

    def test_the_most_specific_policy(self):
        """Per line, type and priority."""
        strict = self.policy.copy({"name": "strict", "priority": "blocking", "reply_hours": 1})
        with freeze_time(self.at("02T06:00")):
            ticket = self.ticket()
            self.assertEqual(ticket.policy_id, self.policy)
            ticket.priority = "blocking"
            self.assertEqual((ticket.policy_id, ticket.reply_due), (strict, self.at("02T07:00")))
            self.assertFalse(self.env["connect.ticket"].with_user(self.agent_b).search([("is_overdue", "in", [True])]))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_calendars_of_others(self):
        """ADM-07: nobody reads or moves the working hours of another company."""
        foreign = self.company_b.resource_calendar_id
        self.assertFalse(self.env["resource.calendar"].with_user(self.admin_a).search([("id", "=", foreign.id)]))
        with self.assertRaises(AccessError):
            foreign.with_user(self.admin_a).name = "mine"
        with self.assertRaises(AccessError):
            foreign.attendance_ids[0].with_user(self.admin_a).hour_to = 24
        with self.assertRaises(AccessError):
            self.calendar.with_user(self.agent_a).name = "mine"
        with self.assertRaises(AccessError):
            self.env["resource.calendar.leaves"].with_user(self.admin_a).create(
                {"name": "x", "calendar_id": foreign.id, "date_from": "2026-03-02", "date_to": "2026-03-03"}
            )
