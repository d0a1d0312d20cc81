"""Whose turn it is on a line that demands skills, by ``engine/turn.py``; other lines never come here.

Who cannot be served insists on less as time passes. The timer ``skill`` of the longest waiting of each kind has the
line looked at again when that happens; the others of his kind cannot come before him. Whatever takes him out of the
queue has the line looked at, too (``connect_request_skills.py``).
"""

from datetime import UTC, datetime

from odoo import api, models

from ..engine import Head, Line, Terms, pool_of, whose_turn


class ConnectDispatcherSkills(models.AbstractModel):
    _inherit = "connect.dispatcher"

    @api.model
    def _skilled_turn(self, line):
        """As ``_turn``: the longest waiting request that somebody free fits."""
        demands = self._demands(line["id"])
        rules = Line(line["company_id"], line["capacity"], self._terms(demands))
        cohorts = self._cohorts(line["cohorts"])
        partners = {row[0]: row[4] for row in demands["heads"] or ()}
        heads = [Head(*row[:3], row[3] or "", is_call=row[5]) for row in demands["heads"] or ()]
        turn = whose_turn(heads, cohorts, rules, line["looked_at"])
        if turn.head:
            line.update(request_id=turn.head.id, partner_id=partners[turn.head.id], more=True)
        else:
            for request_id, seconds in turn.ease_at.items():
                self.env["connect.timer"]._set(request_id, "skill", seconds)

        def pool_of_row(row):
            head = Head(row["id"], row["queued_at"], row["company_id"], row["language"] or "", row["is_call"])
            return pool_of(head, cohorts, rules, line["looked_at"])

        return pool_of_row, turn.pool

    @api.model
    def _demands(self, line_id):
        """What the line demands and who is at the head of its queues, as a dict of ``connect_demands``."""
        self.env.cr.execute("SELECT * FROM connect_demands(%s)", [line_id])
        return self.env.cr.dictfetchone()

    @api.model
    def _terms(self, demands):
        return Terms(
            dict(demands["levels"] or ()),
            dict(demands["languages"] or ()),
            demands["language_level"],
            demands["lower_after"],
            demands["prefer_after"],
        )

    @api.model
    def _demand_of(self, request):
        """What a request demands now."""
        since = (request.queued_at or request.opened_at).replace(tzinfo=UTC)
        waited = (datetime.now(UTC) - since).total_seconds()
        return self._terms(self._demands(request.line_id.id)).demand(request.language or "", waited)
