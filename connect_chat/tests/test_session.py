from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestSession(ChatCase):
    def setUp(self):
        super().setUp()
        self.be(self.agent_a)
        self.channel = self.conversation()

    def talk(self, body, hours_ago):
        """A finished talk: what she said, with all its events, so many hours ago."""
        message = self.post(self.recipient_a, body)
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.let_pass(hours_ago, message.id)
        return message

    def let_pass(self, hours, since):
        self.env.cr.execute(
            "UPDATE mail_message SET date = date - make_interval(hours => %s) WHERE id >= %s AND res_id = %s"
            " AND model = 'discuss.channel'",
            [hours, since, self.channel.id],
        )
        self.env.invalidate_all()

    def before(self, user=None):
        return self.channel.with_user(user or self.agent_a)._connect_before_session()

    def shown(self, user=None):
        before = self.before(user)
        comments = [
            ("res_id", "=", self.channel.id),
            ("model", "=", "discuss.channel"),
            ("message_type", "=", "comment"),
        ]
        return self.env["mail.message"].search([*comments, ("id", ">", before)], order="id").mapped("preview")

    def test_session_of_the_line(self):
        """CHT-14: the last 24 hours of talk, as the line says; 3 when it says 3; everything when there is no more."""
        self.talk("a month ago", 700)
        self.talk("yesterday", 23)
        self.talk("today", 0)
        for user in (self.agent_a, self.second_a, self.recipient_a):
            self.assertEqual(self.shown(user), ["yesterday", "today"], user.name)
        self.line_a.session_hours = 3
        self.assertEqual(self.shown(), ["today"])
        self.line_a.session_hours = 1000
        self.assertEqual((self.shown(), self.before()), (["a month ago", "yesterday", "today"], 0))

    def test_the_last_talk_is_never_an_empty_page(self):
        """CHT-14: who looks back after a month sees the last talk, not nothing."""
        self.talk("two months ago", 1400)
        self.talk("a month ago", 700)
        self.assertEqual(self.shown(), ["a month ago"])

    def test_work_in_hand_is_shown_from_its_beginning(self):
        """CHT-14: a request that waited over the weekend belongs to the session, however short that is."""
        self.talk("a month ago", 700)
        message = self.post(self.recipient_a, "friday")
        self.env.cr.execute(
            "UPDATE connect_request SET opened_at = opened_at - interval '60 hours' WHERE id = %s", [self.request().id]
        )
        self.let_pass(60, message.id)
        self.post(self.recipient_a, "monday")
        for user in (self.agent_a, self.recipient_a):
            self.assertEqual(self.shown(user), ["friday", "monday"])

    def test_what_she_has_not_read_is_shown(self):
        """CHT-14: unread words are never behind the button."""
        self.talk("a month ago", 700)
        answer = self.post(self.agent_a, "the answer")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.let_pass(100, answer.id)
        self.post(self.agent_a, "once more")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.assertEqual(self.shown(self.agent_a), ["once more"])
        self.assertEqual(self.shown(self.recipient_a), ["the answer", "once more"])
