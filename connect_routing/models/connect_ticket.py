from odoo import api, fields, models


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    request_id = fields.Many2one(
        "connect.request", "Request", readonly=True, ondelete="set null", index="btree_not_null", copy=False
    )

    @api.model
    def _system_fields(self):
        return super()._system_fields() | {"request_id"}
