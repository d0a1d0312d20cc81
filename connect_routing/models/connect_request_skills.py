"""What a request demands beside its line's skills, and what that means for its place in the queue.

A place is a promise: so many come before you. Where all demand alike, nobody younger can come first, skills or not, so
the place and the time that go by the order of waiting hold. Where the line demands the person's language they do not: a
younger one whose language somebody free speaks is served first, and the pace at which people come out of the queue is
that of all languages together. A place among those of one language would not hold either, since older ones of other
languages insist on less with time and then take the same specialist. So while the request still insists on something
no place is told, but the reason. As soon as it takes anybody, everybody older has been served or takes anybody, too:
from then on the order of waiting is the truth, and the place is told.
"""

from odoo import api, fields, models

from ..engine import Stage

OUT_OF_QUEUE = frozenset({"started", "pulled", "transferred", "moved", "finished"})  # by people


class ConnectRequestSkills(models.Model):
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

    def _queue_position(self):
        """As ever; 0 also while younger requests may be served before this one."""
        return 0 if self._may_be_passed() else super()._queue_position()

    def _may_be_passed(self):
        """Whether somebody younger may be served first, because he demands something else."""
        request = self.sudo()  # inner settings of the line, which the person who asks for his place does not read
        if request.state != "queued" or not request.line_id._demands_language():
            return False
        demand = self.env["connect.dispatcher"]._pool_of(request).demand
        return bool(demand.levels) and demand.stage is not Stage.PREFERRED

    def _on_transition(self, decision):
        super()._on_transition(decision)
        if decision["code"] in OUT_OF_QUEUE and self.line_id.use_skills:
            # it may have been the one whose timer the others of its kind relied on
            self.env["connect.dispatcher"]._after_commit(("line", decision["line_id"]))

    def _on_timer_skill(self, _since):
        """Somebody who was not fit enough is now: the line is looked at, also when this request has gone."""
        self.env["connect.dispatcher"]._after_commit(("line", self.line_id.id))
