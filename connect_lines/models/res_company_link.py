from odoo import fields, models
from odoo.tools import hmac

from .res_company import TRIAL_DAYS


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
            url = f"{company.get_base_url()}/connect/account/{company.id}/{code}"
            company.connect_account_url = url if code else ""

    # ------------------------------------------------------------
    # the distributor's buttons; who may press them is checked by `write`
    # ------------------------------------------------------------

    def action_connect_suspend(self):
        """Nobody of these companies is in from now on; nothing of theirs is lost."""
        return self.write({"connect_access": "suspended"})

    def action_connect_resume(self):
        return self.write({"connect_access": "full", "connect_access_until": False})

    def action_connect_trial(self):
        """A trial from today on."""
        for company in self:
            until = fields.Date.add(company._connect_today(), days=TRIAL_DAYS)
            company.write({"connect_access": "trial", "connect_access_until": until})
        return True

    def _connect_account_code(self):
        """Makes the link of a company impossible to guess, so that nobody lists the companies."""
        # sudo: the secret of the database
        return hmac(self.sudo().env, "connect-account", self.id)[:24]

    def _connect_splash_url(self):
        """Where the splash screen is, another address for another picture; empty when there is none to show."""
        self.ensure_one()
        # sudo: a picture that the company shows to all its people
        company = self.sudo()
        picture = company.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_field", "=", "connect_splash"), ("res_id", "=", self.id)], limit=1
        )
        if not picture or not company._connect_has("personalization"):
            return ""
        return f"/connect/splash?unique={picture.checksum[:12]}"
