"""A department (VOI-38): a short number from 901 on that rings the telephones of all its members at once."""

from odoo import api, fields, models

from .connect_call_way import BUSY, INNER_SECONDS, NO_ANSWER, NO_ROUTE, end


class ConnectDepartment(models.Model):
    _name = "connect.department"
    _inherit = ["connect.number.mixin", "connect.fixed.mixin"]
    _description = "Department"
    _order = "number, id"
    _check_company_auto = True
    _first_number = 901

    name = fields.Char(required=True)
    number = fields.Char(required=True)
    member_ids = fields.Many2many(
        "connect.extension",
        string="Members",
        domain="[('company_id', '=', company_id), ('user_id', '!=', False)]",
        check_company=True,
        help="Their telephones all ring at once; the first that answers has the call.",
    )
    seconds = fields.Integer("Rings, s", default=INNER_SECONDS, required=True)

    _seconds_positive = models.Constraint(
        "CHECK(seconds BETWEEN 1 AND 600)", "A department rings for 1 to 600 seconds."
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for department in self:
            department.display_name = " · ".join(filter(None, [department.number, department.name]))

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    def _way(self, caller):
        """All members at once, but whoever calls himself and whoever talks already (VOI-03)."""
        self.ensure_one()
        phones = self.member_ids.filtered(lambda phone: phone.active and phone.number != caller)
        targets = self._targets_of(phones, self.seconds)
        if not targets:
            return end(BUSY, "declined") if phones else end(NO_ROUTE, "unreachable")
        return [{"kind": "Ring", "targets": targets, "music": ""}, *end(NO_ANSWER)]

    def _targets_of(self, phones, seconds):
        busy = self.env["connect.call"]._busy_among(phones.user_id)
        return [target for phone in phones if phone.user_id not in busy for target in phone._targets(seconds)]

    def _call_values(self):
        return {"department_id": self.id}
