"""The door through which a service company registers and edits accounts.

An administrator of a company has no right to write users: with it he could make himself anything. He calls the
methods below, by the assistant `connect.account` or by buttons. They run in superuser mode, so everything that
comes in passes a whitelist: names of values, role, company. Nothing else of what the caller sends is used.
"""

from odoo import models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from .res_users import ROLES
from .verbs import trusted

PERSON_FIELDS = frozenset(
    {
        "name",
        "connect_surname",
        "connect_given_name",
        "connect_patronymic",
        "connect_birthdate",
        "email",
        "phone",
        "function",
        "image_1920",
    }
)
ACCOUNT_FIELDS = frozenset({"login", "connect_paid", "active"})
OWN_GROUPS = tuple("connect_lines.group_" + code for code, _name in ROLES)
FOREIGN_GROUPS = (
    "connect_lines.group_platform",
    "connect_lines.group_distributor",
    "connect_lines.group_support_staff",
    "base.group_erp_manager",
    "base.group_system",
)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _connect_create_account(self, values, role=False, client=None, partner=None, company=None):
        """Register an account in the company of the caller (the platform names another one).

        :param dict values: of PERSON_FIELDS and ACCOUNT_FIELDS
        :param role: 'agent', 'supervisor' or 'partner_admin' for a specialist; False for a recipient
        :param client: the client of a new recipient, `res.partner`
        :param partner: the existing contact who gets the account, `res.partner`
        :param company: another service company than the caller's, `res.company`
        :return: the new user
        """
        own_company = self._connect_door(values)
        company = company or own_company
        if role and role not in dict(ROLES):
            raise AccessError(self.env._("This role is not yours to give."))
        if not values.get("email") and not (partner and partner.email):
            raise UserError(self.env._("Enter the e-mail: the login and the link for the password are sent there."))
        group = self.env.ref("connect_lines.group_" + role if role else "base.group_portal")
        vals = dict(values, group_ids=[Command.set(group.ids)])
        if partner:
            partner.check_access("write")
            # sudo: accounts of the contact, archived ones, too
            if partner.sudo().with_context(active_test=False).user_ids:
                raise UserError(self.env._("%s has an account already.", partner.name))
            company = partner.company_id or company
            vals["partner_id"] = partner.id
        elif client:
            client.check_access("write")
            company = client.company_id or company
            vals["parent_id"] = client.id
        self._connect_check_company(company)
        vals.update(
            company_id=company.id, company_ids=[Command.set(company.ids)], connect_paid=bool(values.get("connect_paid"))
        )
        if not partner:
            vals.update(lang=self.env.user.lang, tz=company.partner_id.tz or self.env.user.tz)
        # sudo: the caller may not create users; values, role and company have passed the whitelist above
        user = trusted(self).sudo().with_company(company).with_context(no_reset_password=True).create(vals)
        user._connect_send_invitation()
        return user.sudo(False)  # the caller's own rights again

    def _connect_update_account(self, values, role=None):
        """Change accounts of the caller's own company; a role replaces the former one."""
        self._connect_door(values)
        if role is not None and role not in dict(ROLES):
            raise AccessError(self.env._("This role is not yours to give."))
        for user in self.sudo():  # sudo: the caller may not write users; each is checked first
            user._connect_check_editable(self.env)
            if user == self.env.user and (role not in (None, user.connect_role) or values.get("active") is False):
                raise UserError(self.env._("You cannot take your own rights away. Ask another administrator."))
            vals = dict(values)
            if role is not None:
                if user.share:
                    raise AccessError(self.env._("A user of a client cannot become a specialist. Register him as one."))
                vals["group_ids"] = [Command.unlink(self.env.ref(xml_id).id) for xml_id in OWN_GROUPS] + [
                    Command.link(self.env.ref("connect_lines.group_" + role).id)
                ]
            user.write(vals)

    def _connect_send_invitation(self):
        """Mail the login and a link for choosing a password. A password is never sent, none exists yet."""
        self._connect_check_caller()
        template = self.env.ref("connect_lines.mail_template_invitation")
        for user in self.sudo():  # sudo: the link is made for the account, its holder alone receives it
            if not self.env.su:
                user._connect_check_editable(self.env)
            if not user.email:
                raise UserError(self.env._("%s has no e-mail: enter it first.", user.name))
            user.partner_id.signup_prepare(signup_type="signup")
            # sudo: the template reads the account and its company
            template.sudo().send_mail(user.id, email_layout_xmlid="connect_lines.mail_layout")

    # ------------------------------------------------------------
    # checks
    # ------------------------------------------------------------

    def _connect_door(self, values):
        """Refuse whatever is not on the whitelist; return the company in which the caller registers."""
        self._connect_check_caller()
        unknown = values.keys() - PERSON_FIELDS - ACCOUNT_FIELDS
        if unknown:
            raise AccessError(self.env._("These values cannot be set here: %s.", ", ".join(sorted(unknown))))
        if any(isinstance(value, (list, tuple, dict)) for value in values.values()):
            raise AccessError(self.env._("Only plain values can be set here."))
        login = values.get("login")
        if login and not (login.isascii() and login.strip() == login and len(login) <= 64):
            raise ValidationError(self.env._("A login consists of Latin letters and digits, without spaces around."))
        return self.env.user.company_id

    def _connect_check_caller(self):
        if not self.env.su and not self.env.user.has_group("connect_lines.group_partner_admin"):
            raise AccessError(self.env._("Accounts are registered by the administrator of the company."))

    def _connect_check_company(self, company):
        user = self.env.user
        if self.env.su or user.has_group("connect_lines.group_platform"):
            return
        if company != user.company_id:
            raise AccessError(self.env._("Accounts are registered in your own company only."))

    def _connect_check_editable(self, env):
        """An account of the caller's own company that stands under no other authority. `self` is in sudo."""
        caller = env.user
        if env.su or caller.has_group("connect_lines.group_platform"):
            return
        if (
            self.company_ids != caller.company_id
            or self.company_id != caller.company_id
            or any(self.has_group(xml_id) for xml_id in FOREIGN_GROUPS)
            or not ((self.share and self._is_portal()) or self._is_internal())
        ):
            raise AccessError(env._("This account is not one of your company's, you cannot change it."))

    def _notify_inviter(self):
        """Odoo opens a chat with who logs in for the first time; a distributor may not talk to a partner's people."""
        # sudo: the companies of who invited, asked while nobody is logged in
        near = self.sudo().filtered(lambda user: user.create_uid.company_ids & user.company_ids)
        return super(ResUsers, near)._notify_inviter()

    def _connect_invitation_days(self):
        hours = (
            # sudo: a number of the installation
            self.env["ir.config_parameter"].sudo().get_param("auth_signup.signup.validity.hours", 144)
        )  # sudo: a number
        return int(hours) // 24

    def _connect_notify_invited(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    # sudo: addresses to which the caller has just had it sent
                    "The invitation was sent to %s.",
                    ", ".join(self.sudo().mapped("email")),
                ),  # sudo: just mailed there
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------
    # buttons of a specialist's card
    # ------------------------------------------------------------

    def action_connect_edit(self):
        """Open the assistant with the values of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_account_wizard")
        return {**action, "name": self.env._("Account"), "context": {"default_user_id": self.id}}

    def action_connect_invite(self):
        self._connect_send_invitation()
        return self._connect_notify_invited()

    def action_connect_block(self):
        self._connect_update_account({"active": False})

    def action_connect_restore(self):
        self._connect_update_account({"active": True})

    def action_connect_lines(self):
        """Open the assistant that gives lines to these specialists, or takes them away."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_connect_wizard")
        return {**action, "name": self.env._("Lines of specialists"), "context": {"default_user_ids": self.ids}}

    def action_connect_members(self):
        """The lines that the specialist serves, with his priorities."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_member")
        return {**action, "domain": [("user_id", "=", self.id)], "context": {"default_user_id": self.id}}
