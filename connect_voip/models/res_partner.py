from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # whom a company knows by the number that calls (connect_call_in.py)
    _connect_by_number = models.Index("(phone_sanitized, company_id) WHERE phone_sanitized IS NOT NULL")
