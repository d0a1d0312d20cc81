"""ADM-07: what the system writes for somebody is not his to set by the context of the call."""

import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .common import ChatCase

# what differs from one run of the same thing to the next
VOLATILE = {"id", "uuid", "message_id", "access_token", "login", "reply_to", "open_key", "seq", "res_id", "contact_id"}


class Undone(Exception):
    pass


@tagged("post_install", "-at_install")
class TestCallerContext(HttpCase, ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["connect.subscription"].create(
            {"company_id": cls.company_a.id, "feature": "ticket", "date_start": "2020-01-01"}
        )
        cls.topic = cls.env.ref("connect_lines.topic_other")
        cls.calls = {
            "post": (cls.recipient_a, lambda env: cls._channel(env).message_post(body="hello")),
            "post as a specialist": (cls.agent_a, lambda env: cls._channel(env).message_post(body="hello")),
            "connect.line.open_request": (
                cls.recipient_a,
                lambda env: env["connect.line"].browse(cls.line_a.id).open_request(body="x", idempotency_key="k"),
            ),
            "connect.request.start_work": (
                cls.agent_a,
                lambda env: env["connect.request"].start_work(cls.line_a.id, cls.anna.id),
            ),
            "connect.request.finish, rate": (cls.agent_a, cls._work),
            "connect.ticket.submit": (cls.recipient_a, cls._submit),
            "move and answer a ticket": (cls.agent_a, cls._move),
            "apply for a colleague": (cls.recipient_a, lambda env: cls._apply(env)),
            "connect.application.approve": (cls.admin_a, cls._approve),
            "an address for tickets": (
                cls.admin_a,
                lambda env: env["connect.line"].browse(cls.line_a.id).write({"ticket_alias_name": "help"}),
            ),
        }

    # --- what is called ---

    @classmethod
    def _channel(cls, env):
        """Its conversation; the specialist's door makes one where there is none."""
        return env["discuss.channel"]._connect_get(
            env["connect.line"].browse(cls.line_a.id), env["res.partner"].browse(cls.anna.id)
        )

    @classmethod
    def _work(cls, env):
        request = env["connect.request"].browse(env["connect.request"].start_work(cls.line_a.id, cls.anna.id)["id"])
        request.finish(note="done")
        request.with_user(cls.recipient_a).rate(5, "fine")

    @classmethod
    def _submit(cls, env):
        details = {"situation": "a", "desired_result": "b"}
        return env["connect.ticket"].submit(cls.line_a.id, "other", cls.topic.id, "x", details)

    @classmethod
    def _move(cls, env):
        ticket = env["connect.ticket"].browse(cls._submit(env(user=cls.recipient_a.id))["id"])
        ticket.write({"user_id": cls.agent_a.id, "stage_id": env.ref("connect_lines.ticket_stage_work").id})
        ticket.message_post(body="answer", subtype_xmlid="mail.mt_comment", message_type="comment")
        ticket.write({"stage_id": env.ref("connect_lines.ticket_stage_done").id})

    @classmethod
    def _apply(cls, env):
        person = {"connect_surname": "New", "connect_given_name": "One", "email": "new.one@test.example"}
        return env["connect.application"]._apply({"type": "colleague", **person})

    @classmethod
    def _approve(cls, env):
        cls._apply(env(user=cls.recipient_a.id)).with_user(env.user).approve()

    # --- the comparison ---

    def evil(self):
        note = self.env.ref("mail.mt_note").id
        stranger = self.agent_b.partner_id.id
        return {
            "default_company_id": self.company_b.id, "default_company_ids": [self.company_b.id],
            "default_author_id": stranger, "default_partner_id": stranger, "default_user_id": self.agent_b.id,
            "default_email_from": "x@evil.example", "default_message_type": "notification",
            "default_subtype_id": note, "default_is_internal": True, "default_active": False,
            "default_pinned_at": "2020-01-01 00:00:00", "default_description": "evil", "default_state": "approved",
            "default_channel_role": "owner", "default_group_public_id": self.env.ref("base.group_user").id,
            "default_rated_partner_id": stranger, "default_feedback": "evil", "default_rating": 1,
            "default_is_share": True, "default_stage_id": self.env.ref("connect_lines.ticket_stage_cancelled").id,
            "default_kind": "done", "default_code": "replied", "default_user_tz": "UTC", "default_comment": "evil",
            "default_parent_id": self.client_b.id, "default_notification_type": "inbox", "default_share": False,
            "default_alias_user_id": self.agent_b.id, "default_alias_force_thread_id": 1, "default_reason": "evil",
            "default_priority": "blocking", "default_origin": "rule", "default_closed_at": "2020-01-01 00:00:00",
            "default_decided_by_id": self.agent_b.id, "default_function": "evil", "default_lang": "en_US",
            "default_date_end": "2020-01-01", "default_group_ids": [self.env.ref("base.group_system").id],
            "connect_dispatching": True, "connect_posting": True, "connect_ticket_origin": "portal",
            "mail_notify_force_send": False, "mail_create_nosubscribe": True, "mail_notrack": True,
            "mail_activity_automation_skip": True, "install_mode": True, "connect_no_followers": True,
        }  # fmt: skip

    def written(self, user, call, context):
        """Everything that the call wrote, row by row; it is undone."""
        tables = (
            "discuss_channel", "discuss_channel_member", "mail_message", "mail_followers", "rating_rating",
            "connect_request", "connect_decision", "connect_event", "connect_feed_item", "connect_ticket",
            "connect_ticket_event", "connect_application", "connect_line_connection", "connect_paid_period",
            "connect_unsettled", "res_users", "res_partner", "res_company_users_rel", "res_groups_users_rel",
            "mail_alias", "mail_tracking_value",
        )  # fmt: skip
        rows = {}
        self.env.flush_all()
        with patch.dict(self.env.cr.postcommit.data), self.assertRaises(Undone), self.env.cr.savepoint():
            before = {table: self._rows(table) for table in tables}
            call(self.env(user=user.id, context=context))
            self.env.flush_all()
            for table in tables:
                rows[table] = sorted(self._rows(table) - before[table])
            self.env.cr.postcommit.clear()
            raise Undone
        self.env.invalidate_all()
        return rows

    def _rows(self, table):
        """The rows as text, without what differs each time."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type NOT LIKE"
            " 'timestamp%%' AND data_type <> 'jsonb' ORDER BY 1",
            [table],
        )
        columns = [name for (name,) in self.env.cr.fetchall() if name not in VOLATILE and not name.endswith("id")]
        names = [name for (name,) in self._links(table)]
        listed = ", ".join(f'"{name}"::text' for name in [*columns, *names])
        self.env.cr.execute(f'SELECT ROW({listed})::text FROM "{table}"')
        # a login is a number that is given once, and a link in a letter is another one each time
        return {re.sub(r"\b\d{6}\b|token=[\w-]+", "…", row) for (row,) in self.env.cr.fetchall()}

    def _links(self, table):
        """Columns that lead to rows that were there before: a fresh row has another id each time."""
        fresh = ("discuss_channel", "mail_message", "connect_request", "connect_decision", "connect_ticket",
                 "res_users", "res_partner", "connect_event", "connect_application")  # fmt: skip
        self.env.cr.execute(
            """SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid
                  AND a.attnum = c.conkey[1]
                WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND NOT (c.confrelid = ANY(%s::regclass[]))
                UNION SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass
                  AND attname IN ('author_id', 'create_uid', 'rated_partner_id', 'partner_id')
                  AND %s NOT IN ('res_users', 'mail_followers', 'connect_line_connection')
                EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attname IN ('uid', 'user_id')
                  AND %s IN ('res_groups_users_rel', 'res_company_users_rel')""",
            [table, list(fresh), table, table, table, table],
        )
        return self.env.cr.fetchall()

    def test_the_context_changes_nothing(self):
        """The same rows with a context full of defaults and switches as without one."""
        for name, (user, call) in self.calls.items():
            with self.subTest(call=name):
                clean = self.written(user, call, {"lang": "en_US"})
                self.assertTrue(any(clean.values()), "it writes something")
                dirty = self.written(user, call, {"lang": "en_US", **self.evil()})
                for table, rows in clean.items():
                    self.assertEqual(rows, dirty[table], table)

    def test_over_the_wire(self):
        """By the route that programs and browsers call."""
        self.recipient_a.password = "password-12345"
        self.authenticate(self.recipient_a.login, "password-12345")
        evil = {name: value for name, value in self.evil().items() if name != "default_group_ids"}
        details = {"situation": "a", "desired_result": "b"}
        done = self.make_jsonrpc_request(
            "/web/dataset/call_kw/connect.ticket/submit",
            {
                "model": "connect.ticket",
                "method": "submit",
                "args": [self.line_a.id, "other", self.topic.id, "x", details],
                "kwargs": {"context": evil},
            },
        )
        ticket = self.env["connect.ticket"].browse(done["id"])
        self.assertEqual(
            (ticket.partner_id, ticket.company_id, ticket.priority, ticket.origin, ticket.stage_kind),
            (self.anna, self.company_a, "normal", "api", "new"),
        )
        channel = self.conversation()
        message_id = self.make_jsonrpc_request(
            "/web/dataset/call_kw/discuss.channel/message_post",
            {
                "model": "discuss.channel",
                "method": "message_post",
                "args": [channel.ids],
                "kwargs": {"body": "hello", "context": evil},
            },
        )
        message = self.env["mail.message"].browse(message_id)
        self.assertEqual((message.author_id, message.message_type), (self.anna, "comment"))
        self.assertEqual((message.subtype_id, message.is_internal), (self.env.ref("mail.mt_comment"), False))
        self.assertTrue(self.request(channel), "and it is a request")
