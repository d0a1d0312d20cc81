from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    connect_recording_days = fields.Integer("Keep recordings, days", default=365, help="0 keeps them for ever.")

    _connect_recording_days = models.Constraint(
        "CHECK(coalesce(connect_recording_days, 0) >= 0)", "Recordings are kept for a number of days; 0 is for ever."
    )

    def _connect_own_fields(self):
        return super()._connect_own_fields() | {"connect_recording_days"}
