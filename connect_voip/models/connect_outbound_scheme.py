"""Outgoing scheme (VOI-47): over which operator's lines a call in a given direction leaves the company."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

PREFIX = re.compile(r"\+?[0-9]{1,15}")


class ConnectOutboundScheme(models.Model):
    _name = "connect.outbound.scheme"
    _inherit = ["connect.fixed.mixin"]
    _description = "Outgoing Scheme"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    is_default = fields.Boolean("For everybody", help="For all employees who have no scheme of their own.")
    rule_ids = fields.One2many("connect.outbound.rule", "scheme_id", string="Directions", copy=True)
    extension_ids = fields.One2many("connect.extension", "outbound_scheme_id", string="Employees with this scheme")

    _one_default = models.UniqueIndex(
        "(company_id) WHERE is_default AND active", "Your company has a scheme for everybody already."
    )

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    def _rules(self, digits):
        """The rules for a number outside, in their order."""
        return self.rule_ids.filtered(lambda rule: digits.startswith(rule._digits()))


class ConnectOutboundRule(models.Model):
    _name = "connect.outbound.rule"
    _inherit = ["connect.fixed.mixin"]
    _description = "Direction of an outgoing scheme"
    _order = "scheme_id, sequence, id"
    _check_company_auto = True

    scheme_id = fields.Many2one("connect.outbound.scheme", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    prefix = fields.Char(help="Numbers that begin like this, such as +37529. Empty: all others.")
    trunk_ids = fields.Many2many(
        "connect.trunk",
        string="Lines",
        required=True,
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The first of them that is free, in the order of the list of lines.",
    )

    @api.constrains("prefix")
    def _check_prefix(self):
        for rule in self:
            if rule.prefix and not PREFIX.fullmatch(rule.prefix):
                raise ValidationError(self.env._("«%s» is no beginning of a number, such as +37529.", rule.prefix))

    def _digits(self):
        return (self.prefix or "").lstrip("+")
