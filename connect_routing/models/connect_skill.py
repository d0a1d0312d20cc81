from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEVELS = [("1", "Basic"), ("2", "Confident"), ("3", "Expert")]


class ConnectSkill(models.Model):
    """What specialists of a company can do, languages too. Lines may demand it of whoever is to have their requests."""

    _name = "connect.skill"
    _description = "Skill"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    company_id = fields.Many2one(
        "res.company",
        "Company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Its lines demand the skill; its supervisors say who has it.",
    )
    lang_id = fields.Many2one(
        "res.lang",
        "Language",
        ondelete="restrict",
        help="The skill is that one speaks this language. A line can demand the language of the person who writes.",
    )
    color = fields.Integer("Colour")
    active = fields.Boolean(default=True)
    level_ids = fields.One2many("connect.skill.level", "skill_id", "Specialists")
    level_count = fields.Integer("Number of specialists", compute="_compute_level_count")

    _name_unique = models.UniqueIndex("(company_id, name)", "The company has a skill of this name already.")
    _lang_unique = models.UniqueIndex(
        "(company_id, lang_id) WHERE lang_id IS NOT NULL AND active",
        "The company has a skill for this language already.",
    )

    @api.depends("level_ids")
    def _compute_level_count(self):
        counts = dict(
            self.env["connect.skill.level"]._read_group([("skill_id", "in", self.ids)], ["skill_id"], ["__count"])
        )
        for skill in self:
            skill.level_count = counts.get(skill._origin, 0)

    def write(self, vals):
        if "company_id" in vals and any(skill.company_id.id != vals["company_id"] for skill in self):
            raise ValidationError(self.env._("A skill stays with its company. Create a new one for the other company."))
        result = super().write(vals)
        if {"lang_id", "active"} & vals.keys():
            self._on_demands_changed()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._on_demands_changed(companies)
        return result

    def _on_demands_changed(self, companies=None):
        """Who waits on the companies' lines may fit somebody else now."""
        companies = companies or self.company_id
        # sudo: connect.line - only that something may have to be delivered there
        lines = self.env["connect.line"].sudo().search([("company_id", "in", companies.ids), ("use_skills", "=", True)])
        lines._dispatch_later()
