"""ADM-07: nobody reaches anything of another tenant, model by model and role by role."""

import importlib
import pkgutil

import odoo.addons
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import isolation_rows  # noqa: F401  importing it fills the table
from .common import LinesCase
from .isolation import ROLES, TABLE, reached, users_of


@tagged("post_install", "-at_install")
class TestIsolationTable(LinesCase):
    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_every_role_reaches_its_own_tenant_only(self):
        """ADM-07, LIN-42: the table, read and write, for each role."""
        users = users_of(self)
        for model, row in TABLE.items():
            if model not in self.env:
                continue
            records = row.make(self)
            self.env.flush_all()
            for role in ROLES:
                for operation, expected in (("read", row.read), ("write", row.write)):
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(reached(records, users[role], operation), expected.get(role, ""))

    def test_every_model_has_its_row(self):
        """ADM-07: a model that nobody has thought about fails here."""
        for module in self.env["ir.module.module"].search([("name", "like", "connect"), ("state", "=", "installed")]):
            package = getattr(odoo.addons, module.name, None) or importlib.import_module(f"odoo.addons.{module.name}")
            tests = importlib.util.find_spec(f"odoo.addons.{module.name}.tests")
            if tests and any(
                m.name == "test_isolation" for m in pkgutil.iter_modules([f"{path}/tests" for path in package.__path__])
            ):
                importlib.import_module(f"odoo.addons.{module.name}.tests.test_isolation")
        missing = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("connect.") and not model._abstract and name not in TABLE
        ]
        self.assertFalse(missing, "Say in a tests/test_isolation.py who reaches these models")


@tagged("post_install", "-at_install")
class TestIsolationOfPeople(LinesCase):
    def _people(self, user):
        found = self.env["res.partner"].with_user(user).search([])
        return set(found.mapped("name"))

    def test_staff_sees_own_company_only(self):
        """ADM-07, E18: neither foreign staff, nor foreign clients, nor contacts without a company."""
        self.env["res.partner"].create({"name": "Nobody owns me"})
        people = self._people(self.agent_a)
        self.assertLessEqual({"Agent A", "Admin A", "Camomile", "Anna A", "Petr A"}, people)
        self.assertFalse(people & {"Agent B", "Lotus", "Daria B", "Agent V", "Nobody owns me", "Support staff"})
        self.assertFalse(self.platform.partner_id & self.env["res.partner"].with_user(self.agent_a).search([]))

    def test_staff_logins_of_other_tenants(self):
        """ADM-07, E18: foreign internal users are not there, by search, by name and by id."""
        Users = self.env["res.users"].with_user(self.agent_a)
        self.assertFalse(Users.search([("id", "in", (self.agent_b | self.recipient_b).ids)]))
        self.assertFalse(Users.name_search(self.agent_b.login))
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            Users.browse(self.agent_b.id).read(["login"])

    def test_recipient_sees_those_who_serve_him(self):
        """POR-06: the staff of his lines and his own firm; not the rest of the service company."""
        people = self._people(self.recipient_a)
        self.assertLessEqual({"Anna A", "Petr A", "Camomile", "Agent A", "Alpha Ltd"}, people)
        self.assertFalse(people & {"Admin A", "Supervisor A", "Agent B", "Daria B", "Lotus"})
        self.assertNotIn("Agent A", self._people(self.colleague_a), "No line is connected to him")

    def test_vendor_sees_recipients_of_its_line(self):
        """LIN-23, ADM-07: a vendor sees those it supports, and not their colleagues."""
        line = self._line("Vendor line", self.vendor)
        self._member(line, self.agent_v)
        self.assertFalse(self._people(self.agent_v) & {"Anna A", "Camomile"})
        self._grant(line, self.company_a)
        self._connect(line, self.recipient_a)
        self.assertIn("Anna A", self._people(self.agent_v))
        self.assertFalse(self._people(self.agent_v) & {"Petr A", "Agent A", "Camomile"})
        self.assertIn("Agent V", self._people(self.recipient_a))
        self.assertNotIn("Agent V", self._people(self.agent_a))

    def test_first_line_of_another_company_stays_hidden(self):
        """LIN-24: who serves only his own company's clients is not shown to others' clients."""
        line = self._line("Vendor line", self.vendor)
        self._grant(line, self.company_a, first_line=True)
        self._grant(line, self.company_b)
        self._member(line, self.agent_a)
        self._connect(line, self.recipient_b)
        self.assertNotIn("Agent A", self._people(self.recipient_b))
        self.assertIn("Agent A", self._people(self.admin_v))

    def test_distributor_sees_figures_only(self):
        """LIN-42: cards and counters of his partners, and nobody inside."""
        people = self._people(self.user_distributor)
        self.assertIn("Alpha Ltd", people)
        self.assertFalse(people & {"Beta Ltd", "Camomile", "Anna A", "Agent A", "Admin A"})
        company = self.company_a.with_user(self.user_distributor)
        self.assertEqual((company.connect_client_count, company.connect_line_count), (1, 1))
        with self.assertRaises(AccessError):
            self.env["connect.line"].with_user(self.user_distributor).search([])

    def test_discuss_finds_own_people_only(self):
        """ADM-07, E18: invitations, mentions and look-ups by address."""
        Partner = self.env["res.partner"].with_user(self.agent_a)
        invited = Partner.search_for_channel_invite("Agent")
        self.assertEqual(self.env["res.partner"].browse(invited["partner_ids"]).mapped("name"), [])
        invited = Partner.search_for_channel_invite("Admin")
        self.assertEqual(invited["partner_ids"], self.admin_a.partner_id.ids)
        mentioned = Partner.get_mention_suggestions("Agent")["res.partner"]
        self.assertEqual({partner["id"] for partner in mentioned}, set(self.agent_a.partner_id.ids))
        found = self.client_a.with_user(self.agent_a)._partner_find_from_emails_single(
            [self.agent_b.email], no_create=True
        )
        self.assertFalse(found)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_is_brought_into_a_channel_by_id(self):
        """ADM-07: guessing an id of another tenant adds nobody."""
        channel = (
            self.env["discuss.channel"].with_user(self.agent_a)._create_group(partners_to=self.admin_a.partner_id.ids)
        )
        with self.assertRaises(AccessError):
            channel.add_members(partner_ids=self.agent_b.partner_id.ids)
        with self.assertRaises(AccessError):
            self.env["discuss.channel"].with_user(self.agent_a)._create_group(partners_to=self.agent_b.partner_id.ids)
        chat = self.env["discuss.channel"].with_user(self.agent_a)._get_or_create_chat(self.agent_b.partner_id.ids)
        self.assertNotIn(self.agent_b.partner_id, chat.channel_member_ids.partner_id)

    def test_colleagues_talk_to_each_other(self):
        """Odoo itself goes on working inside a company."""
        chat = self.env["discuss.channel"].with_user(self.agent_a)._get_or_create_chat(self.admin_a.partner_id.ids)
        message = chat.message_post(body="hello", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(message.with_user(self.admin_a).author_id.name, "Agent A")
        self.assertTrue(self.env.ref("base.partner_root").with_user(self.agent_a).name)
        self.assertEqual(self.company_a.partner_id.with_user(self.agent_a).name, "Alpha Ltd")

    def test_open_channels_stay_in_the_company(self):
        """ADM-07: a new specialist joins no channel of another company by himself."""
        group = self.env.ref("base.group_user")
        channel = (
            self.env["discuss.channel"]
            .with_company(self.company_a)
            .create({"name": "All", "channel_type": "channel", "group_ids": [Command.set(group.ids)]})
        )
        self.assertIn(self.agent_a.partner_id, channel.channel_partner_ids)
        self.assertNotIn(self.agent_b.partner_id, channel.channel_partner_ids)
        newcomer = self._staff("Newcomer B", self.company_b, "agent")
        self.assertNotIn(newcomer.partner_id, channel.channel_partner_ids)
        self.assertFalse(self.env.ref("mail.channel_all_employees").channel_partner_ids & newcomer.partner_id)

    def test_platform_sees_everybody(self):
        """ADM-01: the platform's administrator, and the superuser."""
        people = self._people(self.platform)
        self.assertLessEqual({"Agent A", "Agent B", "Camomile", "Lotus", "Anna A", "Daria B", "Vendor Ltd"}, people)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_creating_across_tenants(self):
        """ADM-07: records cannot be put into, or moved to, another company."""
        Partner = self.env["res.partner"].with_user(self.admin_a)
        with self.assertRaises(AccessError):
            Partner.create({"name": "Spy", "company_id": self.company_b.id})
        with self.assertRaises(UserError):
            Partner.browse(self.client_a.id).company_id = self.company_b
        with self.assertRaises(AccessError):
            self.env["connect.line"].with_user(self.admin_a).create({"name": "X", "company_id": self.company_b.id})
        with self.assertRaises(UserError):
            self.env["connect.line.connection"].with_user(self.admin_a).create(
                {"line_id": self.line_b.id, "partner_id": self.recipient_a.partner_id.id}
            )
        with self.assertRaises(UserError):
            self.env["connect.line.connection"].with_user(self.admin_a).create(
                {"line_id": self.line_a.id, "partner_id": self.recipient_b.partner_id.id}
            )
        with self.assertRaises(UserError):
            self.env["connect.line.member"].with_user(self.supervisor_a).create(
                {"line_id": self.line_a.id, "user_id": self.agent_b.id}
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_parties_are_not_exchanged(self):
        """ADM-07, CVE-2026-115725: the right to edit a record does not become a way to another tenant's."""
        line = self._line("Vendor line", self.vendor)
        grant = self._grant(line, self.company_a, first_line=True)
        connection = self._connect(line, self.recipient_a).with_user(self.admin_v)
        for record, vals in (
            (connection, {"partner_id": self.colleague_a.partner_id.id}),
            (connection, {"line_id": self.line_a.id}),
            (grant.with_user(self.admin_v), {"line_id": self.line_a.id}),
            (grant.with_user(self.admin_v), {"company_id": self.company_b.id}),
            (self.member_a.with_user(self.admin_a), {"user_id": self.agent_b.id}),
            (self.client_a.with_user(self.admin_a), {"parent_id": self.client_b.id}),
            (self.client_a.with_user(self.admin_a), {"user_id": self.agent_b.id}),
            (self._client("Alone", self.company_a).with_user(self.admin_a), {"company_id": self.company_b.id}),
            (
                self.env["connect.subscription"]
                .create({"company_id": self.company_a.id, "feature": "api"})
                .with_user(self.user_distributor),
                {"company_id": self.company_b.id},
            ),
        ):
            with self.subTest(record=record, vals=vals), self.assertRaises(UserError):
                record.write(vals)
        with self.assertRaises(UserError):
            self.env["connect.line.member"].with_user(self.admin_v).create(
                {"line_id": line.id, "user_id": self.agent_a.id}
            )
        self.env["connect.line.member"].with_user(self.supervisor_a).create(
            {"line_id": line.id, "user_id": self.agent_a.id}
        )
        with self.assertRaises(UserError):
            self.env["connect.account"].with_user(self.admin_a).create({"client_id": self.client_b.id})
        with self.assertRaises(UserError):
            self.env["res.partner"].with_user(self.admin_a).browse(
                self.recipient_b.partner_id.id
            ).signup_get_auth_param()

    def test_contacts_of_staff_carry_the_company(self):
        """ADM-07: whatever staff creates, belongs to its company."""
        partner = self.env["res.partner"].with_user(self.admin_a).create({"name": "New client", "is_company": True})
        self.assertEqual(partner.company_id, self.company_a)
        self.assertTrue(partner.connect_is_client)
        person = self.env["res.partner"].with_user(self.admin_a).create({"name": "P", "parent_id": partner.id})
        self.assertEqual(person.company_id, self.company_a)
        self.assertEqual(self.recipient_a.partner_id.company_id, self.company_a)
        with self.assertRaises(ValidationError):
            self.recipient_a.partner_id.company_id = False
