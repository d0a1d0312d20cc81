"""Companies: roles, access, personalization (LIN-01..03, LIN-11, LIN-38, LIN-40, LIN-46)."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestCompany(LinesCase):
    def _subscribe(self, feature="personalization", **values):
        return self.env["connect.subscription"].create(
            {"company_id": self.company_a.id, "feature": feature, "date_start": "2020-01-01", **values}
        )

    def test_admin_edits_the_own_card(self):
        """LIN-11: contacts, the address for missed requests, the greeting."""
        company = self.company_a.with_user(self.admin_a)
        company.write({"phone": "+7 495 000-00-00", "connect_notify_email": "n@test.example", "connect_greeting": "Hi"})
        self.assertEqual(self.company_a.connect_notify_email, "n@test.example")

    def test_admin_does_not_edit_access_and_roles(self):
        """LIN-03, LIN-38, ADM-18: access is the distributor's, the vendor right and the site the platform's."""
        company = self.company_a.with_user(self.admin_a)
        for values in (
            {"connect_access": "full", "name": "x"},
            {"connect_access_until": "2099-01-01"},
            {"connect_is_vendor": True},
            {"connect_site": "Moon"},
            {"connect_role": "distributor"},
            {"connect_distributor_id": False},
            {"parent_id": self.company_b.id},
            {"connect_subscription_ids": [(0, 0, {"feature": "api"})]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                company.write(values)
        for user in (self.supervisor_a, self.agent_a):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.company_a.with_user(user).write({"phone": "1"})

    def test_distributor_gives_access_and_subscriptions(self):
        """LIN-38, LIN-40: to his partners, and nothing else."""
        company = self.company_a.with_user(self.user_distributor)
        company.write({"connect_access": "trial", "connect_access_until": "2099-01-01"})
        company.write({"connect_subscription_ids": [(0, 0, {"feature": "monitor"})]})
        self.assertTrue(self.company_a._connect_has("monitor"))
        for values in ({"name": "x"}, {"connect_is_vendor": True}, {"connect_notify_email": "x@test.example"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                company.write(values)
        with self.assertRaises(AccessError):
            self.company_b.with_user(self.user_distributor).connect_access = "suspended"
        with self.assertRaises(AccessError):
            self.env["connect.subscription"].with_user(self.user_distributor).create(
                {"company_id": self.company_b.id, "feature": "api"}
            )

    def _new_partner(self, user, **values):
        filled = {
            "name": "Gamma Ltd",
            "email": "info@gamma.example",
            "connect_surname": "Serov",
            "connect_given_name": "Ilya",
            "admin_email": "serov@gamma.example",
        }
        return self.env["connect.partner.wizard"].with_user(user).create({**filled, **values})

    def test_distributor_connects_a_partner(self):
        """LIN-01, LIN-38, LIN-39: a company on trial with one administrator, who is invited; nobody else gets in."""
        mails = self.env["mail.mail"].search([])
        notice = self._new_partner(self.user_distributor).action_connect()
        company = self.env["res.company"].browse(notice["params"]["next"]["res_id"])
        self.assertEqual(company.connect_distributor_id, self.distributor)
        self.assertEqual((company.connect_role, company.connect_is_vendor), ("partner", False))
        self.assertEqual(company.connect_access, "trial")
        self.assertEqual(company.connect_access_until, company._connect_today() + timedelta(days=30))
        administrator = self.env["res.users"].search([("company_id", "=", company.id)])
        self.assertEqual(administrator.connect_role, "partner_admin")
        self.assertEqual(administrator.company_ids, company)
        self.assertEqual(administrator.name, "Serov Ilya")
        self.assertIn(administrator.partner_id, (self.env["mail.mail"].search([]) - mails).recipient_ids)
        self.assertEqual(self.user_distributor.company_ids, self.distributor)
        self.assertFalse(administrator.has_group("connect_lines.group_distributor"))

    def test_partners_are_connected_by_those_who_may(self):
        """LIN-01: under the own name only, a name once, and not by companies themselves."""
        with self.assertRaises(AccessError):
            self._new_partner(self.user_distributor, distributor_id=self.company_b.id).action_connect()
        with self.assertRaises(AccessError):
            self._new_partner(self.user_distributor, distributor_id=False).action_connect()
        with self.assertRaises(UserError):
            self._new_partner(self.user_distributor, name=" Alpha Ltd ").action_connect()
        for user in (self.admin_a, self.agent_a, self.support_staff, self.recipient_a):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._new_partner(user)
        self._new_partner(self.platform, connect_access="full", connect_access_until=False).action_connect()
        company = self.env["res.company"].search([("name", "=", "Gamma Ltd")])
        self.assertEqual((company.connect_access, company.connect_distributor_id.id), ("full", False))

    def test_where_the_day_begins(self):
        """LIN-43, LIN-44: a distributor's at the partners, an administrator's at the start page, others' in Discuss."""
        home = {user: user._connect_home_action() for user in (self.user_distributor, self.admin_a, self.agent_a)}
        self.assertEqual(home[self.user_distributor].id, self.env.ref("connect_lines.action_lkd").id)
        self.assertEqual(home[self.admin_a].id, self.env.ref("connect_lines.action_start").id)
        self.assertFalse(home[self.agent_a].id)

    def test_platform_makes_vendors(self):
        """LIN-03: the right to publish lines to others."""
        self.company_a.with_user(self.platform).connect_is_vendor = True
        self.assertTrue(self.company_a.connect_is_vendor)

    def test_personalization_needs_its_subscription(self):
        """LIN-46: name and splash screen are paid, the greeting is free."""
        company = self.company_a.with_user(self.admin_a)
        company.connect_greeting = "Welcome"
        with self.assertRaises(AccessError):
            company.connect_app_name = "Alpha Connect"
        subscription = self._subscribe()
        company.connect_app_name = "Alpha Connect"
        self.assertEqual(company._connect_program_name(), "Alpha Connect")
        subscription.date_end = "2020-01-02"
        self.assertEqual(company._connect_program_name(), "Connect", "Without the subscription the default applies")
        company.connect_app_name = False

    def test_all_features_included(self):
        """C-25: an installation of one company switches the subscriptions off."""
        self.assertFalse(self.company_a._connect_has("recording"))
        self.env["ir.config_parameter"].set_param("connect_lines.all_features", "True")
        self.assertTrue(self.company_a._connect_has("recording"))

    def test_subscription_state(self):
        """LIN-40: each with start, end and trial; the state is never stale and can be searched."""
        active = self._subscribe("api")
        ended = self._subscribe("ticket", date_end="2020-02-01")
        coming = self._subscribe("mailing", date_start="2099-01-01")
        all_three = active | ended | coming
        self.assertEqual(all_three.mapped("state"), ["active", "expired", "pending"])
        for state, record in (("active", active), ("expired", ended), ("pending", coming)):
            found = self.env["connect.subscription"].search([("id", "in", all_three.ids), ("state", "=", state)])
            self.assertEqual(found, record)
        with self.assertRaises(ValidationError):
            active.date_end = "2019-01-01"

    def test_trial_ends_at_midnight_of_the_company(self):
        """LIN-38: the last day is inclusive, in the company's time zone; the job follows within the hour."""
        self.company_a.partner_id.tz = "Asia/Vladivostok"  # UTC+10
        self.company_a.write({"connect_access": "trial", "connect_access_until": "2026-03-10"})
        with freeze_time("2026-03-10 13:59:00"):
            self.assertFalse(self.company_a._connect_is_suspended())
            self.env["res.company"]._connect_end_trials()
            self.assertEqual(self.company_a.connect_access, "trial")
        with freeze_time("2026-03-10 14:01:00"):
            self.assertTrue(self.company_a._connect_is_suspended())
            self.env["res.company"]._connect_end_trials()
            self.assertEqual(self.company_a.connect_access, "suspended")

    def test_trial_needs_a_last_day(self):
        """LIN-38: an explicit end date, 30 days are proposed."""
        with self.assertRaises(ValidationError):
            self.company_a.write({"connect_access": "trial", "connect_access_until": False})
        company = self.company_a.new(origin=self.company_a)
        company.connect_access = "trial"
        company._onchange_connect_access()
        self.assertEqual(company.connect_access_until, company._connect_today() + timedelta(days=30))

    def test_four_steps(self):
        """The start page counts what is really there."""
        company = self.env["res.company"].create({"name": "Fresh"})
        self.assertEqual((company.connect_steps_done, company.connect_steps_percent), (0, 0))
        company.write({"email": "a@test.example", "connect_notify_email": "b@test.example"})
        line = self._line("First", company)
        company.invalidate_recordset()
        self.assertEqual(company.connect_steps_done, 2)
        self._member(line, self._staff("One", company, "agent"))
        self._connect(line, self._recipient("Two", self._client("Three", company)))
        company.invalidate_recordset()
        self.assertEqual(company.connect_steps_percent, 100)

    def test_vendor_finds_companies_by_name_only(self):
        """LIN-24: a vendor chooses whom to open its line to, and learns nothing else."""
        names = dict(
            self.env["res.company"].with_user(self.admin_v).with_context(connect_directory=True).name_search("Alpha")
        )
        self.assertEqual(names, {self.company_a.id: "Alpha Ltd"})
        other = self.env["res.company"].with_user(self.admin_a).with_context(connect_directory=True)
        self.assertFalse(other.name_search("Beta"))
        with self.assertRaises(AccessError):
            self.company_a.with_user(self.admin_v).read(["connect_access"])

    def test_today(self):
        self.company_a.partner_id.tz = "Asia/Vladivostok"
        with freeze_time("2026-03-10 20:00:00"):
            self.assertEqual(self.company_a._connect_today(), fields.Date.to_date("2026-03-11"))
