"""The proof over the ledger: what is compared. ``connect.proof`` says when, and keeps what came out.

Requests are compared in parts, so that nobody has to hold a transaction open while a million of them are read. Inside
a part each comparison is one statement, which sees one instant: a request that moves meanwhile is no finding.
"""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..engine import fold
from .connect_decision import LEDGER_FIELDS

PART = 20_000  # requests compared in one transaction: about 3 s on two shared cores


class Finding(NamedTuple):
    """``kind``: missing (a row without history), differs (row and ledger), history (no possible life), counter."""

    kind: str
    request_id: int
    user_id: int
    what: str  # the columns that differ, or the engine's words


class ConnectDecisionVerify(models.Model):
    _inherit = "connect.decision"

    @api.model
    def _verify(self, since=None):
        """Prove the ledger against the rows, at once. Returns a list of ``(request_id, what is wrong)``, empty when all
        is well.

        :param since: only requests that moved at or after this naive UTC time.
        """
        found = [finding for part in self._parts(since) for finding in self._findings(part)]
        return [(each.request_id, f"{each.kind}: {each.what}") for each in [*found, *self._wrong_counters()]]

    @api.model
    def _parts(self, since=None):
        """The ids of the requests to compare, all or those that moved since, in lists of at most ``PART``."""
        every = "SELECT id FROM connect_request WHERE id > %s ORDER BY id LIMIT %s"
        moved = """SELECT DISTINCT request_id FROM connect_decision
                    WHERE request_id > %s AND at >= %s ORDER BY request_id LIMIT %s"""
        last = 0
        while True:
            self.env.cr.execute(*((moved, [last, since, PART]) if since else (every, [last, PART])))
            part = [request_id for (request_id,) in self.env.cr.fetchall()]
            if not part:
                return
            yield part
            last = part[-1]

    @api.model
    def _findings(self, request_ids):
        return [*self._differing_rows(request_ids), *self._damaged_histories(request_ids)]

    @api.model
    def _differing_rows(self, request_ids):
        """Rows that are not what their ledger says: folded in SQL, so that a million of them stay cheap."""
        self.env.cr.execute(
            SQL(
                """
                WITH told AS (
                    SELECT request_id, jsonb_object_agg(key, value ORDER BY seq) AS row, max(seq) AS seq
                      FROM connect_decision, jsonb_each(changes)
                     WHERE request_id = ANY(%(ids)s) GROUP BY request_id)
                SELECT id, seq, told_seq, own, ledger FROM (
                    SELECT r.id, r.seq, told.seq AS told_seq,
                           (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r))
                             WHERE key IN (%(columns)s) AND value <> 'null') AS own,
                           (SELECT jsonb_object_agg(key, value) FROM jsonb_each(told.row)
                             WHERE key IN (%(columns)s) AND value <> 'null') AS ledger
                      FROM connect_request r LEFT JOIN told ON told.request_id = r.id
                     WHERE r.id = ANY(%(ids)s)) compared
                 WHERE own IS DISTINCT FROM ledger OR seq IS DISTINCT FROM told_seq ORDER BY id
                """,
                ids=request_ids,
                columns=SQL(", ").join(SQL("%s", field) for field in LEDGER_FIELDS),
            )
        )
        for request_id, seq, told_seq, own, ledger in self.env.cr.fetchall():
            if told_seq is None:
                yield Finding("missing", request_id, 0, "the row has no history")
                continue
            names = [name for name in LEDGER_FIELDS if (own or {}).get(name) != (ledger or {}).get(name)]
            yield Finding("differs", request_id, 0, ", ".join(names + ["seq"] * (seq != told_seq)))

    @api.model
    def _damaged_histories(self, request_ids):
        """Requests whose decisions are not a path of the life cycle: folded by the engine itself."""
        self.env.cr.execute(
            """SELECT request_id, seq, code, changes FROM connect_decision
                WHERE request_id = ANY(%s) ORDER BY request_id, seq""",
            [request_ids],
        )
        history = {}
        for request_id, seq, code, changes in self.env.cr.fetchall():
            history.setdefault(request_id, []).append({"seq": seq, "code": code, "changes": changes})
        for request_id, decisions in history.items():
            try:
                fold(decisions)
            except ValueError as error:
                yield Finding("history", request_id, 0, str(error))

    @api.model
    def _wrong_counters(self):
        """Specialists whose counters are not the number of requests they work on. While the router works, somebody may
        be between a commit and his recount."""
        return [
            Finding("counter", 0, user_id, f"the load of user {user_id} is not his work")
            for user_id in self.env["connect.agent"]._miscounted()
        ]
