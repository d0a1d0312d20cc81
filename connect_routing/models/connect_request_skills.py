from odoo import api, fields, models

OUT_OF_QUEUE = frozenset({"started", "pulled", "transferred", "moved", "finished"})  # by people


class ConnectRequestSkills(models.Model):
    """What a request demands beside its line's skills, and when it insists on less."""

    _inherit = "connect.request"

    language = fields.Char(
        readonly=True, help="Code of the person's language, where the line demands that the specialist speaks it."
    )

    # of lines that demand the language alone: others pay nothing for it
    _by_language = models.Index("(line_id, language, queued_at, id) WHERE state = 'queued' AND language IS NOT NULL")

    @api.model
    def _demanded(self, line, recipient):
        """The columns of a new request that say what it demands."""
        line = line.sudo()  # its inner settings, which recipients do not read
        return {"language": line._language_of(recipient)} if line._demands_language() else {}

    def _on_transition(self, decision):
        super()._on_transition(decision)
        if decision["code"] in OUT_OF_QUEUE and self.line_id.use_skills:
            # it may have been the one whose timer the others of its kind relied on
            self.env["connect.dispatcher"]._after_commit(("line", decision["line_id"]))

    def _on_timer_skill(self, _since):
        """Somebody who was not fit enough is now: the line is looked at, also when this request has gone."""
        self.env["connect.dispatcher"]._after_commit(("line", self.line_id.id))
