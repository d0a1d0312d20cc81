from markupsafe import Markup
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestPost(ChatCase):
    def test_recipients_message_is_a_request(self):
        """CHT-01, ROU-15: what the recipient writes reaches the free specialist, who then takes part."""
        self.be(self.agent_a)
        self.post(self.recipient_a, "the printer is silent")
        self.assertEqual(self.request().user_id, self.agent_a)
        self.assertEqual(self.members(), self.anna | self.agent_a.partner_id)
        self.assertEqual(self.feed(), [(1, "the printer is silent"), (2, "assigned")])

    def test_nobody_free(self):
        """ROU-19, ROU-34: the recipient reads in the feed that he is in the queue."""
        self.post(self.recipient_a)
        self.assertEqual(self.request().state, "queued")
        self.assertEqual(self.feed(), [(1, "hello"), (2, "queued")])
        self.assertEqual(self.members(), self.anna)

    def test_specialists_message_starts_the_work(self):
        """ROU-15, ROU-29: even an observer's message binds, and the feed says who began, before his words."""
        self.be(self.second_a)
        self.post(self.second_a, "good day")
        self.assertEqual(self.request().user_id, self.second_a)
        self.assertEqual(self.feed(), [(1, "started"), (2, "good day")])
        self.assertIn(self.second_a.partner_id, self.members())

    def test_another_specialist_takes_over(self):
        """ROU-24: the newcomer is bound; the former one leaves the conversation and its notices."""
        self.be(self.agent_a)
        self.be(self.second_a)
        self.post(self.recipient_a)
        self.post(self.second_a, "I help you")
        self.assertEqual(self.request().user_id, self.second_a)
        self.assertEqual(self.members(), self.anna | self.second_a.partner_id)
        self.assertEqual([kind for _seq, kind in self.feed()][2:], ["taken_over", "I help you"])

    def test_finished_work(self):
        """ROU-22, ROU-30: the specialist leaves, the next message opens the next request."""
        self.be(self.agent_a)
        self.post(self.recipient_a)
        first = self.request()
        first.with_user(self.agent_a).finish()
        self.commit()
        self.assertEqual(self.members(), self.anna)
        self.post(self.recipient_a, "once more")
        self.assertNotEqual(self.request(), first)
        self.assertEqual(
            [kind for _seq, kind in self.feed()], ["hello", "assigned", "finished", "once more", "assigned"]
        )

    def test_work_that_starts_before_any_message(self):
        """ROU-29: the conversation begins with the button, too."""
        self.env["connect.request"].with_user(self.agent_a).start_work(self.line_a.id, self.anna.id)
        self.commit()
        self.assertEqual(self.feed(), [(1, "started")])

    def test_open_request_of_an_integration(self):
        """API: the text of a request that another program opens is the first message of the conversation."""
        self.line_a.with_user(self.recipient_a).open_request(body="from the site", idempotency_key="k1")
        self.line_a.with_user(self.recipient_a).open_request(body="from the site", idempotency_key="k1")
        self.commit()
        self.assertEqual([kind for _seq, kind in self.feed()], ["from the site", "queued"])

    def test_key_of_the_day_before(self):
        """A key is promised for a day: what comes with it later is a message of its own, and nothing is refused."""
        line = self.line_a.with_user(self.recipient_a)
        line.open_request(body="yesterday", idempotency_key="k1")
        self.env["connect.contact"].search([("idempotency_key", "=", "k1")]).unlink()  # as after a day
        line.open_request(body="today", idempotency_key="k1")
        self.commit()
        self.assertEqual([kind for _seq, kind in self.feed()], ["yesterday", "today", "queued"])

    def test_refused_by_the_line(self):
        """LIN-20: a closed line takes nothing, and says what to do."""
        self.conversation()
        self.line_a.date_end = "2020-01-01"
        with self.assertRaisesRegex(UserError, "closed"):
            self.post(self.recipient_a)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_strangers_cannot_write(self):
        """Lesson 22, CVE-2026-115725: another recipient, another tenant, the public, by the channel's id."""
        channel = self.conversation()
        for user in (self.colleague_a, self.recipient_b, self.agent_b, self.agent_v, self.admin_a, self.support_staff,
                     self.env.ref("base.public_user")):  # fmt: skip
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                channel.with_user(user).message_post(body="x", message_type="comment")

    def test_forged_messages(self):
        """E15, D12: no notice, no note, no foreign author, no unknown field, from either side, with sudo or without."""
        channel = self.conversation()
        note = self.env.ref("mail.mt_note")
        forged = [
            {"message_type": "notification"},
            {"message_type": "auto_comment"},
            {"subtype_xmlid": "mail.mt_note"},
            {"subtype_id": note.id},
            {"author_id": self.agent_a.partner_id.id},
            {"email_from": "boss@test.example"},
            {"is_internal": True},
            {"model": "res.partner"},
            {"date": "2020-01-01"},
        ]
        for values in forged:
            for own in (channel.with_user(self.recipient_a), channel.with_user(self.recipient_a).sudo()):
                with self.subTest(values=values, su=own.env.su), self.assertRaises(UserError):
                    own.message_post(body="x", **values)

    def test_type_subtype_and_author_are_ours(self):
        """E14: a call without any of them is a comment that both sides read."""
        message = self.post(self.recipient_a)
        self.assertEqual((message.message_type, message.subtype_id), ("comment", self.env.ref("mail.mt_comment")))
        self.assertEqual(message.author_id, self.anna)

    def test_markup(self):
        """CHT-13: plain text is escaped, HTML from the composer is sanitized."""
        self.assertEqual(self.post(self.recipient_a, "<b>x</b>").body, Markup("<p>&lt;b&gt;x&lt;/b&gt;</p>"))
        body = self.post(self.recipient_a, Markup('<b>x</b><script>alert(1)</script><img src=x onerror="y()">')).body
        self.assertIn("<b>x</b>", body)
        self.assertNotIn("script", body)
        self.assertNotIn("onerror", body)

    def test_sizes(self):
        """An empty message and a book are refused with words; 64 KB are not."""
        for body in ("", "  ", Markup("<p><br></p>")):
            with self.subTest(body=body), self.assertRaisesRegex(UserError, "empty"):
                self.post(self.recipient_a, body)
        self.post(self.recipient_a, "я" * (32 * 1024))
        with self.assertRaisesRegex(UserError, "64 KB"):
            self.post(self.recipient_a, "я" * (32 * 1024 + 1))

    def test_sent_twice_stored_once(self):
        """Lesson 7: the same key returns the stored message; another person's equal key is another message."""
        first = self.post(self.recipient_a, "once", connect_key="k")
        again = self.post(self.recipient_a, "once", connect_key="k")
        self.assertEqual(first, again)
        self.be(self.agent_a)
        other = self.post(self.agent_a, "answer", connect_key="k")
        self.assertNotEqual(first, other)
        texts = [kind for _seq, kind in self.feed()]
        self.assertEqual((texts.count("once"), texts.count("answer")), (1, 1))

    def test_quoting(self):
        """CHT-11: a message of this conversation is quoted, one of another is not."""
        first = self.post(self.recipient_a)
        self.assertEqual(self.post(self.recipient_a, "this", parent_id=first.id).parent_id, first)
        foreign = self.post(self.recipient_b, "secret", self.conversation(self.line_b, self.recipient_b.partner_id))
        with self.assertRaises(AccessError):
            self.post(self.recipient_a, "that", parent_id=foreign.id)

    def test_files(self):
        """CHT-04, CVE-2018-15631: one's own fresh upload is sent; a file of somebody else is not."""

        def upload(user, **values):
            vals = {"name": "a.txt", "raw": b"a", "res_model": "mail.compose.message", "res_id": 0, **values}
            return self.env["ir.attachment"].with_user(user).sudo().create(vals)

        own = upload(self.recipient_a)
        message = self.post(self.recipient_a, "", attachment_ids=own.ids)
        self.assertEqual(message.attachment_ids, own)
        self.assertEqual((own.res_model, own.res_id), ("discuss.channel", self.conversation().id))
        secret = upload(self.agent_b, res_model="res.partner", res_id=self.client_b.id)
        for user in (self.recipient_a, self.agent_a):
            for foreign in (upload(self.agent_b), upload(self.recipient_b), secret):
                with self.subTest(user=user.name, file=foreign.res_model), self.assertRaises(AccessError):
                    self.post(user, "mine", attachment_ids=foreign.ids)
        with self.assertRaises(AccessError):
            self.post(self.recipient_a, "gone", attachment_ids=[2**30])

    def test_posting_writes_nothing_shared(self):
        """E12, lesson 30: the channel's and the members' rows are left alone until after the commit."""
        channel = self.conversation()
        self.env.flush_all()
        self.env.cr.execute("SELECT xmin FROM discuss_channel WHERE id = %s", [channel.id])
        before = self.env.cr.fetchall()
        with self.assert_not_written("discuss_channel", "discuss_channel_member", "connect_feed"):
            channel.with_user(self.recipient_a).message_post(body="x")
            self.env.flush_all()
        self.assertTrue(before)

    def assert_not_written(self, *tables):
        case, cr = self, self.env.cr

        def counts():
            cr.execute(
                "SELECT relname, n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = ANY(%s) ORDER BY 1",
                [list(tables)],
            )
            return cr.fetchall()

        class Watch:
            def __enter__(self):
                self.before = counts()

            def __exit__(self, *failure):
                if not failure[0]:
                    case.assertEqual(counts(), self.before)

        return Watch()
