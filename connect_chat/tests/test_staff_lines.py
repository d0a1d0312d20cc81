"""LIN-29: a partner's specialist writes to the platform's support, as a client writes to his."""

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestStaffLines(HttpCase, ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls.env.ref("connect_lines.line_staff_support")
        cls.support.member_ids.unlink()
        cls.ilya = cls._staff("Ilya", cls.env.ref("base.main_company"), "agent")
        cls._member(cls.support, cls.ilya)

    def talk(self, user):
        return self.conversation(self.support, user.partner_id)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http")
    def test_a_specialist_gets_support(self):
        """Written on the page that recipients have; the platform's specialist gets it; Beta and his own chief do not
        see it."""
        self.agent_a.password = "password-12345"
        self.authenticate(self.agent_a.login, "password-12345")
        self.assertEqual(self.url_open("/my/connect").status_code, 200)
        state = self.make_jsonrpc_request("/connect/portal/state", {"line_id": self.support.id})
        self.assertIn(self.support.id, [line["id"] for line in state["lines"]])
        self.assertNotIn(self.line_b.id, [line["id"] for line in state["lines"]])
        self.assertTrue(state["line"]["can_write"])
        opened = self.make_jsonrpc_request("/connect/portal/open", {"line_id": self.support.id})
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": opened["channel_id"],
                "post_data": {"body": "it does not start", "message_type": "comment"},
            },
        )
        self.be(self.ilya)
        channel = self.env["discuss.channel"].browse(opened["channel_id"])
        request = self.request(channel)
        self.assertEqual((request.user_id, request.partner_id), (self.ilya, self.agent_a.partner_id))
        self.assertEqual(request.company_id, self.support.company_id)
        message = channel.message_ids.filtered(lambda each: "start" in each.body)
        self.assertTrue(message.with_user(self.ilya).has_access("read"))
        self.post(self.ilya, "restart it", channel)
        self.assertTrue(channel.with_user(self.agent_a).message_ids.filtered(lambda each: "restart" in each.body))
        for user in (self.agent_b, self.admin_b, self.admin_a, self.second_a, self.user_distributor, self.recipient_a):
            with self.subTest(user=user.name):
                self.assertFalse(channel.with_user(user).has_access("read"))
                self.assertFalse(message.with_user(user).has_access("read"))
                self.assertFalse(self.env["connect.request"].with_user(user).has_access("read") and
                                 request.with_user(user).has_access("read"))  # fmt: skip
                with self.assertRaises(AccessError):
                    channel.with_user(user).message_post(body="mine")

    def test_a_distributor(self):
        """He has the page, too, though he has no work here."""
        self.user_distributor.password = "password-12345"
        self.authenticate(self.user_distributor.login, "password-12345")
        state = self.make_jsonrpc_request("/connect/portal/state", {"line_id": self.support.id})
        self.assertTrue(state["line"]["can_write"])
        self.be(self.ilya)
        channel = self.talk(self.user_distributor)
        self.post(self.user_distributor, "good morning", channel)
        self.assertEqual(self.request(channel).user_id, self.ilya)

    def test_without_specialists(self):
        """ROU-19: it says so, and waits."""
        questions = self.env.ref("connect_lines.line_staff_questions")
        questions.member_ids.unlink()
        channel = self.conversation(questions, self.agent_a.partner_id)
        self.post(self.agent_a, "a question", channel)
        self.assertEqual(self.request(channel).state, "queued")
        connection = (
            self.env["connect.line"]
            ._recipient_lines(self.agent_a.partner_id)
            .filtered(lambda each: each.line_id == questions)
        )
        line = channel.with_user(self.agent_a).with_context(lang="en_US")._connect_portal_line(connection)
        self.assertIn("no free specialists", line["guidance"]["text"])
