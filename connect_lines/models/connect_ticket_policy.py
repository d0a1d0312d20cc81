from odoo import api, fields, models

from ..engine import Policy, choose
from .connect_ticket_fields import PRIORITIES


class ConnectTicketPolicy(models.Model):
    """How soon tickets are to be answered and solved, in hours of the company's working calendar."""

    _name = "connect.ticket.policy"
    _description = "Deadlines of service tickets"
    _inherit = ["connect.fixed.mixin"]
    _order = "company_id, sequence, id"

    name = fields.Char("Name", required=True)
    company_id = fields.Many2one(
        "res.company", "Company", required=True, index=True, ondelete="cascade", default=lambda self: self.env.company
    )
    line_id = fields.Many2one(
        "connect.line", "Line", ondelete="cascade", index="btree_not_null", domain="[('company_id', '=', company_id)]"
    )
    type_id = fields.Many2one("connect.ticket.type", "Type", ondelete="cascade")
    priority = fields.Selection(PRIORITIES, "Priority")
    reply_hours = fields.Float("First reply within, h", help="Working hours; 0: no deadline.")
    solve_hours = fields.Float("Solution within, h", help="Working hours; 0: no deadline.")
    # a share, so that one number fits half an hour for a reply and three days for a solution
    warn_percent = fields.Integer(
        "Warn at, % of the time",
        default=80,
        help="The specialist is told at this moment, the supervisor when the deadline is missed. 0: no warning.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _hours_not_negative = models.Constraint(
        "CHECK (reply_hours >= 0 AND solve_hours >= 0)", "A deadline cannot be negative. Enter 0 for none."
    )

    _warn_share = models.Constraint(
        "CHECK (warn_percent BETWEEN 0 AND 99)",
        "The warning comes before the deadline: enter a share from 1 to 99 %, or 0 for none.",
    )

    @api.constrains("company_id", "line_id")
    def _check_line(self):
        self.env["connect.ticket.rule"]._check_line_of(self)

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env["connect.ticket"]._clock_changed(policies.company_id)
        return policies

    def write(self, vals):
        self._connect_check_fixed(vals, ("company_id",))
        result = super().write(vals)
        self.env["connect.ticket"]._clock_changed(self.company_id)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self.env["connect.ticket"]._clock_changed(companies)
        return result

    @api.model
    def _chosen(self, company, tickets):
        """``{ticket: policy}`` for tickets of one company, in superuser mode; an empty policy where none fits."""
        policies = self.sudo().search([("company_id", "=", company.id)])  # sudo: facts, whoever moves a ticket
        plain = [Policy(each.id, each.line_id.id or 0, each.type_id.id or 0, each.priority or "") for each in policies]
        return {
            ticket: policies.browse(choose(plain, ticket.line_id.id, ticket.type_id.id, ticket.priority) or ())
            for ticket in tickets
        }
