"""SL of a line, as it stands: the share of what was answered that was answered within the line's threshold (REP-16). A
request is answered by the first word of a specialist, a call by whoever picks it up; it waits from its opening on."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.connect_lines.models.connect_line import STAFF
from odoo.tools import SQL

from ..engine import service_level


class ConnectLineService(models.Model):
    _inherit = "connect.line"

    service_level = fields.Integer(
        "SL today, %",
        compute="_compute_service_level",
        groups=STAFF,
        help="Of the requests answered today, those answered within the service level threshold. 100 while there is "
        "none.",
    )

    def _compute_service_level(self):
        counts = self._answered_since(self._midnight(), self._origin.ids)
        for line in self:
            line.service_level = service_level(*counts.get(line._origin.id, (0, 0)))

    def action_open_answered(self):
        """Button: what the day's service level is made of."""
        self.ensure_one()
        answered = [("first_reply_at", ">=", self._midnight()), ("origin", "!=", "agent")]
        action = self.action_open_requests()
        return {**action, "domain": [*action["domain"], *answered], "context": {}}

    @api.model
    def _midnight(self):
        """When the day of whoever asks began, as naive UTC."""
        zone = ZoneInfo(self.env.user.tz or "UTC")
        return datetime.combine(datetime.now(zone).date(), time(), zone).astimezone(UTC).replace(tzinfo=None)

    @api.model
    def _answered_since(self, since, line_ids=None):
        """``{line_id: (answered in time, answered)}`` since a naive UTC time, of these lines or of all. What
        specialists began themselves does not count: nobody waited for it.

        The day's answers are found by an index of theirs, and the request of each by its key: the planner would rather
        read all requests that there ever were, hence OFFSET 0.
        """
        lines = SQL("TRUE") if line_ids is None else SQL("d.line_id = ANY(%s)", list(line_ids))
        rows = self.env.execute_query(
            SQL(
                """SELECT d.line_id,
                          count(*) FILTER (WHERE d.at <= r.opened_at + make_interval(secs => l.sl_threshold)),
                          count(*)
                     FROM connect_line l JOIN connect_decision d ON d.line_id = l.id
                    CROSS JOIN LATERAL (SELECT opened_at FROM connect_request
                                         WHERE id = d.request_id AND origin <> 'agent' OFFSET 0) r
                    WHERE d.code = 'first_reply' AND d.at >= %s AND %s
                    GROUP BY d.line_id""",
                since,
                lines,
            )
        )
        return {line_id: (in_time, answered) for line_id, in_time, answered in rows}
