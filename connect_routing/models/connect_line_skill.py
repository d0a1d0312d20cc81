from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_skill import LEVELS


class ConnectLineSkill(models.Model):
    """A skill that every request of a line demands."""

    _name = "connect.line.skill"
    _description = "Skill that a Line Demands"
    _inherit = ["connect.fixed.mixin"]
    _order = "line_id, id"
    _rec_name = "skill_id"

    line_id = fields.Many2one("connect.line", "Line", required=True, ondelete="cascade")
    skill_id = fields.Many2one("connect.skill", "Skill", required=True, index=True, ondelete="cascade")
    level = fields.Selection(LEVELS, "At least", required=True, default="2")
    company_id = fields.Many2one(
        "res.company", "Company", related="line_id.company_id", store=True, index=True, precompute=True
    )

    _line_skill_unique = models.Constraint(
        "UNIQUE (line_id, skill_id)", "The line demands this skill already. Change its level instead."
    )

    @api.constrains("line_id", "skill_id")
    def _check_company(self):
        for each in self.sudo():  # sudo: a foreign skill named by its id must be refused, not hidden
            if each.skill_id.company_id != each.line_id.company_id:
                raise ValidationError(self.env._("A line demands skills of the catalogue of its own company only."))

    @api.model_create_multi
    def create(self, vals_list):
        demands = super().create(vals_list)
        demands.line_id._dispatch_later()
        return demands

    def write(self, vals):
        self._connect_check_fixed(vals, ("line_id", "skill_id"))
        result = super().write(vals)
        self.line_id._dispatch_later()
        return result

    def unlink(self):
        lines = self.line_id
        result = super().unlink()
        lines.exists()._dispatch_later()
        return result
