from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import service_level
from .connect_request import NOW

TOKEN = "connect_routing.metrics_token"  # the system parameter; where it is missing nobody reads the figures
TOKEN_LENGTH = 32  # characters at least

# counts of what waits: each walks an index or a table that holds nothing else
WAITING = """
    SELECT (SELECT count(*) FROM connect_request WHERE state = 'queued'),
           (SELECT coalesce(extract(epoch FROM %(now)s - min(queued_at)), 0)::float FROM connect_request
             WHERE state = 'queued'),
           (SELECT count(*) FROM connect_contact WHERE NOT handled),
           (SELECT count(*) FROM connect_unsettled),
           (SELECT coalesce(extract(epoch FROM %(now)s - min(d.at)), 0)::float
              FROM (SELECT decision_id FROM connect_unsettled ORDER BY id LIMIT 1) oldest
              JOIN connect_decision d ON d.id = oldest.decision_id),
           (SELECT count(*) FROM connect_timer WHERE due_at <= %(now)s),
           (SELECT coalesce(greatest(extract(epoch FROM %(now)s - min(due_at)), 0), 0)::float FROM connect_timer)
"""


class ConnectMetrics(models.AbstractModel):
    """Figures of the installation for its monitoring. An addon above adds its own by extending ``_gauges``."""

    _name = "connect.metrics"
    _description = "Figures for Monitoring"

    @api.model
    def _gauges(self):
        """``{name: (what it says, value)}``, names and units after Prometheus's conventions; of the whole installation,
        with nobody's name in it."""
        names = {
            "connect_requests_waiting": "Requests that wait for a specialist",
            "connect_requests_waiting_oldest_seconds": "How long the first of them has waited",
            "connect_contacts_waiting": "Messages to open requests that the router has not looked at",
            "connect_unsettled": "Transitions that people were not told yet",
            "connect_unsettled_oldest_seconds": "How long ago the first of them was made",
            "connect_timers_due": "Timers that are due and not carried out",
            "connect_timers_due_oldest_seconds": "How long the first of them has been due",
        }
        self.env.cr.execute(SQL(WAITING, now=NOW))
        waiting = zip(names.items(), self.env.cr.fetchone(), strict=True)
        gauges = {name: (text, value) for (name, text), value in waiting}
        return gauges | self._service_gauges() | self._proof_gauges()

    @api.model
    def _service_gauges(self):
        """How promptly people were answered of late."""
        since = fields.Datetime.now() - timedelta(hours=1)
        counts = self.env["connect.line"]._answered_since(since).values()
        in_time, answered = (sum(column) for column in zip((0, 0), *counts, strict=True))
        return {
            "connect_answered_last_hour": ("Requests that were first answered in the last hour", answered),
            "connect_service_level_percent": (
                "Of them, the share answered within the threshold of their line; 100 without any",
                service_level(in_time, answered),
            ),
        }

    @api.model
    def _proof_gauges(self):
        """The last proof of delivery; nothing before the first one, so that an alarm on its absence can ring."""
        texts = {
            "findings": ("connect_proof_findings", "What the last proof of delivery has found; 0 when all is well"),
            "age": ("connect_proof_age_seconds", "How long ago it began"),
            "duration": ("connect_proof_duration_seconds", "How long it took"),
            "requests": ("connect_proof_requests", "Requests that it compared"),
            "decisions": ("connect_proof_decisions", "Decisions that it compared"),
        }
        proof = self.env["connect.proof"]._metric()
        return {texts[key][0]: (texts[key][1], value) for key, value in proof.items()}
