from contextlib import nullcontext
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestVerbs(RoutingCase):
    def setUp(self):
        super().setUp()
        self.set_status(self.high, "free")
        self.requests = self.env["connect.request"]

    def start(self, user, recipient):
        return self.requests.with_user(user).start_work(self.line.id, recipient.partner_id.id)

    def test_start_work_binds_the_specialist(self):
        """ROU-15, ROU-29: also an observer (ROU-18)."""
        result = self.start(self.observer, self.anna)
        request = self.requests.browse(result["id"])
        self.assertEqual((result["state"], request.user_id, request.origin), ("active", self.observer, "agent"))
        self.assertEqual(self.codes(request), ["started"])
        self.assertEqual(self.start(self.observer, self.anna)["id"], request.id, "starting twice is no error")
        self.assertEqual(self.codes(request), ["started"])

    def test_start_work_takes_from_the_queue(self):
        """ROU-15: a specialist who turns to a waiting person has him."""
        self.set_status(self.high, "away")
        request = self.write_to_line(self.anna)
        self.start(self.medium, self.anna)
        self.assertEqual((request.state, request.user_id), ("active", self.medium))

    def test_another_specialist_takes_over(self):
        """ROU-24: the newcomer becomes the bound specialist; both loads are right."""
        request = self.write_to_line(self.anna)
        self.start(self.medium, self.anna)
        self.dispatch()
        self.assertEqual(request.user_id, self.medium)
        self.assertEqual((self.agent(self.high).load, self.agent(self.medium).load), (0, 1))
        self.assertEqual(self.codes(request)[-1], "taken_over")

    def test_first_reply_is_a_fact(self):
        """The first message of the specialist, once."""
        request = self.write_to_line(self.anna)
        for _message in range(2):
            self.requests._agent_contact(self.line, self.anna.partner_id, self.high)
        self.assertEqual(self.codes(request), ["opened", "assigned", "first_reply"])
        self.assertGreaterEqual(request.first_reply_at, request.assigned_at)

    def test_who_is_taken_off_the_line_leaves_people_at_their_places(self):
        """ROU-21: who had no answer yet keeps his place; who had one begins to wait anew."""
        first, second = self.write_to_line(self.anna), self.write_to_line(self.boris)
        places = [first.queued_at, second.queued_at]
        self.requests._agent_contact(self.line, self.boris.partner_id, self.high)
        self.line.member_ids.filtered(lambda member: member.user_id == self.high).unlink()
        self.dispatch()
        self.assertEqual((first.state, first.queued_at), ("queued", places[0]))
        self.assertEqual(second.state, "queued")
        self.assertGreater(second.queued_at, places[1])

    def test_the_limit_is_told_to_him_and_not_of_him(self):
        """ROU-38: «Молния» works as the system; its refusal is for the one who has pressed it."""
        self.set_status(self.high, "away")
        self.line.write({"capacity": 1, "pull_beyond_limit": False})
        for user in (self.anna, self.boris):
            self.write_to_line(user)
        mine = self.line.with_user(self.medium)
        mine.pull_queue()
        as_system = self.env["connect.dispatcher"].with_user(SUPERUSER_ID)  # as outside of tests
        with (
            patch.object(type(as_system), "_short_transaction", lambda _self: nullcontext(as_system)),
            self.assertRaisesRegex(UserError, "^You work on as many"),
        ):
            mine.pull_queue()

    def test_a_key_is_a_short_text(self):
        """A key that is none is refused in words, not by the database."""
        line = self.line.with_user(self.anna)
        for key in ("x" * 65, 7, ["x"], True, {"a": 1}):
            with self.assertRaisesRegex(UserError, "64 characters"):
                line.open_request(idempotency_key=key)
        for none in ("", False, None):
            line.open_request(idempotency_key=none)
        self.assertEqual(line.open_request(idempotency_key="x" * 64), line.open_request(idempotency_key="x" * 64))

    def test_finish_ends_the_binding(self):
        """ROU-22, ROU-30: the next request is assigned anew; finishing twice is no error."""
        request = self.write_to_line(self.anna)
        result = request.with_user(self.high).finish(note="Done")
        self.assertEqual(result["state"], "closed")
        self.assertEqual((request.close_note, request.ask_rating), ("Done", True))
        self.assertEqual(request.with_user(self.high).finish()["state"], "closed")
        self.assertEqual(self.codes(request).count("finished"), 1)
        self.dispatch()
        self.assertEqual(self.agent(self.high).load, 0)
        self.assertNotEqual(self.write_to_line(self.anna), request)

    def test_who_may_finish(self):
        """The bound specialist and a supervisor (ROU-45); nobody else. What waits is closed by the supervisor alone."""
        request = self.write_to_line(self.anna)
        for user in (self.medium, self.stranger, self.anna):
            with self.assertRaises(AccessError):
                request.with_user(user).finish()
        request.with_user(self.supervisor).finish()
        self.assertEqual(request.state, "closed")
        self.set_status(self.high, "away")
        waiting = self.write_to_line(self.boris)
        with self.assertRaises(AccessError):
            waiting.with_user(self.high).finish()
        waiting.with_user(self.supervisor).finish()
        self.assertEqual((waiting.state, waiting.user_id.id), ("closed", False))

    def test_rating(self):
        """CHT-52: the person, once, after the work, one to five."""
        request = self.write_to_line(self.anna)
        mine = request.with_user(self.anna)
        with self.assertRaisesRegex(UserError, "not finished"):
            mine.rate(5)
        request.with_user(self.high).finish()
        for score in (0, 6, 4.5, "5", None, True):
            with self.assertRaises(UserError):
                mine.rate(score)
        for user in (self.boris, self.high, self.stranger):
            with self.assertRaises(AccessError):
                request.with_user(user).rate(5)
        self.assertEqual(mine.rate(4, "Thanks"), {"id": request.id, "rating": 4})
        with self.assertRaisesRegex(UserError, "already"):
            mine.rate(1)
        self.assertEqual((request.rating, request.rating_comment), (4, "Thanks"))

    def test_rows_are_written_by_the_verbs_alone(self):
        """Decision 11: nobody has the right to write requests, decisions or the status log."""
        request = self.write_to_line(self.anna)
        for user in (self.high, self.supervisor, self.anna):
            for model, values in (
                ("connect.request", {"user_id": user.id}),
                ("connect.decision", {"code": "finished"}),
                ("connect.status.log", {"origin": "manual"}),
            ):
                with self.assertRaises(AccessError, msg=model):
                    self.env[model].with_user(user).create({"line_id": self.line.id})
                with self.assertRaises(AccessError, msg=model):
                    self.env[model].search([], limit=1).with_user(user).write(values)
            with self.assertRaises(AccessError):
                request.with_user(user).unlink()

    def test_explain_says_who_and_why(self):
        """The rule, the pool by priority, who was left out and why, in words."""
        self.set_status(self.medium, "away")
        explained = self.write_to_line(self.anna).with_user(self.high).explain()
        self.assertIn("3 specialists, free: 1 (high 1)", explained["text"])
        self.assertIn("Medium — away", explained["text"])
        self.assertIn("Observer — observer", explained["text"])
        self.assertIn("Chosen: High, the only one with the priority “high”", explained["text"])
        self.assertEqual([step["code"] for step in explained["timeline"]], ["opened", "assigned"])
        with self.assertRaises(AccessError):
            self.requests.browse(explained and self.requests.search([], limit=1).id).with_user(self.stranger).explain()
