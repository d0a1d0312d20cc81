from odoo import api, fields, models

PROCESSES = [("service", "Service"), ("wish", "Wish")]


class ConnectTicketType(models.Model):
    """What kind of problem a ticket is about; it decides which form is filled in and through which stages it goes."""

    _name = "connect.ticket.type"
    _description = "Type of service tickets"
    _inherit = ["connect.fixed.mixin"]
    _order = "sequence, id"

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True, help="What integrations call the type.")
    description = fields.Char("Description", translate=True, help="People read it where they choose the type.")
    process = fields.Selection(PROCESSES, "Stages", required=True, default="service")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE (code)", "There is a type with this code already.")

    def write(self, vals):
        self._connect_check_fixed(vals, ("code", "process"))
        return super().write(vals)

    @api.model
    def _all(self):
        """Every type in use: a handful, for the form and for those who ask which there are."""
        return self.search([], limit=100)
