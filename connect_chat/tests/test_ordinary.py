"""What is stored by one statement is what the long way would have stored, and nothing that it would have refused."""

from contextlib import nullcontext
from unittest.mock import patch

from odoo.addons.connect_chat.models.discuss_channel_post import DiscussChannel
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChatCase

STORED = [
    "model", "res_id", "message_type", "subtype_id", "author_id", "email_from", "reply_to", "record_company_id",
    "record_alias_domain_id", "body", "email_add_signature", "create_uid", "write_uid", "is_internal", "parent_id",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestOrdinary(ChatCase):
    def setUp(self):
        super().setUp()
        self.be(self.agent_a)
        self.post(self.recipient_a, "first")
        self.post(self.agent_a, "first answer")

    def takes(self, user):
        """Whether this user's message is stored by one statement; nothing of it remains."""
        channel = self.conversation().with_user(user)
        with self.env.cr.savepoint() as savepoint:
            found = bool(channel._connect_post_ordinary("", {"body": "x"}))
            savepoint.rollback()
        self.env.cr.postcommit.clear()
        return found

    def long_way(self):
        return patch.object(
            DiscussChannel, "_connect_post_ordinary", lambda channel, *args: channel.env["mail.message"]
        )

    def test_ordinary_messages_take_it(self):
        """CHT-01: both sides of work under way; first messages and everybody else's go the long way."""
        self.assertTrue(self.takes(self.recipient_a))
        self.assertTrue(self.takes(self.agent_a))
        self.assertFalse(self.takes(self.second_a), "he would take the work over")

    def test_the_same_is_stored(self):
        """Guaranteed delivery: message, place in the feed and contact are those of the long way."""
        for user in (self.recipient_a, self.agent_a):
            rows = []
            for way in (self.long_way(), nullcontext()):
                with way:
                    message = self.post(user, "<b>a</b> & b", message_type="comment", subtype_xmlid="mail.mt_comment")
                contacts = self.env["connect.contact"].search([("request_id", "=", self.request().id)], order="id")
                rows.append(
                    (message.sudo().read(STORED, load=None)[0], contacts[-1:].read(["kind", "origin", "handled"]))
                )
            for row in rows:
                row[0].pop("id")
                for contact in row[1]:
                    contact.pop("id")
            self.assertEqual(rows[0], rows[1])

    def test_words_written_before_the_first_decision_are_not_lost(self):
        """ROU-12, ROU-45: the request that they found is ended by a supervisor in this instant: they open another."""
        self.request().with_user(self.agent_a).finish()
        self.commit()
        for way in (nullcontext(), self.long_way()):
            self.line_a._contact(self.anna)
            request = self.request()
            self.env.cr.postcommit.clear()  # nobody has decided yet
            with way:
                self.conversation().with_user(self.recipient_a).message_post(body="and another thing")
            request._move("finished", {"closed_at": NOW, "close_reason": "finished"})
            self.commit()
            self.assertTrue(self.request())
            self.assertNotEqual(self.request(), request)
            self.request()._move("finished", {"closed_at": NOW, "close_reason": "finished"})
            self.commit()

    def test_text_is_escaped_and_sanitized(self):
        """E15, CVE-2021-3742: no tag of an integration, no script of a screen."""
        from markupsafe import Markup

        self.assertEqual(self.post(self.recipient_a, "<b>a</b>").body, "<p>&lt;b&gt;a&lt;/b&gt;</p>")
        self.assertNotIn("script", self.post(self.recipient_a, Markup("<p>a<script>alert(1)</script></p>")).body)

    def test_sent_twice(self):
        """Lesson 7: the same key again returns the stored message."""
        first = self.post(self.recipient_a, "once", connect_key="k")
        self.assertEqual(self.post(self.recipient_a, "once", connect_key="k"), first)
        self.assertEqual([text for _seq, text in self.feed()].count("once"), 1)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_whatever_is_refused_is_not_taken(self):
        """ROU-33, LIN-20, LIN-38, LIN-39: each reason of a refusal, and each right that is lost, for both sides."""
        connection = self.env["connect.line.connection"].search(
            [("line_id", "=", self.line_a.id), ("partner_id", "=", self.anna.id)]
        )
        member = self.env["connect.line.member"].search(
            [("line_id", "=", self.line_a.id), ("user_id", "=", self.agent_a.id)]
        )
        cases = {
            "line archived": lambda: self.line_a.write({"active": False}),
            "line over": lambda: self.line_a.write({"date_end": "2020-01-01"}),
            "line to come": lambda: self.line_a.write({"date_start": "2999-01-01"}),
            "connection over": lambda: connection.write({"date_end": "2020-01-01"}),
            "connection gone": lambda: self.env.cr.execute(
                "DELETE FROM connect_line_connection WHERE id = %s", [connection.id]
            ),
            "company suspended": lambda: self.company_a.write({"connect_access": "suspended"}),
            "contract asked for": lambda: self.line_a.write({"contract_rule": "refuse"}),
            "specialist off the line": lambda: self.env.cr.execute(
                "DELETE FROM connect_line_member WHERE id = %s", [member.id]
            ),
            "specialist of another company": lambda: self.env.cr.execute(
                "UPDATE res_users SET company_id = %s WHERE id = %s", [self.company_b.id, self.agent_a.id]
            ),
            "silence is counted": lambda: self.line_a.write({"warn_after": 1, "close_after": 2}),
        }
        for name, change in cases.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                for user in (self.recipient_a, self.agent_a):
                    if self.takes(user):
                        with self.long_way():
                            self.post(user)  # the long way takes it, too
                savepoint.rollback()
                self.env.invalidate_all()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_strangers(self):
        """CVE-2026-115725: nobody but the two sides, whatever the channel's id."""
        for user in (self.colleague_a, self.recipient_b, self.agent_b, self.admin_a, self.support_staff,
                     self.env.ref("base.public_user")):  # fmt: skip
            with self.subTest(user.name):
                self.assertFalse(self.takes(user))
                with self.assertRaises(AccessError):
                    self.conversation().with_user(user).message_post(body="x")
