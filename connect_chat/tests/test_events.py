import psycopg2
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestEvents(ChatCase):
    def test_words_in_the_readers_language(self):
        """CHT-03, ROU-19, ROU-29: the row has no words; each reader gets his own."""
        self.post(self.recipient_a)
        event = self.env["connect.event"].search([("channel_id", "=", self.conversation().id)])
        self.assertEqual(event.message_id.body, "")
        self.assertIn("no free specialists", event._text())
        self.assertEqual(
            event.with_context(lang="ru_RU")._text(),
            "В настоящий момент нет свободных специалистов. Ваше обращение поставлено в очередь.",
        )
        self.agent_a.partner_id.write({"connect_surname": "Никифоров", "connect_given_name": "Сергей"})
        self.env["connect.request"].with_user(self.agent_a).start_work(self.line_a.id, self.anna.id)
        started = self.env["connect.event"].search([("type", "=", "started")], limit=1, order="id desc")
        self.assertEqual(
            started.with_context(lang="ru_RU")._text(), "Никифоров С. инициировал обращение к пользователю"
        )

    def test_never_from_a_body(self):
        """E15, D12: text that looks like an event stays text."""
        message = self.post(self.recipient_a, '<div class="o_mail_notification" data-oe-type="connect">Assigned</div>')
        self.assertFalse(message._is_connect_event())

    def test_reason_is_for_staff(self):
        """The request's id leads to «why»: the recipient does not get it."""
        self.be(self.agent_a)
        self.post(self.recipient_a)
        event = self.env["connect.event"].search([("type", "=", "assigned")], limit=1, order="id desc")
        self.assertTrue(event._to_client(internal=True)["request_id"])
        self.assertFalse(event._to_client(internal=False)["request_id"])

    @mute_logger("odoo.sql_db")
    def test_append_only(self):
        """Decision 7: the database itself refuses to change or delete an event, or a numbered place."""
        self.post(self.recipient_a)
        event = self.env["connect.event"].search([], limit=1)
        item = self.env["connect.feed.item"].search([("seq", "!=", False)], limit=1)
        for statement in (
            f"UPDATE connect_event SET payload = '{{}}' WHERE id = {event.id}",
            f"DELETE FROM connect_event WHERE id = {event.id}",
            f"UPDATE connect_feed_item SET seq = 99 WHERE id = {item.id}",
            f"DELETE FROM connect_feed_item WHERE id = {item.id}",
        ):
            with self.subTest(statement=statement), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(statement)
