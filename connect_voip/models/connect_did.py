"""A number of the company at an operator, and the scheme of calls to it."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_trunk import NUMBER


class ConnectDid(models.Model):
    _name = "connect.did"
    _inherit = ["connect.fixed.mixin"]
    _description = "Outside Number"
    _order = "number, id"
    _rec_name = "number"
    _check_company_auto = True

    number = fields.Char(required=True, help="As clients dial it: +375173333333.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    trunk_id = fields.Many2one(
        "connect.trunk",
        string="All calls over the line",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="Also calls over this line that name none of your numbers, as GSM gateways send them.",
    )
    scheme_id = fields.Many2one(
        "connect.inbound.scheme", string="Incoming scheme", required=True, check_company=True, index=True
    )

    _once = models.UniqueIndex("(company_id, number)", "Your company has this number already.")
    _one_of_line = models.UniqueIndex(
        "(trunk_id) WHERE trunk_id IS NOT NULL", "Another number takes all calls over this line already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._normalize(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        vals = dict(vals)
        self._normalize(vals)
        return super().write(vals)

    def _normalize(self, vals):
        if isinstance(vals.get("number"), str):
            vals["number"] = "".join(each for each in vals["number"] if each not in " ()-.\u00a0")

    @api.constrains("number")
    def _check_number(self):
        for did in self:
            if not did.number.startswith("+") or not NUMBER.fullmatch(did.number):
                raise ValidationError(self.env._("Write a number like this: +375296666666."))
