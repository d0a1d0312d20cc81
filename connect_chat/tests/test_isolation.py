"""ADM-07: the addon's own models, and conversations, their messages and files, role by role."""

from odoo.addons.connect_lines.tests.isolation import ROLES, reached, register, users_of
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChatCase

PLATFORM = {"platform": "ab"}
READERS = {"platform": "ab", "agent": "a", "recipient": "a", "other_agent": "b", "other_recipient": "b"}


def conversations(case):
    get = case.env["discuss.channel"]._connect_get
    return {
        "a": get(case.line_a, case.recipient_a.partner_id),
        "b": get(case.line_b, case.recipient_b.partner_id),
    }


def messages(case):
    users = {"a": case.recipient_a, "b": case.recipient_b}
    return {
        tenant: channel.with_user(users[tenant]).message_post(body=tenant)
        for tenant, channel in conversations(case).items()
    }


def files(case):
    users = {"a": case.recipient_a, "b": case.recipient_b}
    result = {}
    for tenant, channel in conversations(case).items():
        vals = {"name": "a.txt", "raw": b"a", "res_model": "mail.compose.message", "res_id": 0}
        result[tenant] = case.env["ir.attachment"].with_user(users[tenant]).sudo().create(vals)
        channel.with_user(users[tenant]).message_post(attachment_ids=result[tenant].ids)
    return result


@register("connect.feed.item", read=PLATFORM)
def feed_items(case):
    return {
        tenant: case.env["connect.feed.item"].search([("message_id", "=", message.id)])
        for tenant, message in messages(case).items()
    }


@register("connect.feed", read=PLATFORM)
def feeds(case):
    return {
        tenant: case.env["connect.feed"].search([("channel_id", "=", channel.id)])
        for tenant, channel in conversations(case).items()
    }


@register("connect.event", read=PLATFORM)
def events(case):
    for tenant, user in (("a", case.agent_a), ("b", case.agent_b)):
        line = case.line_a if tenant == "a" else case.line_b
        person = case.recipient_a if tenant == "a" else case.recipient_b
        case.env["connect.request"].with_user(user).start_work(line.id, person.partner_id.id)
    return {
        tenant: case.env["connect.event"].search([("channel_id", "=", channel.id)], limit=1)
        for tenant, channel in conversations(case).items()
    }


@tagged("post_install", "-at_install")
class TestConversationIsolation(ChatCase):
    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_every_role(self):
        """ADM-07: conversations, messages and files are read by their two sides only.

        Recipients have no right on the model of files at all: Discuss gives them a token with each message.
        """
        users = users_of(self)
        tokens = {role: READERS[role] for role in ("platform", "agent", "other_agent")}
        for make, readers in ((conversations, READERS), (messages, READERS), (files, tokens)):
            records = make(self)
            self.env.flush_all()
            for role in ROLES:
                with self.subTest(records=make.__name__, role=role):
                    self.assertEqual(reached(records, users[role], "read"), readers.get(role, ""))
