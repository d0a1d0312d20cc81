from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestMoved(ChatCase):
    """ROU-42, ROU-44: whoever goes on with a request on another line knows what it was about."""

    def setUp(self):
        super().setUp()
        self.second_line = self._line("Second line", self.company_a)
        self._connect(self.second_line, self.recipient_a)
        self._member(self.second_line, self.second_a, "high")
        self.be(self.agent_a)

    def move(self):
        """Anna asks, agent A answers, and hands it over to the second line."""
        self.post(self.recipient_a, "The day before\nyesterday it <prints> nothing")
        self.post(self.agent_a, "Which printer? " + "long " * 100)
        former = self.request()
        former.with_user(self.agent_a).transfer_to_line(self.second_line.id)
        self.commit()
        return self.env["connect.event"].search([("type", "=", "moved_in")], order="id desc", limit=1)

    def told(self, event, user, internal=True):
        self.env.invalidate_all()
        return event.with_user(user).sudo()._to_client(internal)

    def test_the_last_words_are_quoted(self):
        """Who said what since the request was opened, shortened; words of earlier requests stay out."""
        self.post(self.recipient_a, "An old story")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.env.cr.execute("UPDATE mail_message SET date = date - interval '1 hour'")
        self.env.cr.execute("UPDATE connect_request SET opened_at = opened_at - interval '1 hour'")
        event = self.move()
        quotes = self.told(event, self.second_a)["excerpt"]
        self.assertEqual([quote["author"] for quote in quotes], [self.anna.name, self.agent_a.name])
        self.assertEqual(quotes[0]["text"], "The day before yesterday it <prints> nothing")
        self.assertTrue(quotes[1]["text"].startswith("Which printer? long") and quotes[1]["text"].endswith("…"))
        self.assertLessEqual(len(quotes[1]["text"]), 301)

    def test_the_conversation_opens_for_who_serves_it(self):
        """The second specialist observes the former line, too; a newcomer of the second line does not."""
        event = self.move()
        former = self.conversation()
        self.assertEqual(self.told(event, self.second_a)["former_channel_id"], former.id)
        newcomer = self._staff("Newcomer A", self.company_a, "agent")
        self._member(self.second_line, newcomer, "high")
        told = self.told(event, newcomer)
        self.assertFalse(told["former_channel_id"])
        self.assertTrue(told["excerpt"])

    def test_nobody_reads_what_his_company_could_not(self):
        """ADM-07: neither the person's screen, nor another tenant, nor a vendor, by the event itself."""
        event = self.move()
        self.assertNotIn("excerpt", self.told(event, self.recipient_a, internal=False))
        for user in (self.agent_b, self.agent_v, self.admin_v, self.user_distributor):
            self.assertNotIn("excerpt", self.told(event, user), user.name)

    def test_a_vendors_first_line(self):
        """LIN-24: between two lines of a vendor, a partner's first-line specialist reads about his own client."""
        lines = [self._line(name, self.vendor) for name in ("Vendor one", "Vendor two")]
        for line in lines:
            self._grant(line, self.company_a, first_line=True)
            self._connect(line, self.recipient_a)
        self._member(lines[0], self.agent_v, "high")
        self._member(lines[1], self.agent_a, "high")
        self.be(self.agent_v)
        channel = self.conversation(lines[0])
        self.post(self.recipient_a, "To the vendor", channel)
        self.request(channel).with_user(self.agent_v).transfer_to_line(lines[1].id)
        self.commit()
        event = self.env["connect.event"].search([("type", "=", "moved_in")], order="id desc", limit=1)
        for user, quoted in ((self.agent_a, True), (self.agent_v, True), (self.agent_b, False)):
            self.assertEqual("excerpt" in self.told(event, user), quoted, user.name)
