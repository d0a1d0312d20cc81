from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    connect_idle_minutes = fields.Integer(
        "Away after, min",
        default=10,
        required=True,
        help="Minutes without keyboard and mouse after which a specialist counts as away; 0 = never. A specialist may "
        "set another time for himself.",
    )

    _connect_idle_not_negative = models.Constraint(
        "CHECK(connect_idle_minutes >= 0)", "The time without activity cannot be negative. 0 means never."
    )

    def _connect_own_fields(self):
        return super()._connect_own_fields() | {"connect_idle_minutes"}
