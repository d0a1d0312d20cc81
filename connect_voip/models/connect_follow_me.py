"""«Follow Me» (VOI-40, VOI-41): an employee's number that rings one telephone after the other, or several."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..bridge.follow import spans
from .connect_call_way import NO_ANSWER, NO_ROUTE, end

SHORT = re.compile(r"[0-9]{2,6}")
OUTSIDE = re.compile(r"\+?[0-9]{7,15}")


class ConnectFollowMe(models.Model):
    _name = "connect.follow.me"
    _inherit = ["connect.number.mixin", "connect.fixed.mixin"]
    _description = "Follow Me"
    _order = "number, id"
    _first_number = 401

    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('company_id', '=', company_id)]",
        help="His outgoing scheme leads to numbers outside.",
    )
    number = fields.Char(required=True)
    step_ids = fields.One2many("connect.follow.me.step", "follow_id", string="Steps", copy=True)
    seconds = fields.Integer("In total, s", compute="_compute_seconds")

    @api.depends("number", "user_id.name")
    def _compute_display_name(self):
        for follow in self:
            follow.display_name = " · ".join(filter(None, [follow.number, follow.user_id.name]))

    @api.depends("step_ids.seconds")
    def _compute_seconds(self):
        for follow in self:
            follow.seconds = sum(follow.step_ids.mapped("seconds"))

    @api.constrains("user_id", "company_id")
    def _check_employee(self):
        for follow in self:
            if follow.user_id.share or follow.user_id.company_id != follow.company_id:
                raise ValidationError(self.env._("«Follow Me» is for an employee of your own company."))

    def write(self, vals):
        self._connect_check_fixed(vals, ["user_id", "company_id"])
        return super().write(vals)

    def _way(self, caller):
        """Its steps as one stage of ringing: each telephone with its beginning and its time."""
        self.ensure_one()
        steps = [(step.seconds, step._telephones()) for step in self.step_ids]
        targets = []
        for (kind, what, user_id), after, seconds in spans(steps):
            if kind == "inner":
                targets.append({"endpoint": what, "user_id": user_id, "after": after, "seconds": seconds})
            elif target := self.env["connect.call"]._leg_outside(self.company_id, what, self.user_id):
                targets.append({**target, "after": after, "seconds": seconds})
        if not targets:
            return end(NO_ROUTE, "unreachable")
        return [{"kind": "Ring", "targets": targets, "music": ""}, *end(NO_ANSWER)]

    def _call_values(self):
        return {"user_id": self.user_id.id}


class ConnectFollowMeStep(models.Model):
    _name = "connect.follow.me.step"
    _description = "Step of Follow Me"
    _order = "follow_id, sequence, id"

    follow_id = fields.Many2one("connect.follow.me", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    seconds = fields.Integer("Seconds", default=10, required=True)
    numbers = fields.Char(
        required=True, help="Short numbers of colleagues and departments, and numbers outside: 180, 185, +375296666666."
    )

    _seconds_positive = models.Constraint("CHECK(seconds BETWEEN 1 AND 600)", "A step lasts 1 to 600 seconds.")

    @api.constrains("numbers", "follow_id")
    def _check_numbers(self):
        for step in self:
            if not step._list():
                raise ValidationError(self.env._("A step needs at least one number."))
            for number in step._list():
                if not SHORT.fullmatch(number) and not OUTSIDE.fullmatch(number):
                    raise ValidationError(
                        self.env._("«%s» is no number. Write them like this: 180, 185, +375296666666.", number)
                    )
                if SHORT.fullmatch(number) and not step._phones_of(number):
                    raise ValidationError(
                        self.env._("Nobody has the short number %s, or it is not one of a colleague.", number)
                    )

    def _list(self):
        return [each for each in re.split(r"[,;\s]+", self.numbers or "") if each]

    def _phones_of(self, number):
        """The telephones behind a short number: a colleague's or a department's. «Follow Me» leads to no other one."""
        found = self.env["connect.number"]._find(self.follow_id.company_id, number)
        if found is not None and found._name == "connect.department":
            return found.member_ids
        return found if found is not None and found._name == "connect.extension" else None

    def _telephones(self):
        """What rings in this step: ``("inner", endpoint, user id)`` and ``("outside", number, 0)``."""
        phones, outside = self.env["connect.extension"], []
        for number in self._list():
            if SHORT.fullmatch(number):
                phones |= self._phones_of(number) or phones
            else:
                outside.append(("outside", number, 0))
        targets = self.env["connect.department"]._targets_of(phones.filtered("active"), 0)
        return [("inner", each["endpoint"], each["user_id"]) for each in targets] + outside
