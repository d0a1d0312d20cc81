from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.res_company import TRIAL_DAYS

ADMINISTRATOR = ("connect_surname", "connect_given_name", "connect_patronymic")


class ConnectPartnerWizard(models.TransientModel):
    """A distributor connects a new service company: its card, its access and its first administrator (LIN-01, LIN-39).

    A distributor may create neither companies nor accounts. What is made here is made of the fields below alone.
    """

    _name = "connect.partner.wizard"
    _description = "Connect a partner"

    name = fields.Char("Company name", required=True)
    email = fields.Char("E-mail of the company", help="Clients see it; statements are sent there.")
    phone = fields.Char("Phone of the company")
    city = fields.Char("City")
    distributor_id = fields.Many2one(
        "res.company",
        "Distributor",
        domain=[("connect_role", "=", "distributor")],
        default=lambda self: self._default_distributor(),
    )
    connect_access = fields.Selection(
        [("trial", "Trial"), ("full", "Permanent")], string="Access", required=True, default="trial"
    )
    connect_access_until = fields.Date(
        "Trial until",
        default=lambda self: fields.Date.add(self.env.company._connect_today(), days=TRIAL_DAYS),
        help="The last day of the trial, inclusive. After it the company is suspended.",
    )
    connect_surname = fields.Char("Surname", required=True)
    connect_given_name = fields.Char("Given name", required=True)
    connect_patronymic = fields.Char("Patronymic")
    admin_email = fields.Char(
        "E-mail of the administrator", required=True, help="The login and a link for the password are sent there."
    )
    admin_phone = fields.Char("Phone of the administrator")

    @api.model
    def _default_distributor(self):
        return self.env.company if self.env.company.connect_role == "distributor" else False

    def action_connect(self):
        """Make the company and its administrator, invite him, and open the card."""
        self.ensure_one()
        self._check_caller()
        self._check_name_free()
        # the superuser: whoever creates a company is let into it, and neither a distributor nor the platform shall be
        company = self.env["res.company"].with_user(SUPERUSER_ID).create(self._company_values())
        values = {name: self[name] for name in ADMINISTRATOR}
        values.update(email=self.admin_email, phone=self.admin_phone, connect_paid=True)
        # sudo: an administrator of the new company and of no other
        administrator = self.env["res.users"].sudo()._connect_create_account(values, "partner_admin", company=company)
        notice = administrator._connect_notify_invited()
        notice["params"]["next"] = self._open_card(company)
        return notice

    def _check_caller(self):
        user = self.env.user
        if user.has_group("connect_lines.group_platform"):
            return
        if not user.has_group("connect_lines.group_distributor") or self.distributor_id not in user.company_ids:
            raise AccessError(self.env._("A distributor connects partners of its own."))

    def _check_name_free(self):
        # sudo: a name is unique among all companies of the installation
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        if companies.search_count([("name", "=", self.name.strip())], limit=1):
            raise UserError(
                self.env._("A company with the name «%s» is connected already. Nothing was made.", self.name.strip())
            )

    def _company_values(self):
        distributor = self.distributor_id or self.env.company
        return {
            "name": self.name.strip(),
            "email": self.email,
            "phone": self.phone,
            "city": self.city,
            "country_id": distributor.country_id.id,
            "currency_id": distributor.currency_id.id,
            "partner_id": self._company_contact(distributor).id,
            "connect_distributor_id": self.distributor_id.id,
            "connect_access": self.connect_access,
            "connect_access_until": self.connect_access == "trial" and self.connect_access_until,
        }

    def _company_contact(self, distributor):
        """The company's contact, with the language of the caller and the time zone by which its days are counted."""
        # sudo: the card of a company that does not exist yet
        contacts = self.env["res.partner"].sudo()
        return contacts.create(
            {
                "name": self.name.strip(),
                "is_company": True,
                "lang": self.env.user.lang,
                "tz": distributor._connect_zone().zone,
            }
        )

    def _open_card(self, company):
        """By the list's own action: saving a company reloads the page, and its address must lead back to this card."""
        is_own = company.connect_distributor_id in self.env.user.company_ids
        name = "connect_lines.action_lkd" if is_own else "connect_lines.action_company"
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        view = self.env.ref("connect_lines.view_company_form")
        return {**action, "res_id": company.id, "views": [(view.id, "form")]}
