from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import CODES, fold
from .append_only import forbid_changes

CODE_NAMES = [
    ("opened", "Opened"),
    ("queued", "Queued: nobody free"),
    ("assigned", "Assigned by the router"),
    ("started", "Started by a specialist"),
    ("taken_over", "Taken over by another specialist"),
    ("unbound", "Returned to the queue: the specialist had left"),
    ("first_reply", "First reply"),
    ("finished", "Finished"),
    ("rated", "Rated"),
]
assert {code for code, _name in CODE_NAMES} == set(CODES)

# The columns of connect_request that the ledger accounts for, all of them: the checker compares each.
LEDGER_FIELDS = (
    "line_id", "partner_id", "company_id", "kind", "origin", "state", "user_id", "is_missed", "missed_reason",
    "opened_at", "queued_at", "assigned_at", "first_reply_at", "closed_at", "close_reason", "close_note", "rating",
    "rating_comment", "ask_rating",
)  # fmt: skip


class ConnectDecision(models.Model):
    """The ledger: every transition of every request, append-only, with what the router saw and why it chose.

    ``changes`` holds the new values of the request's columns, so folding a request's decisions in the order of
    ``seq`` gives its row again; ``_verify`` proves that daily.
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

    def init(self):
        forbid_changes(self.env.cr, self._table)

    @api.model
    def _verify(self, since=None):
        """Prove the ledger against the rows. Returns a list of ``(request_id, what is wrong)``, empty when all is well.

        :param since: only requests that moved at or after this naive UTC time.
        """
        return [
            *self._differing_rows(since),
            *self._wrong_counters(),
            *self._damaged_histories(since),
        ]

    @api.model
    def _differing_rows(self, since=None):
        """Rows that are not what their ledger says: folded in SQL, so that a million of them stay cheap."""
        columns = SQL(", ").join(SQL("%s", field) for field in LEDGER_FIELDS)
        self.env.cr.execute(
            SQL(
                """
                WITH told AS (
                    SELECT request_id, jsonb_object_agg(key, value ORDER BY seq) AS row, max(seq) AS seq,
                           count(DISTINCT seq) AS numbers
                      FROM connect_decision, jsonb_each(changes)
                     WHERE %(since)s IS NULL OR request_id IN (
                           SELECT request_id FROM connect_decision WHERE at >= %(since)s)
                     GROUP BY request_id)
                SELECT r.id, format('row %%s, ledger %%s', to_jsonb(r), told.row)
                  FROM connect_request r LEFT JOIN told ON told.request_id = r.id
                 WHERE CASE WHEN told.request_id IS NULL THEN %(since)s IS NULL ELSE r.seq <> told.seq
                    OR (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r))
                         WHERE key IN (%(columns)s) AND value <> 'null')
                       IS DISTINCT FROM
                       (SELECT jsonb_object_agg(key, value) FROM jsonb_each(told.row)
                         WHERE key IN (%(columns)s) AND value <> 'null') END
                """,
                since=SQL("%s::timestamp", since),
                columns=columns,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _wrong_counters(self):
        """Specialists whose counters are not the number of requests they work on: reported under request id 0."""
        return [
            (0, f"the load of user {user_id} is not his work") for user_id in self.env["connect.agent"]._miscounted()
        ]

    @api.model
    def _damaged_histories(self, since=None):
        """Requests whose decisions are not a path of the life cycle: folded by the engine itself."""
        self.env.cr.execute(
            SQL(
                """SELECT request_id, seq, code, changes FROM connect_decision
                    WHERE %(since)s IS NULL OR request_id IN (
                          SELECT request_id FROM connect_decision WHERE at >= %(since)s)
                    ORDER BY request_id, seq""",
                since=SQL("%s::timestamp", since),
            )
        )
        history, wrong = {}, []
        for request_id, seq, code, changes in self.env.cr.fetchall():
            history.setdefault(request_id, []).append({"seq": seq, "code": code, "changes": changes})
        for request_id, decisions in history.items():
            try:
                fold(decisions)
            except ValueError as error:
                wrong.append((request_id, str(error)))
        return wrong
