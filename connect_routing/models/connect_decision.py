from odoo import fields, models

from ..engine import CODES
from .append_only import forbid_changes

CODE_NAMES = [
    ("opened", "Opened"),
    ("queued", "Queued: nobody free"),
    ("changed", "Turned to the line in another way"),
    ("assigned", "Assigned by the router"),
    ("started", "Started by a specialist"),
    ("taken_over", "Taken over by another specialist"),
    ("pulled", "Taken out of the queue by a specialist"),
    ("unbound", "Returned to the queue: the specialist had left"),
    ("returned", "Returned to the queue: no answer in time"),
    ("first_reply", "First reply"),
    ("call_missed", "Call not taken"),
    ("transferred", "Handed over"),
    ("offered", "Offered to a colleague"),
    ("accepted", "Taken over with consent"),
    ("declined", "Offer declined"),
    ("withdrawn", "Offer withdrawn"),
    ("expired", "Offer not answered in time"),
    ("moved", "Moved to another line"),
    ("warned", "Person warned of closing"),
    ("silenced", "Closed: the person is silent"),
    ("finished", "Finished"),
    ("rated", "Rated"),
]
assert {code for code, _name in CODE_NAMES} == set(CODES)

# The columns of connect_request that the ledger accounts for, all of them: the checker compares each.
LEDGER_FIELDS = (
    "line_id", "partner_id", "company_id", "kind", "origin", "state", "user_id", "is_missed", "missed_reason",
    "is_told", "opened_at", "queued_at", "assigned_at", "first_reply_at", "closed_at", "close_reason", "close_note",
    "rating", "rating_comment", "ask_rating", "offered_to_id", "offered_until", "moved_to_id",
    "previous_id",
)  # fmt: skip


class ConnectDecision(models.Model):
    """The ledger: every transition of every request, append-only, with what the router saw and why it chose.

    ``changes`` holds the new values of the request's columns, so folding a request's decisions in the order of
    ``seq`` gives its row again; ``connect.proof`` proves that daily, by ``connect_decision_verify.py``.
    """

    _name = "connect.decision"
    _description = "Routing Decision"
    _order = "id desc"
    _log_access = False

    request_id = fields.Many2one("connect.request", required=True, ondelete="restrict")
    seq = fields.Integer(required=True, help="1, 2, 3… within the request, without a gap.")
    line_id = fields.Many2one("connect.line", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    code = fields.Selection(CODE_NAMES, required=True)
    at = fields.Datetime(string="Time", required=True)
    user_id = fields.Many2one("res.users", string="Specialist", ondelete="restrict")
    actor_id = fields.Many2one("res.users", string="By", ondelete="restrict", help="Empty: the router.")
    rule = fields.Char()
    reason = fields.Char()
    pool_seen = fields.Json(help="Sizes by priority, and who was left out for which reason.")
    changes = fields.Json(required=True)

    _numbered = models.UniqueIndex("(request_id, seq)")
    _by_line = models.Index("(line_id, id)")
    _answers = models.Index("(line_id, at) WHERE code = 'first_reply'")
    # a day's decisions are neighbours in a table that only grows: this index costs writers next to nothing
    _by_time = models.Index("USING brin (at)")

    def init(self):
        forbid_changes(self.env.cr, self._table)
