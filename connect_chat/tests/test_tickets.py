"""Tickets in the conversation: the line in the feed, the panel, the home lists (LIN-50, LIN-52..54)."""

from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestTickets(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["connect.subscription"].create({"company_id": cls.company_a.id, "feature": "ticket"})
        cls.agent_a.partner_id.write({"connect_surname": "Никифоров", "connect_given_name": "Сергей"})

    def ticket(self, user=None, person=None, **values):
        ticket = (
            self.env["connect.ticket"]
            .with_user(user or self.agent_a)
            .create(
                {
                    "line_id": self.line_a.id,
                    "partner_id": (person or self.anna).id,
                    "summary": "The journal",
                    "topic_id": self.env.ref("connect_lines.topic_other").id,
                    **values,
                }
            )
        )
        self.commit()
        return ticket

    def test_the_line_in_the_feed(self):
        """LIN-52: «Никифоров Сергей создал заявку № 000001», in its place, for both sides; it leads to the ticket."""
        self.post(self.recipient_a)
        ticket = self.ticket()
        self.post(self.recipient_a, "thank you")
        kinds = [kind for _seq, kind in self.feed()]
        self.assertEqual(kinds[-2:], ["ticket", "thank you"])
        event = self.env["connect.event"].search([("type", "=", "ticket")])
        self.assertEqual(event.with_context(lang="ru_RU")._text(), "Никифоров Сергей создал заявку № 000001")
        for internal in (True, False):
            self.assertEqual(event._to_client(internal)["ticket_id"], ticket.id)
        self.assertTrue(event.message_id.with_user(self.recipient_a).has_access("read"))
        self.assertFalse(event.message_id.with_user(self.agent_b).has_access("read"))

    def test_before_anybody_wrote(self):
        """The conversation is begun; a ticket made by a rule has no author."""
        self.assertFalse(self.env["discuss.channel"]._connect_find(self.line_a, self.anna))
        self.ticket(self.env.ref("base.user_root"), origin="rule")
        event = self.env["connect.event"].search([("type", "=", "ticket")])
        self.assertEqual(event.with_context(lang="ru_RU")._text(), "Создана заявка № 000001")

    def test_open_tickets_of_the_persons_company(self):
        """LIN-53: of the line and the client, those that are open; nobody else's."""
        self._connect(self.line_a, self.colleague_a)
        own, colleague = self.ticket(), self.ticket(person=self.colleague_a.partner_id)
        self.ticket().stage_id = self.env.ref("connect_lines.ticket_stage_done")
        stranger = self._recipient("Third", self._client("Rose", self.company_a))
        self._connect(self.line_a, stranger)
        self.ticket(person=stranger.partner_id)
        around = self.conversation().with_user(self.agent_a)._connect_agent_surroundings()
        self.assertEqual([ticket["id"] for ticket in around["tickets"]], [colleague.id, own.id])
        self.assertTrue(around["may_create_ticket"])
        self.env["connect.subscription"].search([("company_id", "=", self.company_a.id)]).unlink()
        around = self.conversation().with_user(self.agent_a)._connect_agent_surroundings()
        self.assertFalse(around["may_create_ticket"])

    def test_home_lists(self):
        """LIN-54: in my work, and taken by nobody, on my lines only."""
        own, free = self.ticket(user_id=self.agent_a.id), self.ticket()
        self.ticket(user_id=self.second_a.id)
        lists = self.env["connect.ticket"].with_user(self.agent_a)._home_lists()
        self.assertEqual([item["id"] for item in lists["own"]["items"]], own.ids)
        self.assertEqual([item["id"] for item in lists["free"]["items"]], free.ids)
        self.assertEqual(lists["own"]["items"][0]["number"], "000001")
        lists = self.env["connect.ticket"].with_user(self.agent_b)._home_lists()
        self.assertEqual((lists["own"]["count"], lists["free"]["count"]), (0, 0))

    def test_portal_summary(self):
        self.ticket()
        self.assertEqual(
            self.env["connect.ticket"].with_user(self.recipient_a)._portal_summary(), {"open": 1, "any": True}
        )
        self.assertEqual(
            self.env["connect.ticket"].with_user(self.colleague_a)._portal_summary(), {"open": 0, "any": False}
        )
