"""Cards of clients and people (LIN-04, LIN-09, LIN-10)."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestPeople(LinesCase):
    def test_name_is_composed(self):
        """LIN-09: surname, name, patronymic make the full name, and back."""
        person = self.env["res.partner"].create(
            {
                "connect_surname": "Иванова",
                "connect_given_name": "Анна",
                "connect_patronymic": "Петровна",
                "parent_id": self.client_a.id,
            }
        )
        self.assertEqual(person.name, "Иванова Анна Петровна")
        person.connect_surname = "Сидорова"
        self.assertEqual(person.name, "Сидорова Анна Петровна")
        person.name = "Ким Вера"
        self.assertEqual(
            (person.connect_surname, person.connect_given_name, person.connect_patronymic), ("Ким", "Вера", False)
        )

    def test_clients_are_clients(self):
        """LIN-04: legal and natural persons; neither staff nor users nor the company's own card."""
        person = self.env["res.partner"].with_user(self.admin_a).create({"name": "Natural person"})
        self.assertTrue(person.connect_is_client)
        self.assertTrue(self.client_a.connect_is_client)
        for partner in (self.agent_a.partner_id, self.recipient_a.partner_id, self.company_a.partner_id):
            self.assertFalse(partner.connect_is_client, partner.name)

    def test_managers_are_own_specialists(self):
        """LIN-10: account manager and support specialist of the client."""
        self.client_a.with_user(self.admin_a).write(
            {"connect_manager_id": self.supervisor_a.id, "connect_support_id": self.agent_a.id}
        )
        self.assertEqual(self.client_a.connect_fallback_order, "support_first")
        with self.assertRaises(ValidationError):
            self.client_a.connect_support_id = self.agent_b
        with self.assertRaises(ValidationError):
            self.client_a.connect_manager_id = self.recipient_a

    def test_specialists_read_cards(self):
        """ADM-02: an operator views cards, an administrator edits them."""
        self.assertEqual(self.client_a.with_user(self.agent_a).name, "Camomile")
        with self.assertRaises(AccessError):
            self.client_a.with_user(self.agent_a).phone = "1"

    def test_recipients_learn_no_logins(self):
        """ADM-07: the login is for the person and his service company."""
        staff = self.agent_a.partner_id
        self.assertEqual(staff.with_user(self.admin_a).connect_login, self.agent_a.login)
        self.assertFalse(staff.with_user(self.recipient_a).connect_login)
        self.assertFalse(self.colleague_a.partner_id.with_user(self.recipient_a).connect_login)
        self.assertEqual(self.recipient_a.partner_id.with_user(self.recipient_a).connect_login, self.recipient_a.login)

    def test_client_form(self):
        """LIN-10, LIN-16: an administrator fills in the card as the screen offers it."""
        with Form(
            self.env["res.partner"].with_user(self.admin_a).with_context(default_is_company=True),
            "connect_lines.view_client_form",
        ) as form:
            form.name = "Rose"
            form.connect_registration_number = "8000123"
            form.connect_support_id = self.agent_a
        self.assertEqual(form.record.company_id, self.company_a)

    def test_people_are_found_by_their_login(self):
        """The whole login, blocked accounts included; recipients find nobody's but their own."""
        colleague, own = self.colleague_a.login, self.recipient_a.login

        def found(user, login):
            return self.env["res.partner"].with_user(user).search([("connect_login", "=", login)])

        self.colleague_a.active = False
        self.assertEqual(found(self.admin_a, colleague), self.colleague_a.partner_id)
        self.assertFalse(found(self.admin_a, colleague[:-1]))
        self.assertFalse(found(self.admin_b, colleague), "of another company")
        self.assertFalse(found(self.recipient_a, colleague))
        self.assertEqual(found(self.recipient_a, own), self.recipient_a.partner_id)
