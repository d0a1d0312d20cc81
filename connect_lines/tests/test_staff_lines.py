"""LIN-29: lines on which the staff of partners and distributors get support themselves."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestStaffLines(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main = cls.env.ref("base.main_company")
        cls.lines = cls.env["connect.line"].search([("for_staff", "=", True), ("company_id", "=", cls.main.id)])
        cls.support = cls.env.ref("connect_lines.line_staff_support")

    def connected(self, user):
        return self.env["connect.line.connection"].search([("partner_id", "=", user.partner_id.id)]).line_id

    def test_the_three_lines(self):
        """Named after the product, of the platform's company."""
        self.assertEqual(len(self.lines), 3)
        self.assertIn(self.support, self.lines)
        self.assertTrue(all(name.startswith("Connect: ") for name in self.lines.mapped("name")))

    def test_who_is_connected(self):
        """Staff of partners, vendors and distributors; not clients' people, not the platform's own."""
        for user in (self.agent_a, self.admin_a, self.agent_v, self.user_distributor):
            self.assertLessEqual(self.lines, self.connected(user), user.name)
        own = self._staff("Ilya", self.main, "agent")
        for user in (self.recipient_a, self.platform, own):
            self.assertFalse(self.lines & self.connected(user), user.name)
        by_admin = (
            self.env["res.users"]
            .with_user(self.admin_a)
            ._connect_create_account({"name": "New", "email": "new@test.example"}, role="agent")
        )
        self.assertLessEqual(self.lines, self.connected(by_admin), "registered by the company's administrator")

    def test_switched_off_and_on(self):
        """The platform decides; who was connected stays, and who was missed is taken along."""
        self.support.with_user(self.platform).for_staff = False
        late = self._staff("Late A", self.company_a, "agent")
        self.assertNotIn(self.support, self.connected(late))
        self.assertIn(self.support, self.connected(self.agent_a))
        self.support.with_user(self.platform).for_staff = True
        self.assertIn(self.support, self.connected(late))
        self.assertEqual(len(self.connected(self.agent_a) & self.support), 1)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_opens_a_line_to_everybody(self):
        with self.assertRaises(AccessError):
            self.line_a.with_user(self.admin_a).for_staff = True
        with self.assertRaises(AccessError):
            self.env["connect.line"].with_user(self.admin_a).create({"name": "x", "for_staff": True})
        with self.assertRaises(AccessError):
            self.env["connect.line"].with_user(self.admin_a).with_context(default_for_staff=True).create({"name": "x"})

    def test_not_for_clients(self):
        """The right to such a line is that of staff: no company connects its clients to it."""
        with self.assertRaises(ValidationError):
            self.env["connect.line.connection"].with_user(self.admin_a).create(
                {"line_id": self.support.id, "partner_id": self.recipient_a.partner_id.id}
            )

    def test_its_owner_serves(self):
        """The company of whoever asks does not take part."""
        self.assertEqual(self.support._serving_company(self.agent_a.partner_id), self.main)
        self.assertEqual(self.line_a._serving_company(self.recipient_a.partner_id), self.company_a)
        self.assertFalse(self.support._refusal(self.agent_a.partner_id))
        self.main.connect_access = "suspended"
        self.assertEqual(self.support._refusal(self.agent_a.partner_id)[0], "suspended")

    def test_own_support_lines_are_listed_apart(self):
        """The list of lines shows what a company serves, not where its people get support."""
        domain = ["|", ("for_staff", "=", False), ("company_id", "in", self.company_a.ids)]
        seen = self.env["connect.line"].with_user(self.agent_a).search(domain)
        self.assertFalse(seen & self.lines)
        self.assertIn(self.line_a, seen)
