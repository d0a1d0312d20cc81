"""Short numbers of a company: telephones, departments and whatever else can be dialled have one each, and no two the
same. One table, so that a dialled number is found by one reading and two administrators cannot give it twice."""

import itertools
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

FORMAT = re.compile(r"[0-9]{2,6}")


class ConnectNumber(models.Model):
    _name = "connect.number"
    _description = "Short Number"
    _order = "company_id, number"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    number = fields.Char(required=True)
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True, model_field="res_model")

    _given_once = models.UniqueIndex(
        "(company_id, number)", "This number is taken already in your company. Choose another one."
    )
    _of_record = models.UniqueIndex("(res_model, res_id)")

    @api.model
    def _find(self, company, number):
        """The record behind a dialled number; empty when there is none."""
        # sudo: connect.number - the caller dials within his own company
        found = self.sudo().search([("company_id", "=", company.id), ("number", "=", number)], limit=1)
        return self.env[found.res_model].sudo().browse(found.res_id).exists() if found else None


class ConnectNumberMixin(models.AbstractModel):
    _name = "connect.number.mixin"
    _description = "Connect: has a short number"

    _first_number = 0  # the first that is proposed; 0: none is

    number = fields.Char(
        help="What colleagues dial: two to six digits.",
        default=lambda self: self._next_number(self.env.company),
        copy=False,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    active = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(self._with_numbers(vals_list) if self._first_number else vals_list)
        made._keep_number()
        return made

    @api.model
    def _with_numbers(self, vals_list):
        """The same values, each with a number that is free in its own company, and that none of the others has."""
        own = self.default_get(["company_id"]).get("company_id")
        given, filled = {}, []
        for vals in vals_list:
            given.setdefault(vals.get("company_id", own), set()).add(vals.get("number"))
        for vals in vals_list:
            company_id = vals.get("company_id", own)
            if "number" not in vals:
                number = self._next_number(self.env["res.company"].browse(company_id), given[company_id])
                given[company_id].add(number)
                vals = {**vals, "number": number}
            filled.append(vals)
        return filled

    def write(self, vals):
        result = super().write(vals)
        if {"number", "company_id", "active"} & vals.keys():
            self._keep_number()
        return result

    def unlink(self):
        self._numbers().unlink()
        return super().unlink()

    @api.model
    def _next_number(self, company, given=()):
        """The lowest number that is proposed for this kind, and that neither the company nor ``given`` has."""
        if not self._first_number:
            return False
        # sudo: connect.number - which numbers of one's own company are taken; of another's nothing is created
        known = self.env["connect.number"].sudo().search([("company_id", "=", company.id)])
        taken = {*known.mapped("number"), *given}
        return next(str(number) for number in itertools.count(self._first_number) if str(number) not in taken)

    def _numbers(self):
        # sudo: connect.number - the numbers of records that the caller may write
        return self.env["connect.number"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])

    def _keep_number(self):
        """An archived record gives its number back."""
        self._numbers().unlink()
        self.env.flush_all()
        for record in self:
            number = record.number
            if number and not FORMAT.fullmatch(number):
                raise ValidationError(self.env._("A short number has two to six digits, such as 101."))
        self.env["connect.number"].sudo().create(  # as above
            [
                {
                    "company_id": record.company_id.id,
                    "number": record.number,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in self
                if record.number and record.active
            ]
        )
