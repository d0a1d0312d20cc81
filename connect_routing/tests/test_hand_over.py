"""ROU-45: a supervisor who is not on the line moves and closes what waits or is in work, from the request's form."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestHandOver(RoutingCase):
    def setUp(self):
        super().setUp()
        self.second = self.env["connect.line"].create({"name": "Second line", "company_id": self.company.id})
        self.env["connect.line.connection"].create({"line_id": self.second.id, "partner_id": self.anna.partner_id.id})
        self.request = self.write_to_line(self.anna)

    def dialog(self, request=None, user=None):
        """The dialog that the button of the form opens."""
        request = (request or self.request).with_user(user or self.supervisor)
        action = request.action_hand_over()
        model = self.env[action["res_model"]].with_user(user or self.supervisor)
        return Form(model.with_context(**action["context"]))

    def test_to_another_line(self):
        """What waits goes on there; only lines that are allowed and connected are offered."""
        third = self.env["connect.line"].create({"name": "Not connected", "company_id": self.company.id})
        dialog = self.dialog()
        self.assertEqual(dialog.allowed_line_ids.ids, self.second.ids)
        with self.assertRaises(AssertionError):
            dialog.save()  # it wants to know where to
        dialog.line_id = self.second
        dialog.save().action_hand_over()
        self.dispatch()
        moved = self.env["connect.request"].search([("previous_id", "=", self.request.id)])
        self.assertEqual((self.request.close_reason, moved.line_id, moved.state), ("moved", self.second, "queued"))
        with self.assertRaises(UserError):
            self.env["connect.hand.over"].with_user(self.supervisor).create(
                {"request_id": moved.id, "to": "line", "line_id": third.id}
            ).action_hand_over()

    def test_to_a_specialist(self):
        """Out of the queue, and from one to another; who is not there is not offered."""
        self.set_status(self.high, "busy_new")
        dialog = self.dialog()
        dialog.to = "user"
        self.assertEqual(dialog.allowed_user_ids.ids, self.high.ids)
        dialog.user_id = self.high
        dialog.save().action_hand_over()
        self.dispatch()
        self.assertEqual((self.request.state, self.request.user_id), ("active", self.high))
        self.set_status(self.medium, "free")
        dialog = self.dialog()
        dialog.to = "user"
        dialog.user_id = self.medium
        dialog.save().action_hand_over()
        self.assertEqual((self.request.user_id, self.codes(self.request)[-1]), (self.medium, "transferred"))

    def test_the_form_offers_it(self):
        """Finish and hand over while it waits, to supervisors alone."""
        for user, offered in ((self.supervisor, True), (self.high, False)):
            arch = self.env["connect.request"].with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual(("action_hand_over" in arch, "'queued', 'offered'" in arch), (offered, offered))
        self.request.with_user(self.supervisor).finish()
        self.assertEqual(self.request.state, "closed")

    def test_who_may(self):
        """ADM-07: specialists and persons have no such dialog; a supervisor of others learns nothing by an id and
        moves nothing."""
        boss = self.make_specialist("other-boss", "connect_lines.group_supervisor", self.other_company)
        for user in (self.high, self.stranger, self.anna, boss):
            with self.assertRaises(AccessError):
                self.request.with_user(user).action_hand_over()
        with self.assertRaises(AccessError):
            self.env["connect.hand.over"].with_user(self.high).create({"request_id": self.request.id})
        forged = self.env["connect.hand.over"].with_user(boss)
        forged = forged.create({"request_id": self.request.id, "to": "line", "line_id": self.second.id})
        self.assertFalse(forged.allowed_line_ids or forged.allowed_user_ids)
        with self.assertRaises(AccessError):
            forged.action_hand_over()
