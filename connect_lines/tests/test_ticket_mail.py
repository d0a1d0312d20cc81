"""LIN-59: mails become tickets, answers come into them and go out; strangers get their mail back."""

from odoo.addons.mail.tests.common import MailCommon
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .ticket_common import TicketCase

MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{key}@mail.example>
{more}Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged("post_install", "-at_install")
class TestTicketMail(MailCommon, TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "tickets.example", "bounce_alias": "bounce.t", "catchall_alias": "catchall.t"}
        )
        cls.company_a.alias_domain_id = cls.domain
        cls.line_a.with_user(cls.admin_a).ticket_alias_name = "support"
        cls.line_a.invalidate_recordset()

    def receive(self, sender, to="support@tickets.example", subject="The journal", key="m1", body="Help", more=""):
        with self.mock_mail_gateway():
            mail = MAIL.format(sender=sender, to=to, subject=subject, key=key, body=body, more=more)
            self.env["mail.thread"].message_process(False, mail)
        return self.env["connect.ticket"].search([("line_id", "=", self.line_a.id)])

    def test_the_address(self):
        """The line's address is set by its administrator and by nobody else."""
        self.assertEqual(self.line_a.ticket_email, "support@tickets.example")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.line_a.with_user(self.agent_a).ticket_alias_name = "mine"
        self.assertFalse(self.env["mail.alias"].with_user(self.agent_b).search([("alias_name", "=", "support")]))
        self.line_a.with_user(self.admin_a).ticket_alias_name = False
        self.line_a.invalidate_recordset()
        self.assertFalse(self.line_a.ticket_email)

    def test_a_mail_makes_a_ticket_and_is_confirmed(self):
        """Number and line by letter, in the client's language; the mail's text and files are in the ticket."""
        ticket = self.receive(self.recipient_a.email)
        self.assertEqual(
            (ticket.partner_id, ticket.line_id, ticket.summary, ticket.name),
            (self.anna, self.line_a, "The journal", "000001"),
        )
        self.assertIn("Help", ticket.message_ids.filtered(lambda m: m.message_type == "email").body)
        confirmation = self._new_mails.filtered(lambda mail: self.anna in mail.recipient_ids)
        self.assertIn("000001", confirmation.body)
        self.assertIn("support@tickets.example", confirmation.reply_to)

    def test_answers_come_into_the_ticket(self):
        """The client's answer, by reference; the specialist's answer goes out with the line's address to answer to."""
        ticket = self.receive(self.recipient_a.email)
        with self.mock_mail_gateway():
            reply = ticket.with_user(self.agent_a).message_post(
                body="Which version?", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.assertTrue(ticket.first_reply_at)
        mail = self._new_mails.filtered(lambda each: self.anna in each.recipient_ids)
        self.assertIn("support@tickets.example", mail.reply_to)
        ticket.stage_id = self.stage("waiting")
        self.receive(
            self.recipient_a.email, subject="Re: The journal", key="m2", body="The last one",
            more=f"In-Reply-To: {reply.message_id}\n",
        )  # fmt: skip
        self.assertEqual(len(self.env["connect.ticket"].search([("line_id", "=", self.line_a.id)])), 1)
        self.assertEqual(ticket.message_ids.sorted("id")[-1].author_id, self.anna)
        self.assertEqual(ticket.stage_id, self.stage("work"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_strangers(self):
        """Unknown senders, people of other lines, those whose access ended: no ticket, a letter back."""
        self.env["connect.subscription"].create({"company_id": self.company_b.id, "feature": "api"})
        self.connection_b.date_end = False
        for number, sender in enumerate(("stranger@evil.example", self.recipient_b.email, self.colleague_a.email, "")):
            with self.subTest(sender=sender):
                self.assertFalse(self.receive(sender, key=f"s{number}"))
                if sender:
                    self.assertEqual(self._new_mails.mapped("email_to"), [sender])
        self.connection_a.write({"date_start": False, "date_end": "2020-01-01"})
        self.assertFalse(self.receive(self.recipient_a.email, key="s9"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_without_the_subscription(self):
        self.subscriptions.unlink()
        self.assertFalse(self.receive(self.recipient_a.email))

    def test_two_people_with_one_address(self):
        """Nobody's ticket is made in the name of the wrong person."""
        self._connect(self.line_a, self.colleague_a)
        self.colleague_a.email = self.recipient_a.email
        self.assertFalse(self.receive(self.recipient_a.email))

    def test_an_answer_from_an_address_that_another_company_knows(self):
        """ADM-07: who wrote is looked for among the people of the ticket's companies."""
        ticket = self.receive(self.recipient_a.email)
        letter = ticket.message_ids.sorted("id")[-1]
        self.receive(
            self.recipient_b.email, subject="Re: The journal", key="m2", body="I was asked to look at it",
            more=f"In-Reply-To: {letter.message_id}\n",
        )  # fmt: skip
        answer = ticket.message_ids.sorted("id")[-1]
        self.assertIn("asked to look", answer.body)
        self.assertFalse(answer.author_id)

    def test_a_mail_without_a_subject(self):
        ticket = self.receive(self.recipient_a.email, subject="")
        self.assertEqual(ticket.summary, "Mail without a subject")
