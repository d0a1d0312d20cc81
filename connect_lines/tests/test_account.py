"""Accounts and the door through which a company registers them (LIN-07..09, LIN-15, ADM-02, ADM-04)."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestAccount(LinesCase):
    def _door(self, user=None):
        return self.env["res.users"].with_user(user or self.admin_a)

    def _wizard(self, user=None, **values):
        return (
            self.env["connect.account"]
            .with_user(user or self.admin_a)
            .create(
                {"connect_surname": "Orlova", "connect_given_name": "Maria", "email": "orlova@test.example", **values}
            )
        )

    def _account(self, email="orlova@test.example"):
        return self.env["res.users"].search([("email", "=", email)])

    def test_login_is_generated(self):
        """LIN-07: six digits, one more each time."""
        self.assertRegex(self.agent_a.login, r"^\d{6,}$")
        self.assertNotEqual(self.agent_a.login, self.agent_b.login)

    def test_copy_is_another_person_in_the_same_place(self):
        """ADM-05: the template of a directory: role, company, lines with priorities; no name, no contacts."""
        self.agent_a.partner_id.write({"connect_surname": "Agent", "connect_given_name": "A", "phone": "+7 495 0"})
        self.agent_a.active = False  # a template does not log in itself
        # what Odoo's auth_ldap gives at the first login
        values = {"name": "Belov Artem", "login": "a.belov", "company_id": self.company_a.id, "active": True}
        user = self.agent_a.copy(default=values)
        self.assertEqual((user.name, user.login, user.connect_role), ("Belov Artem", "a.belov", "agent"))
        self.assertEqual(user.company_ids, self.company_a)
        self.assertEqual(user.partner_id.company_id, self.company_a)
        self.assertEqual([(m.line_id, m.priority) for m in user.connect_member_ids], [(self.line_a, "high")])
        self.assertFalse(user.email or user.phone or user.connect_surname)
        self.assertRegex(self.agent_a.copy().login, r"^\d{6,}$")

    def test_login_skips_taken_numbers(self):
        """LIN-07: unique among all accounts, archived and hand-made ones included."""
        number = int(self.env["res.users"]._connect_next_login())
        for offset in (1, 2):
            new_test_user(
                self.env,
                login=str(number + offset),
                groups="base.group_portal",
                active=offset == 1,
                company_id=self.company_a.id,
                company_ids=[Command.set(self.company_a.ids)],
            )
        self.assertEqual(int(self.env["res.users"]._connect_next_login()), number + 3)

    def test_login_can_be_chosen_once(self):
        """LIN-07: editable by the partner, unique in the database."""
        self._wizard(kind="specialist", login="orlova").action_save()
        self.assertEqual(self._account().login, "orlova")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._wizard(kind="specialist", login="orlova", email="2@test.example").action_save()
        with self.assertRaises(ValidationError):
            self._wizard(kind="specialist", login=" орлова", email="3@test.example").action_save()

    def test_specialist_is_an_operator_of_the_own_company(self):
        """ADM-04, LIN-06: role specialist by default, exactly the administrator's company."""
        self._wizard(kind="specialist", line_ids=[Command.set(self.line_a.ids)], priority="medium").action_save()
        user = self._account()
        self.assertEqual(user.connect_role, "agent")
        self.assertEqual((user.company_id, user.company_ids), (self.company_a, self.company_a))
        self.assertEqual(user.partner_id.company_id, self.company_a)
        self.assertFalse(user.has_group("connect_lines.group_supervisor"))
        self.assertEqual(user.connect_member_ids.mapped("priority"), ["medium"])
        self.assertEqual(user.name, "Orlova Maria")

    def test_user_of_a_client(self):
        """LIN-05, LIN-07, LIN-18: portal account under the client, lines connected at once."""
        self._wizard(
            kind="recipient", client_id=self.client_a.id, line_ids=[Command.set(self.line_a.ids)]
        ).action_save()
        user = self._account()
        self.assertTrue(user.share and user._is_portal())
        self.assertEqual(user.partner_id.parent_id, self.client_a)
        self.assertEqual(user.partner_id.connect_connection_ids.line_id, self.line_a)
        self.assertEqual(user.partner_id.with_user(self.admin_a).connect_account_state, "invited")

    def test_existing_contact_gets_an_account(self):
        """LIN-15: a contact imported from a table becomes a user."""
        partner = self.env["res.partner"].create(
            {"name": "Ivan", "parent_id": self.client_a.id, "company_id": self.company_a.id, "email": "i@test.example"}
        )
        wizard = (
            self.env["connect.account"]
            .with_user(self.admin_a)
            .with_context(**partner.with_user(self.admin_a).action_create_account()["context"])
            .create({})
        )
        self.assertEqual((wizard.connect_surname, wizard.email), ("Ivan", "i@test.example"))
        wizard.action_save()
        self.assertEqual(partner.user_ids.connect_role, False)
        self.assertTrue(partner.user_ids.share)
        with self.assertRaises(UserError):
            self._door()._connect_create_account({"email": "i@test.example"}, partner=partner.with_user(self.admin_a))

    def test_invitation_has_login_and_link_but_no_password(self):
        """LIN-08, ADM-10: the letter carries the login and a link for choosing a password."""
        mails = self.env["mail.mail"].search([])
        self._wizard(kind="recipient", client_id=self.client_a.id).action_save()
        mail = self.env["mail.mail"].search([]) - mails
        user = self._account()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, user.partner_id)
        self.assertFalse(mail.email_to or mail.email_cc)
        self.assertIn(user.login, mail.body_html)
        self.assertIn("/web/signup?", mail.body_html)
        self.assertIn("token=", mail.body_html)
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [user.id])
        self.assertFalse(self.env.cr.fetchone()[0], "No password exists until the person chooses one")

    def test_invitation_in_russian(self):
        """LIN-08, ADM-20: in the language of the person."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.recipient_a.lang = "ru_RU"
        mails = self.env["mail.mail"].search([])
        self.recipient_a.partner_id.with_user(self.admin_a).action_invite()
        self.assertIn("Ваш логин", (self.env["mail.mail"].search([]) - mails).body_html)

    def test_link_sets_a_password(self):
        """LIN-08: the link of the letter is good for choosing a password, once."""
        self.recipient_a.partner_id.with_user(self.admin_a).action_invite()
        token = self.recipient_a.partner_id.sudo()._generate_signup_token()
        self.env["res.users"].sudo().signup({"password": "secret-12345"}, token)
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [self.recipient_a.id])
        self.assertTrue(self.env.cr.fetchone()[0])
        with self.assertRaises(UserError):
            self.env["res.users"].sudo().signup({"password": "other-12345"}, token)

    def test_admin_cannot_escalate_by_the_door(self):
        """ADM-04, CVE-2018-15640: only whitelisted values, only own roles, only the own company."""
        base = {"name": "X", "email": "x@test.example"}
        platform = self.env.ref("connect_lines.group_platform").id
        for values in (
            {"group_ids": [Command.link(platform)]},
            {"company_id": self.company_b.id},
            {"company_ids": [Command.set(self.company_b.ids)]},
            {"partner_id": self.platform.partner_id.id},
            {"password": "x"},
            {"share": False},
            {"name": [Command.clear()]},
            {"action_id": 1},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._door()._connect_create_account({**base, **values}, role="agent")
            with self.subTest(values=values, door="update"), self.assertRaises(AccessError):
                self._door().browse(self.agent_a.id)._connect_update_account(values)
        for role in ("platform", "distributor", "support_staff", "admin", "../base.group_system"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._door()._connect_create_account(base, role=role)
            with self.subTest(role=role, door="update"), self.assertRaises(AccessError):
                self._door().browse(self.agent_a.id)._connect_update_account({}, role=role)
        with self.assertRaises(AccessError):
            self._door()._connect_create_account(base, client=self.client_b.with_user(self.admin_a))

    def test_admin_changes_own_people_only(self):
        """ADM-02, CVE-2019-11782: accounts of others, and of higher authority, are out of reach."""
        boss = self._staff("Boss", self.company_a, "agent")
        boss.group_ids = [Command.link(self.env.ref("base.group_erp_manager").id)]
        for user in (self.agent_b, self.recipient_b, self.platform, self.user_distributor, self.support_staff, boss):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._door().browse(user.id)._connect_update_account({"email": "mine@test.example"})
            with self.subTest(user=user.name, door="invite"), self.assertRaises(AccessError):
                self._door().browse(user.id)._connect_send_invitation()
        self._door().browse(self.agent_a.id)._connect_update_account({"phone": "+7 900 000-00-00"}, role="supervisor")
        self.assertEqual(self.agent_a.connect_role, "supervisor")
        self._door().browse(self.agent_a.id)._connect_update_account({}, role="agent")
        self.assertEqual(self.agent_a.connect_role, "agent")
        self.assertFalse(self.agent_a.has_group("connect_lines.group_supervisor"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_no_other_door(self):
        """ADM-04: the ordinary ways to write users stay closed."""
        user = self.agent_a.with_user(self.admin_a)
        with self.assertRaises(AccessError):
            user.write({"group_ids": [Command.link(self.env.ref("connect_lines.group_platform").id)]})
        with self.assertRaises(AccessError):
            self.admin_a.with_user(self.admin_a).write({"company_ids": [Command.link(self.company_b.id)]})
        with self.assertRaises(AccessError):
            user.partner_id._get_signup_url()
        with self.assertRaises(AccessError):
            self.env["res.users"].with_user(self.admin_a).create({"name": "x", "login": "x"})
        with self.assertRaises(AccessError):
            self.env["res.groups"].with_user(self.admin_a).browse(
                self.env.ref("connect_lines.group_platform").id
            ).write({"user_ids": [Command.link(self.admin_a.id)]})
        with self.assertRaises(AccessError):
            self.agent_a.partner_id.with_user(self.supervisor_a).write({"email": "mine@test.example"})

    def test_who_may_register(self):
        """ADM-02, ADM-03: the administrator; neither a supervisor nor a specialist nor a recipient."""
        for user in (self.supervisor_a, self.agent_a, self.recipient_a, self.user_distributor, self.support_staff):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._door(user)._connect_create_account({"name": "X", "email": "x@test.example"}, role="agent")
            with self.subTest(user=user.name, door="button"), self.assertRaises(AccessError):
                self.agent_a.with_user(user).action_connect_block()

    def test_admin_keeps_his_own_rights(self):
        """ADM-01: nobody locks himself out."""
        me = self._door().browse(self.admin_a.id)
        with self.assertRaises(UserError):
            me._connect_update_account({}, role="agent")
        with self.assertRaises(UserError):
            me._connect_update_account({"active": False})
        me._connect_update_account({"phone": "+7 900 111-11-11"}, role="partner_admin")

    def test_block_and_restore(self):
        """LIN-15: an account with history is archived, not deleted."""
        self.recipient_a.partner_id.with_user(self.admin_a).action_block_account()
        self.assertFalse(self.recipient_a.active)
        partner = self.recipient_a.partner_id.with_user(self.admin_a)
        self.assertEqual(partner.connect_account_state, "blocked")
        partner.action_restore_account()
        self.assertTrue(self.recipient_a.active)

    def test_staff_belongs_to_one_company(self):
        """Decision 1: staff are internal users with exactly their company."""
        with self.assertRaises(ValidationError):
            self.agent_a.company_ids = [Command.link(self.company_b.id)]

    def test_nobody_signs_up_by_himself(self):
        """LIN-07: accounts are assigned by the partner."""
        self.assertEqual(self.env["res.users"]._get_signup_invitation_scope(), "b2b")
