from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_skill import LEVELS


class ConnectSkillLevel(models.Model):
    """How well a specialist can do something, as the company that owns the skill sees it (ADM-03)."""

    _name = "connect.skill.level"
    _description = "Skill of a Specialist"
    _inherit = ["connect.fixed.mixin"]
    _order = "user_id, skill_id"
    _rec_name = "skill_id"

    user_id = fields.Many2one(
        "res.users", "Specialist", required=True, ondelete="cascade", domain=[("share", "=", False)]
    )
    skill_id = fields.Many2one("connect.skill", "Skill", required=True, index=True, ondelete="cascade")
    level = fields.Selection(LEVELS, "Level", required=True, default="2")
    company_id = fields.Many2one(
        "res.company", "Company", related="skill_id.company_id", store=True, index=True, precompute=True
    )

    _user_skill_unique = models.Constraint(
        "UNIQUE (user_id, skill_id)", "This specialist has the skill already. Change its level instead."
    )

    @api.depends("skill_id", "level")
    def _compute_display_name(self):
        names = dict(self._fields["level"]._description_selection(self.env))
        for each in self:
            each.display_name = f"{each.skill_id.name} · {names.get(each.level, '').lower()}"

    @api.constrains("user_id", "skill_id")
    def _check_user(self):
        """Its own people, and those whom first-line rights have brought to its lines."""
        for each in self.sudo():  # sudo: a foreign specialist named by his id must be refused, not hidden
            company, user = each.skill_id.company_id, each.user_id
            served = self.env["connect.line.member"].sudo()  # as above
            if user.company_id != company and not served.search_count(
                [("user_id", "=", user.id), ("owner_id", "=", company.id)], limit=1
            ):
                raise ValidationError(
                    self.env._("Skills are given to the company's own specialists and to those who serve its lines.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels._deliver_later(levels.user_id)
        return levels

    def write(self, vals):
        self._connect_check_fixed(vals, ("user_id", "skill_id"))
        result = super().write(vals)
        self._deliver_later(self.user_id)
        return result

    def unlink(self):
        users = self.user_id
        result = super().unlink()
        self._deliver_later(users)
        return result

    @api.model
    def _deliver_later(self, users):
        """They may fit somebody who waits; or nobody has the skill any more, which is not waited for."""
        for user in users:
            self.env["connect.dispatcher"]._after_commit(("agent", user.id))
