from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestServiceLevel(RoutingCase):
    """REP-16: what was answered within the line's threshold, of what was answered."""

    def setUp(self):
        super().setUp()
        self.supervisor.tz = "Europe/Moscow"
        self.set_status(self.high, "free")

    def answered(self, person, seconds, days_ago=0):
        """A request of this person that was answered after so many seconds, and finished."""
        request = self.write_to_line(person)
        self.env["connect.request"]._agent_contact(self.line, person.partner_id, self.high)
        request.with_user(self.high).finish()
        self.dispatch()
        replied = request.decision_ids.filtered(lambda decision: decision.code == "first_reply")
        opened = replied.at - timedelta(seconds=seconds)
        self.env.cr.execute("UPDATE connect_request SET opened_at = %s WHERE id = %s", [opened, request.id])
        if days_ago:
            self.env.cr.execute("ALTER TABLE connect_decision DISABLE TRIGGER USER")
            self.env.cr.execute("UPDATE connect_decision SET at = at - interval '1 day' WHERE id = %s", [replied.id])
            self.env.cr.execute("ALTER TABLE connect_decision ENABLE TRIGGER USER")
        self.env.invalidate_all()
        return request

    def level(self):
        self.env.invalidate_all()
        return self.line.with_user(self.supervisor).service_level

    def test_the_share_answered_within_the_threshold(self):
        """The threshold is the line's; what nobody has answered yet is not answered late; yesterday is over."""
        self.assertEqual(self.level(), 100, "with no chats 100")
        self.answered(self.anna, 29)
        self.answered(self.boris, 31)
        self.answered(self.anna, 40)
        self.answered(self.boris, 5000, days_ago=1)
        self.write_to_line(self.anna)
        self.assertEqual(self.level(), 33)
        self.line.sl_threshold = 35
        self.assertEqual(self.level(), 67)

    def test_what_a_specialist_began_is_no_answer(self):
        """ROU-15: nobody waited for it."""
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.high)
        self.dispatch()
        self.line.sl_threshold = 0
        self.assertEqual(self.level(), 100)

    def test_the_button_shows_what_it_is_made_of(self):
        """The same requests, for whoever sees them."""
        late = self.answered(self.anna, 100)
        self.env["connect.request"]._agent_contact(self.line, self.boris.partner_id, self.high)
        self.dispatch()
        action = self.line.with_user(self.supervisor).action_open_answered()
        self.assertEqual(self.env["connect.request"].search(action["domain"]), late)

    def test_the_day_begins_by_the_clock_of_whoever_asks(self):
        """Midnight in Moscow is 21:00 of the day before in UTC."""
        midnight = self.env["connect.line"].with_user(self.supervisor)._midnight()
        self.assertEqual((midnight.hour, midnight.minute), (21, 0))
        self.assertLess(fields.Datetime.now() - midnight, timedelta(days=1))

    def test_people_do_not_read_it(self):
        """ADM-07: the line is read by its recipients, too; its figures are the staff's."""
        with self.assertRaises(AccessError):
            self.line.with_user(self.anna).read(["service_level"])
