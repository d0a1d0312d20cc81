"""What a line demands of a specialist beside being free: skills, and the language of the person. Off by default."""

from odoo import api, fields, models
from odoo.addons.connect_lines.models.connect_line import STAFF

from .connect_skill import LEVELS

SETTINGS = frozenset({"use_skills", "language_level", "skill_lower_after", "skill_prefer_after"})


class ConnectLineSkills(models.Model):
    _inherit = "connect.line"

    use_skills = fields.Boolean(
        "By skills and languages", groups=STAFF, help="Requests go first to specialists who have what the line demands."
    )
    skill_ids = fields.One2many("connect.line.skill", "line_id", "Demanded skills", groups=STAFF, copy=True)
    language_level = fields.Selection(
        LEVELS,
        "The person's language",
        groups=STAFF,
        help="How well the specialist is to speak the language of the person's card. Empty: it does not matter. A "
        "language for which the company has no skill is not demanded.",
    )
    skill_lower_after = fields.Integer(
        "Any level is enough after, s", default=30, groups=STAFF, help="Of waiting; 0 means at once."
    )
    skill_prefer_after = fields.Integer(
        "Only preferred after, s",
        default=120,
        groups=STAFF,
        help="Then anybody free gets the request, those with the skill first. 0 means at once.",
    )

    _skill_times = models.Constraint(
        "CHECK (skill_lower_after >= 0 AND skill_prefer_after >= skill_lower_after AND skill_prefer_after <= 3600)",
        "A skill is insisted on for an hour at most, and any level is enough before the skill is only preferred.",
    )

    def write(self, vals):
        speaks = {line.id: line._demands_language() for line in self}
        result = super().write(vals)
        if SETTINGS & vals.keys():
            self.filtered(lambda line: line._demands_language() and not speaks[line.id])._note_languages()
            self._dispatch_later()
        return result

    def _demands_language(self):
        return bool(self.use_skills and self.language_level)

    @api.model
    def _language_of(self, recipient):
        """The code of the person's language as the rules use it, never empty."""
        return recipient.lang or "-"

    def _note_languages(self):
        """From now on the line demands the language: note it for those who wait already. A request that was opened in
        this very moment without it demands none; as the oldest of the line its turn comes like everybody's."""
        self.flush_recordset()
        self.env.cr.execute(
            """UPDATE connect_request r SET language = coalesce(p.lang, '-') FROM res_partner p
                WHERE p.id = r.partner_id AND r.line_id = ANY(%s) AND r.state = 'queued'""",
            [self.ids],
        )

    @api.depends(
        "use_skills",
        "skill_ids.skill_id.name",
        "skill_ids.skill_id.active",
        "skill_ids.level",
        "language_level",
        "skill_lower_after",
        "skill_prefer_after",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        super()._compute_summary()
        levels = {code: name.lower() for code, name in self._fields["language_level"]._description_selection(self.env)}
        for line in self.filtered("use_skills"):
            counted = line.skill_ids.filtered(lambda each: each.level and each.skill_id.active)
            demands = [f"{each.skill_id.name} ({levels[each.level]})" for each in counted]
            if line.language_level:
                demands.append(self.env._("the person's language (%s)", levels[line.language_level]))
            if demands:
                line.summary = self.env._(
                    "%(text)s The specialist needs: %(demands)s. After %(lower)s s of waiting any level is enough, "
                    "after %(prefer)s s the skill is only preferred; a skill that nobody on the line has is not waited "
                    "for.",
                    text=line.summary,
                    demands=", ".join(demands),
                    lower=line.skill_lower_after,
                    prefer=line.skill_prefer_after,
                )
