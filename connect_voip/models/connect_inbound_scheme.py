"""Incoming scheme (VOI-45): what a caller from outside meets, step by step, until somebody answers."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_call_way import NO_ANSWER, end


class ConnectInboundScheme(models.Model):
    _name = "connect.inbound.scheme"
    _inherit = ["connect.fixed.mixin"]
    _description = "Incoming Scheme"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    step_ids = fields.One2many("connect.inbound.step", "scheme_id", string="Steps", copy=True)
    did_ids = fields.One2many("connect.did", "scheme_id", string="Numbers")
    calendar_id = fields.Many2one(
        "resource.calendar", "Working hours", check_company=True, help="Empty: the scheme holds round the clock."
    )
    closed_scheme_id = fields.Many2one(
        "connect.inbound.scheme",
        string="Outside them",
        check_company=True,
        ondelete="restrict",
        help="The scheme outside the working hours, such as a greeting and the answering machine.",
    )

    @api.constrains("calendar_id", "closed_scheme_id")
    def _check_closed(self):
        for scheme in self:
            if scheme.calendar_id and (not scheme.closed_scheme_id or scheme.closed_scheme_id == scheme):
                raise ValidationError(self.env._("Choose another scheme for the time outside the working hours."))

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    def _is_open(self):
        now = fields.Datetime.now()
        hours = self.calendar_id
        return not hours or bool(hours.get_work_hours_count(now, now + timedelta(minutes=1), compute_leaves=True))

    def _stages(self):
        """The steps as stages; outside the working hours those of the other scheme, whose own hours don't count."""
        scheme = self if self._is_open() else self.closed_scheme_id
        steps = self.env["connect.inbound.step"].search_fetch(
            [("scheme_id", "=", scheme.id)],
            ["kind", "company_id", "prompt_id", "target", "waiting", "line_id"],
            order="sequence, id",
        )
        return [stage for step in steps for stage in step._stages()] + end(NO_ANSWER)
