from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.convert import convert_file

from .common import RoutingCase

TEMPLATE = "connect_routing.mail_template_missed_request"
DISPATCHER = "odoo.addons.connect_routing.models.connect_dispatcher"


@tagged("post_install", "-at_install")
class TestNotices(RoutingCase):
    """ROU-19, ROU-20, ROU-31: one mail a case, to the partner and to the owner of the line, with the reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.company | cls.other_company).partner_id.lang = "en_US"
        cls.other_company.write({"connect_is_vendor": True, "connect_notify_email": "vendor@test.example"})
        cls.vendor_line = cls.env["connect.line"].create(
            {"name": "Vendor line", "company_id": cls.other_company.id, "is_published": True}
        )
        cls.env["connect.line.grant"].create({"line_id": cls.vendor_line.id, "company_id": cls.company.id})
        cls.env["connect.line.connection"].create(
            [{"line_id": cls.vendor_line.id, "partner_id": user.partner_id.id} for user in (cls.anna, cls.boris)]
        )

    def mails(self):
        """``{address: mails}`` of everything that was sent in this test."""
        addresses = ["duty@test.example", "vendor@test.example", "line@test.example", "card@test.example"]
        mails = self.env["mail.mail"].sudo().search([("email_to", "in", addresses)])
        return {
            mail: mails.filtered(lambda each, mail=mail: each.email_to == mail) for mail in mails.mapped("email_to")
        }

    def test_partner_and_owner_each_get_one(self):
        """ROU-31: both, and no further one for whatever else is written or happens in the queue."""
        request = self.write_to_line(self.anna, self.vendor_line)
        for _again in range(3):
            self.write_to_line(self.anna, self.vendor_line)
        self.env["connect.dispatcher"]._cron_dispatch()
        self.assertEqual({address: len(mails) for address, mails in self.mails().items()},
                         {"duty@test.example": 1, "vendor@test.example": 1})  # fmt: skip
        for mails in self.mails().values():
            self.assertIn("Anna", mails.subject)
            self.assertIn("Vendor line", mails.subject)
            self.assertIn("No free specialist", mails.body_html)
        self.assertEqual(request.missed_reason, "no_agent")
        self.write_to_line(self.boris, self.vendor_line)
        self.assertEqual(len(self.mails()["vendor@test.example"]), 2, "another person, another case")

    def test_one_company_one_mail_to_the_address_that_was_set(self):
        """ROU-20: the line's own address, else that of the company's notices, else that of its card."""
        self.line.notify_email = "line@test.example"
        self.write_to_line(self.anna)
        self.assertEqual(list(self.mails()), ["line@test.example"])
        self.line.notify_email = False
        self.company.write({"connect_notify_email": False, "email": "card@test.example"})
        self.write_to_line(self.boris)
        self.assertEqual({address: len(mails) for address, mails in self.mails().items()},
                         {"line@test.example": 1, "card@test.example": 1})  # fmt: skip

    def test_partner_and_owner_with_one_address_get_one(self):
        """ROU-20: nobody reads the same twice."""
        self.other_company.connect_notify_email = "duty@test.example"
        self.write_to_line(self.anna, self.vendor_line)
        self.assertEqual(len(self.mails()["duty@test.example"]), 1)

    def test_nobody_is_free_a_second_time(self):
        """ROU-19, ROU-34: the person is told each time that he waits; the companies have one mail a case."""
        request = self.write_to_line(self.anna)
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual((request.state, request.is_told), ("active", True))
        self.set_status(self.high, "away")
        self.write_to_line(self.anna)
        self.write_to_line(self.anna)
        self.assertEqual(self.codes(request), ["opened", "queued", "assigned", "unbound", "queued"])
        self.assertEqual(len(self.mails()["duty@test.example"]), 1)
        self.assertEqual(self.env["connect.decision"]._verify(), [])

    def test_who_is_served_at_once_is_no_case(self):
        """ROU-19: no mail where somebody was free."""
        self.set_status(self.high, "free")
        self.write_to_line(self.anna)
        self.assertFalse(self.mails())

    @mute_logger(DISPATCHER)
    def test_nothing_is_sent_when_telling_fails_and_once_when_it_succeeds(self):
        """ROU-19: mail and outbox are one transaction; what was rolled back is told later, once."""
        requests = type(self.env["connect.request"])
        told = requests._on_settled

        def fail(this, decisions):
            raise ValueError("the screens could not be woken")

        self.line._contact(self.anna.partner_id)
        self.env.flush_all()
        with (
            patch.object(requests, "_on_settled", fail),
            self.assertRaisesRegex(ValueError, "screens"),
            self.env.cr.savepoint(),
        ):
            self.dispatch()
        self.env.invalidate_all()
        self.assertFalse(self.mails())
        with patch.object(requests, "_on_settled", told):
            self.env["connect.dispatcher"]._cron_dispatch()
        self.assertEqual(len(self.mails()["duty@test.example"]), 1)

    def test_nothing_is_sent_when_the_message_is_rolled_back(self):
        """ROU-19: a contact that was never stored is no case."""
        with self.assertRaisesRegex(ValueError, "rolled back"), self.env.cr.savepoint():
            self.line._contact(self.anna.partner_id)
            self.env.flush_all()
            raise ValueError("rolled back")
        self.env.cr.postcommit.clear()
        self.env["connect.dispatcher"]._cron_dispatch()
        self.assertFalse(self.mails())

    def test_administrators_word_the_letter(self):
        """ROU-20: in the menu of the platform's administrators; an update keeps their words."""
        template = self.env.ref(TEMPLATE)
        action = self.env.ref("connect_routing.action_connect_letters")
        admin = self.env.ref("base.user_admin")
        menu = self.env.ref("connect_routing.menu_letters")
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(admin)._visible_menu_ids())
        found = self.env["mail.template"].with_user(admin).search(
            ["|", ("model", "=like", "connect.%"), ("name", "=like", "Connect:%")]
        )  # fmt: skip
        self.assertIn("connect.%", action.domain)
        self.assertIn(template, found)
        template.with_user(admin).subject = "Nobody took it: {{ object.partner_id.name }}"
        self.assertTrue(self.env["ir.model.data"].search([("name", "=", TEMPLATE.split(".")[1])]).noupdate)
        convert_file(self.env, "connect_routing", "data/mail_template_data.xml", {}, mode="update", noupdate=True)
        self.write_to_line(self.anna)
        self.assertEqual(self.mails()["duty@test.example"].subject, "Nobody took it: Anna")
        for user in (self.supervisor, self.high, self.anna):
            with self.assertRaises(AccessError):
                template.with_user(user).subject = "x"
