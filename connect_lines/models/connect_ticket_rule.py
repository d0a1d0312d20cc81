from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_ticket_fields import PRIORITIES

TRIGGERS = [
    ("manual", "By hand, by form or by mail: what is filled in"),
    ("request", "Each new request"),
    ("first", "First message of a person"),
    ("missed", "Missed request"),
    ("call", "Each call"),
]


class ConnectTicketRule(models.Model):
    """When tickets arise by themselves on a line, and with what (LIN-49). Addons above fire it."""

    _name = "connect.ticket.rule"
    _description = "Rule that creates service tickets"
    _inherit = ["connect.fixed.mixin"]
    _order = "line_id, sequence, id"
    _rec_name = "summary"

    line_id = fields.Many2one("connect.line", "Line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", "Company", related="line_id.company_id", store=True, index=True, precompute=True
    )
    trigger = fields.Selection(TRIGGERS, "When", required=True, default="request")
    type_id = fields.Many2one("connect.ticket.type", "Type", required=True, ondelete="restrict")
    topic_id = fields.Many2one("connect.topic", "Topic", required=True, ondelete="restrict")
    priority = fields.Selection(PRIORITIES, "Priority", required=True, default="normal")
    user_id = fields.Many2one(
        "res.users",
        "Assign to",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Empty: the specialist who works on the request.",
    )
    summary = fields.Char(
        "Title", required=True, default=lambda self: self.env._("Request to the line"), help="Of the tickets."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.constrains("topic_id", "line_id")
    def _check_topic(self):
        for rule in self:
            if not rule.topic_id._fits(rule.line_id):
                raise ValidationError(self.env._("The topic «%s» is not one of this line.", rule.topic_id.name))

    @api.constrains("user_id", "line_id")
    def _check_user(self):
        for rule in self.sudo():  # sudo: the rule concerns a user that the caller may not see
            self.env["connect.ticket"]._check_assignee(rule.user_id, rule.line_id, rule.line_id.company_id)

    def write(self, vals):
        self._connect_check_fixed(vals, ("line_id",))
        return super().write(vals)

    @api.model
    def _check_line_of(self, records):
        """The line of each record belongs to its company."""
        for record in records.sudo():  # sudo: a foreign line named by its id must be refused, not hidden
            if record.line_id and record.line_id.company_id != record.company_id:
                raise ValidationError(self.env._("The line belongs to another company. Choose one of your own."))

    @api.model
    def _manual(self, line):
        """The rule that fills in tickets made by hand, by form or by mail on a line, in superuser mode."""
        # sudo: defaults of the line, whoever fills in the form
        return self.sudo().search([("line_id", "=", line.id), ("trigger", "=", "manual")], limit=1)
