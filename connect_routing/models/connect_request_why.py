"""«Почему этот специалист» as a page of the request's form: each step with its time, what the router saw and why it
chose so, and how long the person waited in between."""

from datetime import datetime

from odoo import api, fields, models

from ..engine import TAKING
from .connect_request_explain import CHOOSING

ICONS = {
    "opened": "fa-sign-in", "queued": "fa-hourglass-half", "changed": "fa-refresh", "assigned": "fa-random",
    "started": "fa-hand-o-right", "taken_over": "fa-hand-o-right", "pulled": "fa-bolt", "unbound": "fa-undo",
    "returned": "fa-undo",
    "transferred": "fa-share", "offered": "fa-question-circle-o", "accepted": "fa-check", "moved": "fa-exchange",
    "first_reply": "fa-comment-o", "finished": "fa-flag-checkered", "silenced": "fa-flag-checkered",
    "rated": "fa-star-o",
}  # fmt: skip
ROUTED = frozenset({"assigned", "queued"})


class ConnectRequestWhy(models.Model):
    _inherit = "connect.request"

    why_html = fields.Html(
        "Why this specialist",
        compute="_compute_why_html",
        sanitize=False,
        groups="connect_lines.group_agent,connect_lines.group_support_staff",
        help="Made from the ledger at each look.",
    )

    @api.depends("seq")
    @api.depends_context("lang", "tz", "uid")
    def _compute_why_html(self):
        for request in self:
            request.why_html = self.env["ir.qweb"]._render(
                "connect_routing.request_why", {"steps": request._why_steps() if request.id else []}
            )

    def _why_steps(self):
        """The steps of the request in their order, as the template shows them."""
        steps, waiting_since = [], None
        for decision in self._explained():
            if decision.changes.get("queued_at"):
                waiting_since = datetime.fromisoformat(decision.changes["queued_at"])
            steps.append(self._why_step(decision, waiting_since))
        return steps

    def _why_step(self, decision, waiting_since):
        is_routed = decision.code in ROUTED
        named = self._left_out(decision) if is_routed else []
        at = fields.Datetime.context_timestamp(self, decision.at)
        step = {
            "at": f"{at:%d.%m.%Y %H:%M:%S}",
            "icon": ICONS.get(decision.code, "fa-circle-o"),
            "title": self._timeline_text(decision),
            "actor": decision.actor_id.sudo().name or "",  # colleagues' names, as in `explain`
            "is_choice": decision.code in CHOOSING,
            "waited": "",
            "sentences": [],
            "tiers": self._tiers(decision) if is_routed else [],
            "out": named,
            "unnamed": self._left_out_count(decision) - len(named) if is_routed else 0,
        }
        if is_routed:
            step["sentences"] = [self._rule_sentence(decision), *self._demand_sentences(decision)]
            step["result"] = self._choice_sentence(decision)
        if decision.code in TAKING and waiting_since:
            step["waited"] = self._duration_text(decision.at - waiting_since)
        return step

    @api.model
    def _left_out_count(self, decision):
        """How many were left out, whether they are named to the reader or not."""
        return sum((decision.pool_seen or {"excluded": {}})["excluded"].values())

    @api.model
    def _duration_text(self, duration):
        minutes, seconds = divmod(max(int(duration.total_seconds()), 0), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}"
