"""A conference room: everybody who dials its number talks with all others there; it has 25 seats."""

from odoo import api, fields, models


class ConnectRoom(models.Model):
    _name = "connect.room"
    _inherit = ["connect.number.mixin", "connect.fixed.mixin"]
    _description = "Conference Room"
    _order = "number, id"
    _first_number = 801

    name = fields.Char(required=True)
    number = fields.Char(required=True)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for room in self:
            room.display_name = " · ".join(filter(None, [room.number, room.name]))

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    def _way(self, caller):
        self.ensure_one()
        return [{"kind": "Conference", "room": str(self.id)}]

    def _call_values(self):
        return {}
