"""A client without an ITS contract: his words and his requests go to the line that is for that."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestContractLine(ChatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid = cls._line("Paid help", cls.company_a)
        cls._member(cls.paid, cls.agent_a)
        cls.line_a.write({"contract_rule": "redirect", "contract_line_id": cls.paid.id})

    def test_to_the_other_line(self):
        """By chat and by call alike; nothing arrives on the first line."""
        self._connect(self.paid, self.recipient_a)
        message = self.post(self.recipient_a, "It does not print")
        other = self.conversation(self.paid)
        self.assertEqual(message.res_id, other.id)
        self.assertEqual(self.request(other).line_id, self.paid)
        self.assertFalse(self.request())
        answer = self.line_a.with_user(self.recipient_a).open_request()
        self.assertEqual(answer["id"], self.request(other).id)

    def test_refused_with_the_reason_when_the_other_line_is_not_connected(self):
        with self.assertRaisesRegex(UserError, "no ITS contract"):
            self.post(self.recipient_a)
        with self.assertRaisesRegex(UserError, "no ITS contract"):
            self.line_a.with_user(self.recipient_a).open_request(body="hello")

    def test_with_a_contract_as_ever(self):
        self.env["connect.contract"].create(
            {"number": "1", "partner_id": self.client_a.id, "date_end": self.company_a._connect_today()}
        )
        self.post(self.recipient_a, "It does not print")
        self.assertEqual(self.request().line_id, self.line_a)
