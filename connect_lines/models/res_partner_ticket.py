from odoo import models


class ResPartner(models.Model):
    """A mail is looked up by its sender's address, among a million people."""

    _inherit = "res.partner"

    _connect_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
