"""`LinesCase` with tickets subscribed, a topic, and somebody who files them."""

from .common import LinesCase

INCIDENT = {
    "incident_time": "about nine",
    "description": "1. Open the journal. 2. An error.",
    "occurrence": "repeated",
    "affected": "three computers",
    "contact": "Anna, accountant",
}


class TicketCase(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscriptions = cls.env["connect.subscription"].create(
            [
                {"company_id": company.id, "feature": "ticket", "date_start": "2020-01-01"}
                for company in (cls.company_a, cls.company_b, cls.vendor)
            ]
        )
        cls.topic = cls.env["connect.topic"].create({"name": "Reports", "company_id": cls.company_a.id})
        cls.anna = cls.recipient_a.partner_id

    def stage(self, code):
        return self.env.ref(f"connect_lines.ticket_stage_{code}")

    def ticket(self, user=None, **values):
        values = {
            "line_id": self.line_a.id,
            "partner_id": self.anna.id,
            "summary": "The journal does not open",
            "topic_id": self.topic.id,
            **values,
        }
        return self.env["connect.ticket"].with_user(user or self.agent_a).create(values)

    def submit(self, user=None, details=None, **values):
        values = {
            "line_id": self.line_a.id,
            "type_code": "incident",
            "topic_id": self.topic.id,
            "summary": "The journal does not open",
            "details": INCIDENT if details is None else details,
            **values,
        }
        return self.env["connect.ticket"].with_user(user or self.recipient_a).submit(**values)

    def say(self, ticket, user, body="hello", **values):
        """A message that both sides read."""
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **values}
        return ticket.with_user(user).message_post(body=body, **values)
