from odoo import fields, models
from odoo.tools import hmac


class ResCompany(models.Model):
    """The page «Get an account» of a service company: a link for its site, its letters or its price list."""

    _inherit = "res.company"

    connect_account_url = fields.Char(
        "Link «Get an account»",
        compute="_compute_connect_account_url",
        help="Whoever follows it applies for an account of your company. Put it on your site.",
    )

    def _compute_connect_account_url(self):
        for company in self:
            code = company._connect_account_code() if company.id else ""
            company.connect_account_url = f"{company.get_base_url()}/connect/account/{company.id}/{code}" if code else ""

    def _connect_account_code(self):
        """Makes the link of a company impossible to guess, so that nobody lists the companies."""
        # sudo: the secret of the database
        return hmac(self.sudo().env, "connect-account", self.id)[:24]
