from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    connect_failures_address = fields.Char(
        "Failures go to",
        config_parameter="connect_diagnostics.address",
        help="E-mail of the developers. Empty: failures are listed in the menu «Failures of screens» only.",
    )
