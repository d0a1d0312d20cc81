"""People of `LinesCase` with a specialist at work, and what a commit would set in motion."""

from odoo.addons.connect_lines.tests.common import LinesCase


class ChatCase(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_a = cls._staff("Second A", cls.company_a, "agent")
        cls._member(cls.line_a, cls.second_a, "observer")
        cls.anna = cls.recipient_a.partner_id

    def be(self, user, status="free"):
        """The specialist is at his screen and declares a status."""
        agent = self.env["connect.agent"].with_user(user)
        agent.heartbeat()
        agent.set_status(status)
        self.commit()

    def commit(self):
        """What follows a commit: dispatching, settling, numbering. Tests never commit."""
        self.env.flush_all()
        while self.env.cr.postcommit._funcs:
            self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def conversation(self, line=None, person=None):
        return self.env["discuss.channel"]._connect_get(line or self.line_a, person or self.anna)

    def post(self, user, body="hello", channel=None, **values):
        channel = channel or self.conversation()
        message = channel.with_user(user).message_post(body=body, **values)
        self.commit()
        return message

    def request(self, channel=None):
        return (channel or self.conversation())._connect_open_request()

    def feed(self, channel=None):
        """[(seq, type of the event or text of the message)] of a conversation."""
        items = self.env["connect.feed.item"].search([("channel_id", "=", (channel or self.conversation()).id)])
        return [
            (item.seq, item.event_id.type or item.message_id.preview) for item in items.sorted(lambda each: each.id)
        ]

    def members(self, channel=None):
        return (channel or self.conversation()).channel_member_ids.partner_id
