"""The proof over the ledger: what is compared. ``connect.proof`` says when, and keeps what came out.

Requests are compared in parts, so that nobody has to hold a transaction open while a million of them are read. Inside
a part each comparison is one statement, which sees one instant: a request that moves meanwhile is no finding.
"""

import json
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..engine import fold
from .connect_decision import LEDGER_FIELDS

# the changes of a request's decisions one over the other, as the engine's ``fold`` does it
MERGE = "CREATE OR REPLACE AGGREGATE connect_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, parallel = safe)"
PART = 20_000  # requests compared in one transaction: about 3 s on two shared cores


class Finding(NamedTuple):
    """``kind``: missing (a row without history), differs (row and ledger), history (no possible life), counter."""

    kind: str
    request_id: int
    user_id: int
    what: str  # the columns that differ, or the engine's words


class ConnectDecisionVerify(models.Model):
    _inherit = "connect.decision"

    def init(self):
        super().init()
        self.env.cr.execute(MERGE)

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
                    SELECT request_id, connect_merge(changes ORDER BY seq) AS row, max(seq) AS seq
                      FROM connect_decision WHERE %(decisions)s GROUP BY request_id)
                SELECT id, seq, told_seq, own, ledger FROM (
                    SELECT r.id, r.seq, told.seq AS told_seq,
                           jsonb_strip_nulls(jsonb_build_object(%(row)s)) AS own,
                           jsonb_strip_nulls(jsonb_build_object(%(told)s)) AS ledger
                      FROM connect_request r LEFT JOIN told ON told.request_id = r.id
                     WHERE %(requests)s) compared
                 WHERE own IS DISTINCT FROM ledger OR seq IS DISTINCT FROM told_seq ORDER BY id
                """,
                decisions=self._among(SQL("request_id"), request_ids),
                requests=self._among(SQL("r.id"), request_ids),
                row=SQL(", ").join(SQL("%s::text, %s", name, SQL.identifier("r", name)) for name in LEDGER_FIELDS),
                told=SQL(", ").join(SQL("%s::text, told.row -> %s", name, name) for name in LEDGER_FIELDS),
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
        """Requests whose decisions are not a path of the life cycle: folded by the engine itself, each path once. A
        million requests go a few hundred ways."""
        self.env.cr.execute(
            SQL(
                """SELECT path, array_agg(request_id)
                     FROM (SELECT request_id,
                                  json_agg(json_build_array(seq, code, CASE WHEN changes ? 'state'
                                      THEN coalesce(changes ->> 'state', '') END) ORDER BY seq)::text AS path
                             FROM connect_decision WHERE %s GROUP BY request_id) life
                    GROUP BY path ORDER BY min(request_id)""",
                self._among(SQL("request_id"), request_ids),
            )
        )
        for path, requests in self.env.cr.fetchall():
            try:
                fold(
                    {"seq": seq, "code": code, "changes": {} if state is None else {"state": state}}
                    for seq, code, state in json.loads(path)
                )
            except ValueError as error:
                yield from (Finding("history", request_id, 0, str(error)) for request_id in requests)

    @api.model
    def _count_of(self, request_ids):
        """How many decisions these requests have."""
        among = self._among(SQL("request_id"), request_ids)
        self.env.cr.execute(SQL("SELECT count(*) FROM connect_decision WHERE %s", among))
        return self.env.cr.fetchone()[0]

    @api.model
    def _among(self, column, ids):
        """The condition for these ids, which are sorted. The range is told, too: for a list of thousands alone the
        planner reads all of a table of millions, once for each part."""
        return SQL(
            "%(column)s BETWEEN %(first)s AND %(last)s AND %(column)s = ANY(%(ids)s)",
            column=column,
            first=ids[0],
            last=ids[-1],
            ids=ids,
        )

    @api.model
    def _wrong_counters(self):
        """Specialists whose counters are not the number of requests they work on. While the router works, somebody may
        be between a commit and his recount."""
        return [
            Finding("counter", 0, user_id, f"the load of user {user_id} is not his work")
            for user_id in self.env["connect.agent"]._miscounted()
        ]
