from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.connect_request_reply import LOOK_AGAIN
from .test_transfer import QueueCase


@tagged("post_install", "-at_install")
class TestReplyTimeout(QueueCase):
    def setUp(self):
        super().setUp()
        self.line.reply_timeout = 60
        self.set_status(self.high, "away")
        self.request = self.write_to_line(self.boris)
        self.assertEqual(self.request.user_id, self.medium)

    def test_who_does_not_answer_loses_it(self):
        """Back to its old place in the queue, and to somebody else; never to him again while there is one."""
        self.set_status(self.high, "free")
        place = self.request.queued_at
        self.due(30)
        self.assertEqual(self.request.user_id, self.medium)
        self.due(40)
        self.assertEqual((self.request.user_id, self.request.queued_at), (self.high, place))
        self.assertEqual(self.codes(self.request), ["opened", "assigned", "returned", "assigned"])
        self.assert_loads(high=2, medium=0)

    def test_who_answered_keeps_it(self):
        self.env["connect.request"]._agent_contact(self.line, self.boris.partner_id, self.medium)
        self.set_status(self.high, "free")
        self.due()
        self.assertEqual(self.request.user_id, self.medium)

    def test_nobody_else_is_there(self):
        """Rather he than nobody: the person is not sent round in circles."""
        self.due()
        self.assertEqual(self.codes(self.request), ["opened", "assigned"])
        self.set_status(self.high, "free")
        self.due(LOOK_AGAIN)
        self.assertEqual(self.request.user_id, self.high, "as soon as somebody is")

    def test_a_new_owner_has_his_own_time(self):
        self.set_status(self.high, "busy_new")
        self.request.with_user(self.medium).transfer_to_user(self.high.id)
        self.env.cr.execute("UPDATE connect_timer SET due_at = due_at - interval '70 seconds'")
        self.env["connect.timer"]._run_due()
        self.dispatch()
        self.assertEqual(self.request.user_id, self.high)
        self.assert_reminded()

    def assert_reminded(self):
        timer = self.env["connect.timer"].search([("request_id", "=", self.request.id), ("kind", "=", "reply")])
        self.assertGreater(timer.due_at, fields.Datetime.now() + timedelta(seconds=50))

    def test_the_limit_outlives_an_offer(self):
        """ROU-43: whoever asks a colleague has no longer for his answer, however the offer ends."""
        self.line.transfer_consent = True
        for end in ("declined", "withdrawn", "expired"):
            self.set_status(self.high, "free")
            self.request.with_user(self.medium).transfer_to_user(self.high.id)
            self.due(40)
            self.env["connect.timer"].search([("kind", "=", "reply")]).unlink()  # it came while the offer lasted
            if end == "expired":
                self.due(30)
            else:
                self.request.with_user(self.high if end == "declined" else self.medium).decline_transfer()
                self.due(30)
            self.assertEqual(self.codes(self.request)[-3:], [end, "returned", "assigned"])
            self.request.with_user(self.request.user_id).finish()
            self.set_status(self.high, "away")
            self.request = self.write_to_line(self.boris)
            self.assertEqual(self.request.user_id, self.medium)

    def test_whoever_accepts_has_his_own_time(self):
        """ROU-43: from his consent on."""
        self.line.transfer_consent = True
        self.set_status(self.high, "free")
        self.request.with_user(self.medium).transfer_to_user(self.high.id)
        self.due(50)
        self.request.with_user(self.high).accept_transfer()
        self.assert_reminded()

    def test_the_limit_holds_for_what_is_taken_out_of_the_queue(self):
        """ROU-38, ROU-42: pulled, given out by a supervisor, begun by a specialist without a word."""
        for way in (
            lambda: self.line.with_user(self.medium).pull_queue(),
            lambda: self.request.with_user(self.supervisor).transfer_to_user(self.medium.id),
            lambda: self.request.with_user(self.medium).start_work(self.line.id, self.boris.partner_id.id),
        ):
            self.request.with_user(self.medium).finish()
            self.set_status(self.high, "away")
            self.set_status(self.medium, "busy_new")
            self.request = self.write_to_line(self.boris)
            self.assertEqual(self.request.state, "queued")
            way()
            self.assertEqual(self.request.user_id, self.medium)
            self.set_status(self.high, "free")
            self.due(70)
            self.assertEqual(self.request.user_id, self.high)
            self.request.with_user(self.supervisor).transfer_to_user(self.medium.id)

    def test_people_whom_he_turned_to_himself_wait_for_nothing(self):
        """ROU-29: work that a specialist began is not taken away."""
        self.request.with_user(self.medium).finish()
        self.env["connect.request"].with_user(self.medium).start_work(self.line.id, self.boris.partner_id.id)
        self.request = self.env["connect.request"]._open_of(self.line, self.boris.partner_id)
        self.set_status(self.high, "busy_new")
        self.request.with_user(self.medium).transfer_to_user(self.high.id)
        self.assertFalse(self.env["connect.timer"].search([("request_id", "=", self.request.id)]))
