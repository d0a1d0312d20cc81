from types import MappingProxyType

from odoo import api, models
from odoo.exceptions import AccessError

# what the administrator of a company may change on its card
OWN_FIELDS = frozenset(
    {
        "name",
        "email",
        "phone",
        "website",
        "street",
        "street2",
        "zip",
        "city",
        "state_id",
        "country_id",
        "logo",
        "connect_notify_email",
        "connect_contract_days",
        "connect_app_name",
        "connect_greeting",
        "connect_splash",
    }
)
# what a distributor may change on the cards of his partners
DISTRIBUTOR_FIELDS = frozenset({"connect_access", "connect_access_until", "connect_subscription_ids"})
# what only the platform decides, and the values that a new company has anyway
PLATFORM_FIELDS = frozenset({"connect_role", "connect_is_vendor", "connect_distributor_id"})
DEFAULTS = MappingProxyType({"connect_role": "partner", "connect_is_vendor": False, "connect_distributor_id": False})
NOTHING = MappingProxyType(dict.fromkeys(PLATFORM_FIELDS, NotImplemented))


class ResCompany(models.Model):
    """Who may change what on the card of a company."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company, vals in zip(companies, vals_list):
            company._connect_check_platform_only(vals, default=DEFAULTS)
            company._check_personalization(vals)
        return companies

    def write(self, vals):
        self._connect_check_write(vals)
        self._check_personalization(vals)
        result = super().write(vals)
        if {"connect_access", "connect_access_until"} & vals.keys():
            self._connect_access_changed()
        return result

    def _connect_check_write(self, vals):
        user = self.env.user
        if self.env.su or user.has_group("connect_lines.group_platform"):
            return
        self._connect_check_platform_only(vals)
        if user.has_group("base.group_erp_manager"):
            return
        for company in self:
            allowed = set()
            # sudo: whose partner it is decides, and the reader may be neither
            distributor = company.sudo().connect_distributor_id
            if company in user.company_ids and user.has_group("connect_lines.group_partner_admin"):
                allowed |= self._connect_own_fields()
            if distributor & user.company_ids and user.has_group("connect_lines.group_distributor"):
                allowed |= DISTRIBUTOR_FIELDS
            forbidden = set(vals) - allowed
            if forbidden:
                labels = ", ".join(
                    sorted(
                        self._fields[name].get_description(self.env, ["string"])["string"]
                        for name in forbidden
                        if name in self._fields
                    )
                )
                raise AccessError(
                    self.env._(
                        "You may not change this on the card of «%(company)s»: %(fields)s. Nothing was saved.",
                        company=company.name,
                        fields=labels,
                    )
                )

    def _connect_own_fields(self):
        """What an administrator may change on his own company's card; an addon with a setting of its own adds it."""
        return OWN_FIELDS

    def _connect_check_platform_only(self, vals, default=NOTHING):
        if self.env.su or self.env.user.has_group("connect_lines.group_platform"):
            return
        asked = {name for name in PLATFORM_FIELDS & vals.keys() if vals[name] != default.get(name)}
        if asked:
            raise AccessError(
                self.env._("Roles of companies are given by the administrator of the platform. Nothing was saved.")
            )

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """A vendor chooses by name whom to open a line to: the names of service companies and nothing else."""
        user = self.env.user
        if (
            self.env.context.get("connect_directory")
            and not self.env.su
            and user.has_group("connect_lines.group_partner_admin")
            and any(company.connect_is_vendor for company in user.sudo().company_ids)  # sudo: his own companies
        ):
            companies = self.sudo().search_fetch(  # sudo: the directory holds names only
                [("name", operator, name), ("connect_role", "=", "partner"), ("id", "not in", user.company_ids.ids)],
                ["name"],
                limit=limit,
            )
            return [(company.id, company.name) for company in companies]
        return super().name_search(name, domain, operator, limit)
