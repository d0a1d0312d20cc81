from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestAccess(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["discuss.channel"]._connect_get(cls.line_a, cls.anna)

    def setUp(self):
        super().setUp()
        self.be(self.agent_a)
        self.message = self.post(self.recipient_a, "the printer is silent")
        self.env.invalidate_all()

    def reads(self, user):
        found = self.env["discuss.channel"].with_user(user).search([("id", "=", self.channel.id)])
        told = self.env["mail.message"].with_user(user).search([("id", "=", self.message.id)])
        self.assertEqual(bool(found), bool(told), user.name)
        return bool(found)

    def test_who_reads(self):
        """CHT-02: the recipient, and all specialists of the line, observers too; nobody else."""
        for user in (self.recipient_a, self.agent_a, self.second_a):
            self.assertTrue(self.reads(user), user.name)
        for user in (self.colleague_a, self.admin_a, self.supervisor_a, self.agent_b, self.recipient_b, self.agent_v,
                     self.user_distributor, self.support_staff, self.env.ref("base.public_user")):  # fmt: skip
            self.assertFalse(self.reads(user), user.name)

    def test_first_line(self):
        """LIN-24: a granted company's specialist reads the conversations of his own company's clients."""
        line = self._line("Vendor line", self.vendor)
        self._grant(line, self.company_a, first_line=True)
        self._grant(line, self.company_b)
        self._member(line, self.agent_a)
        self._member(line, self.agent_v)
        for user in (self.recipient_a, self.recipient_b):
            self._connect(line, user)
        Channel = self.env["discuss.channel"]
        own, foreign = (Channel._connect_get(line, user.partner_id) for user in (self.recipient_a, self.recipient_b))
        self.assertEqual(Channel.with_user(self.agent_a).search([("id", "in", (own | foreign).ids)]), own)
        self.assertEqual(Channel.with_user(self.agent_v).search([("id", "in", (own | foreign).ids)]), own | foreign)

    def test_who_left_the_line(self):
        """Lesson 22: without his place on the line he is no member, and an old membership would open nothing."""
        self.assertIn(self.agent_a.partner_id, self.channel.channel_member_ids.partner_id)
        self.member_a.unlink()
        self.commit()
        self.assertNotIn(self.agent_a.partner_id, self.channel.channel_member_ids.partner_id)
        self.assertFalse(self.env["discuss.channel"].with_user(self.agent_a).search([("id", "=", self.channel.id)]))
        self.env["discuss.channel.member"].create(
            {"channel_id": self.channel.id, "partner_id": self.agent_b.partner_id.id}
        )
        self.assertFalse(self.env["discuss.channel"].with_user(self.agent_b).search([("id", "=", self.channel.id)]))

    def test_from_the_request_to_the_conversation(self):
        """ROU-42: the list of requests leads into the conversation, whoever serves the line; nobody else."""
        self.post(self.recipient_a)
        requests = self.env["connect.request"].search([("partner_id", "=", self.anna.id)])
        action = requests.with_user(self.second_a).action_conversation()
        self.assertEqual(action["context"], {"active_id": f"discuss.channel_{self.conversation().id}"})
        for user in (self.agent_b, self.support_staff, self.user_distributor):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                requests.with_user(user).action_conversation()

    def test_bus(self):
        """CVE-2019-11783, E16: naming a conversation's bus channel opens it to its readers only."""

        def channels(user):
            websocket = self.env["ir.websocket"].with_user(user)
            found = websocket.env["discuss.channel"].search(
                ["|", ("is_member", "=", True), ("id", "in", [self.channel.id])]
            )
            return self.channel in found

        self.assertTrue(channels(self.second_a))
        self.assertTrue(channels(self.recipient_a))
        for user in (self.recipient_b, self.agent_b, self.colleague_a):
            self.assertFalse(channels(user), user.name)

    def test_waiting_wakes_the_lines_specialists(self):
        """ROU-21, lesson 5: «who waits» is told to the line's specialists, and not to another line's."""
        lines = {}
        for user in (self.agent_a, self.second_a, self.agent_b, self.recipient_a):
            websocket = self.env["ir.websocket"].with_user(user)
            with patch(
                "odoo.addons.bus.models.ir_websocket.request", SimpleNamespace(session=SimpleNamespace(uid=user.id))
            ):
                channels = websocket._build_bus_channel_list([])
            lines[user] = [channel[0] for channel in channels if isinstance(channel, tuple) and channel[1] == "agents"]
        self.assertEqual(lines[self.agent_a], [self.line_a])
        self.assertEqual(lines[self.second_a], [self.line_a])
        self.assertEqual(lines[self.agent_b], [self.line_b])
        self.assertEqual(lines[self.recipient_a], [])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_breaks_it(self):
        """D1, lesson 22: renaming, changing, leaving, inviting, removing, by either side and by Odoo's own methods."""
        self.assertIn(self.agent_a.partner_id, self.channel.channel_member_ids.partner_id)
        Member = self.env["discuss.channel.member"]
        for user in (self.recipient_a, self.agent_a):
            channel = self.channel.with_user(user)
            attempts = {
                "rename": lambda channel=channel: channel.channel_rename("mine"),
                "write": lambda channel=channel: channel.write({"name": "mine"}),
                "description": lambda channel=channel: channel.channel_change_description("x"),
                "type": lambda channel=channel: channel.write({"channel_type": "group"}),
                "links": lambda channel=channel: channel.write({"connect_partner_id": self.colleague_a.partner_id.id}),
                "archive": lambda channel=channel: channel.write({"active": False}),
                "unlink": lambda channel=channel: channel.unlink(),
                "leave": lambda channel=channel: channel.action_unfollow(),
                "invite": lambda channel=channel: channel.add_members(self.second_a.partner_id.ids),
                "invite stranger": lambda channel=channel: channel.sudo().add_members(self.recipient_b.partner_id.ids),
                "join": lambda channel=channel: channel.channel_join(),
                "member": lambda user=user: Member.with_user(user).create(
                    {"channel_id": self.channel.id, "partner_id": user.partner_id.id}
                ),
                "throw out": lambda user=user: self.channel.channel_member_ids.with_user(user).unlink(),
                "pin": lambda channel=channel: channel.set_message_pin(self.message.id, True),
                "thread": lambda channel=channel: channel._create_sub_channel(self.message.id),
                "another one": lambda channel=channel: channel.create(
                    {"name": "x", "channel_type": "connect", "connect_line_id": self.line_a.id,
                     "connect_partner_id": self.colleague_a.partner_id.id}),
            }  # fmt: skip
            for name, attempt in attempts.items():
                with self.subTest(user=user.name, attempt=name), self.assertRaises(UserError):
                    attempt()
                    self.env.flush_all()
        self.assertEqual(self.channel.name, "Anna A · Hot line")
        self.assertEqual(self.members(), self.anna | self.agent_a.partner_id)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_words_stay_as_they_were(self):
        """CHT-06, CHT-07: no message is changed, deleted or put in, not even one's own, by RPC or by Discuss."""
        self.assertEqual(self.message.author_id, self.anna)
        Message = self.env["mail.message"]
        values = {"model": "discuss.channel", "res_id": self.channel.id, "body": "x", "message_type": "notification"}
        for user in (self.recipient_a, self.agent_a):
            message = self.message.with_user(user)
            attempts = {
                "write": lambda message=message: message.write({"body": "other"}),
                "author": lambda message=message: message.write({"author_id": self.agent_a.partner_id.id}),
                "away": lambda message=message: message.write({"res_id": 0}),
                "unlink": lambda message=message: message.unlink(),
                "update": lambda user=user: self.channel.with_user(user)._message_update_content(
                    self.message, body="o"
                ),
                "create": lambda user=user: Message.with_user(user).create(values),
                "create, sudo": lambda user=user: Message.with_user(user).sudo().create(values),
                "notify": lambda user=user: self.channel.with_user(user).message_notify(
                    body="x", partner_ids=self.anna.ids, model="discuss.channel", res_id=self.channel.id
                ),
            }
            for name, attempt in attempts.items():
                with self.subTest(user=user.name, attempt=name), self.assertRaises(UserError):
                    attempt()
                    self.env.flush_all()
        self.assertIn("the printer is silent", self.message.body)
        self.message.with_user(self.agent_a).toggle_message_starred()
        self.assertTrue(self.message.with_user(self.agent_a).starred)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_files_stay(self):
        """CHT-06, CVE-2026-48929: a sent file is neither deleted, nor changed, nor slipped in."""
        vals = {"name": "a.txt", "raw": b"a", "res_model": "mail.compose.message", "res_id": 0}
        file = self.env["ir.attachment"].with_user(self.recipient_a).sudo().create(vals)
        self.post(self.recipient_a, "", attachment_ids=file.ids)
        for user in (self.recipient_a, self.agent_a):
            own = file.with_user(user)
            attempts = {
                "unlink": lambda own=own: own.unlink(),
                "write": lambda own=own: own.write({"raw": b"b"}),
                "delete": lambda own=own: own.sudo()._delete_and_notify(),
                "create": lambda own=own: own.create(
                    {"name": "b.txt", "raw": b"b", "res_model": "discuss.channel", "res_id": self.channel.id}
                ),
            }
            for name, attempt in attempts.items():
                with self.subTest(user=user.name, attempt=name), self.assertRaises(UserError):
                    attempt()
        self.assertEqual(file.raw, b"a")
        self.assertEqual(file.with_user(self.agent_a).raw, b"a")
        for user in (self.colleague_a, self.agent_b, self.recipient_b):
            self.assertFalse(file.with_user(user).has_access("read"), user.name)

    def test_typing_brings_nobody_in(self):
        """E13: whoever reads a conversation stays out of it until he writes."""
        channel = self.channel.with_user(self.second_a)
        self.assertFalse(channel._find_or_create_member_for_self())
        self.assertTrue(self.channel.with_user(self.recipient_a)._find_or_create_member_for_self())
