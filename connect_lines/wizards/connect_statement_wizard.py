from odoo import fields, models
from odoo.exceptions import UserError


class ConnectStatementWizard(models.TransientModel):
    """Count the statements of a month for the distributor's service companies."""

    _name = "connect.statement.wizard"
    _description = "Count statements"

    month = fields.Date(
        "Month",
        required=True,
        default=lambda self: fields.Date.subtract(fields.Date.context_today(self).replace(day=1), days=1),
        help="Any day of the month.",
    )
    company_ids = fields.Many2many(
        "res.company", string="Service companies", domain=[("connect_distributor_id", "!=", False)],
        help="Empty: all that you look after.",
    )  # fmt: skip

    def action_make(self):
        """Count and show them."""
        self.ensure_one()
        companies = self.company_ids or self.env["res.company"].search([("connect_distributor_id", "!=", False)])
        if not companies:
            raise UserError(self.env._("No service company is connected to a distributor yet."))
        statements = self.env["connect.statement"]._make(companies, self.month)
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_statement")
        return {**action, "domain": [("id", "in", statements.ids)], "target": "main"}
