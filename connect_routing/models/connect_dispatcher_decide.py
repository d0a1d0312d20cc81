"""One decision, in one short transaction at READ COMMITTED:

1. ``connect_line``'s row is locked, waiting if need be. One line is decided by one transaction at a time, so nobody
   overtakes on it. After a wait each further statement sees what the one before us committed; at Odoo's REPEATABLE
   READ it would decide on what it saw before it waited.
2. The oldest request and the specialists are read, and the policy in ``engine/`` ranks those who are free. Calls are
   for whoever takes calls in his status, the others for whoever takes chats: a younger one of the other kind comes
   first only while nobody is free for the oldest.
3. One statement does the rest. It locks the request, unless it moved meanwhile. It locks the first specialist of the
   ranking who is not locked, and tests his status, heartbeat and load again on the row that it holds. It counts the
   request for him (``CHECK (load <= capacity)`` is the last guard), binds the request and writes the ledger.
"""

import time
from itertools import islice
from random import Random

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from psycopg2.extras import Json

from ..engine import NO_SKILLS, NOTHING, Cohort, Context, classify, rank
from . import decide_functions
from .connect_status import HEARTBEAT_TIMEOUT

TOLD_AT_ONCE = 20  # requests told in one transaction that nobody is free
CLAIM_AT_ONCE = 8  # specialists asked in one statement
MAX_FAILURES = 5  # deadlocks in one drain before the cron takes over


class ConnectDispatcherDecide(models.AbstractModel):
    _inherit = "connect.dispatcher"

    _rng = Random()  # seeded by the system's entropy; tests put one here whose draws they know

    def init(self):
        decide_functions.install(self.env)

    @api.model
    def _drain(self, line_id, until):
        """Decide this line's requests, one a transaction, until none is left that can be, or this moment of the
        monotonic clock has come: then others have their turn. Afterwards tell one batch of those who wait that nobody
        is free. True when there is more to be done.

        What is left undone is in the tables, as before: a process that dies now leaves it to the minute cron.
        """
        failures = 0
        while True:
            try:
                request_ids, more = self._step(line_id)
                self._commit()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:  # a deadlock with a specialist's own action: one side gives way
                failures += 1
                if failures == MAX_FAILURES:
                    raise
                self.env.cr.rollback()
            else:
                if not more:
                    return len(request_ids) == TOLD_AT_ONCE
                if time.monotonic() >= until:
                    return True

    @api.model
    def _step(self, line_id):
        """One short transaction's work: ``([moved request ids], whether there is more to decide)``."""
        line = self._lock_line(line_id)
        if not line:
            return [], False
        if line["contacts"]:
            return self.env["connect.request"]._review_contacts(line_id), True
        if not line["request_id"]:
            return [], False
        pool_of, pool = self._skilled_turn(line) if line["use_skills"] else self._turn(line)
        if not pool:
            return self._tell_waiting(line, pool_of), False
        if not self._assign(line, pool):
            return [], True  # the request moved, or all left or filled up this instant: look again
        return [line["request_id"]], line["more"]

    @api.model
    def _turn(self, line):
        """Whose turn it is: notes the request in ``line`` and returns the function that gives the pool of a request by
        its row, and the pool of this one; None when nobody can be served."""
        pools = self._pools(line)
        if not pools[line["company_id"], line["is_call"]]:
            line.update(self._oldest_served(line, pools))

        def pool_of(row):
            return pools.get((row["company_id"], row["is_call"]), pools[line["company_id"], row["is_call"]])

        return pool_of, line["request_id"] and pool_of({**line, "company_id": line["serving_id"]})

    @api.model
    def _lock_line(self, line_id):
        """Lock the line; then, seeing what was committed until the lock was ours, its settings, its oldest request and
        its specialists."""
        self.env.cr.execute("SELECT * FROM connect_look(%s, %s)", [line_id, HEARTBEAT_TIMEOUT])
        return self.env.cr.dictfetchone()

    @api.model
    def _pools(self, line):
        """The pools by serving company and kind, calls or the others: the owner's, which is everybody else's too, and
        one for each company whose first-line specialists stand on the line beside the owner's (LIN-24)."""
        owner_id = line["company_id"]
        cohorts = self._cohorts(line["cohorts"])
        companies = {owner_id, *(cohort.company_id for cohort in cohorts)}
        return {
            (each, is_call): classify(cohorts, owner_id, each, line["capacity"], is_call=is_call)
            for each in companies
            for is_call in (False, True)
        }

    @api.model
    def _cohorts(self, rows):
        """The specialists as ``connect_cohorts`` and ``connect_skilled_cohorts`` give them."""
        return [
            Cohort(*row[:7], row[7] or (), dict(row[8]) if row[8] else NO_SKILLS, accepts_calls=row[9])
            for row in rows or ()
        ]

    @api.model
    def _oldest_served(self, line, pools):
        """The owner has nobody free for the oldest. A first-line specialist is free for his own company's people only,
        one who takes chats alone for no call: for those whom somebody may have others are passed by."""
        nobody = {"request_id": None, "more": False}
        if not any(pools.values()):
            return nobody
        served = [
            SQL("(kind = 'call') = %s AND %s", is_call, self._served_companies(line["company_id"], is_call, pools))
            for is_call in (False, True)
        ]
        self.env.cr.execute(
            SQL(
                """SELECT id AS request_id, company_id AS serving_id, partner_id, kind = 'call' AS is_call, TRUE AS more
                     FROM connect_request WHERE line_id = %s AND state = 'queued' AND (%s)
                    ORDER BY queued_at, id LIMIT 1""",
                line["id"],
                SQL(" OR ").join(served),
            )
        )
        return self.env.cr.dictfetchone() or nobody

    @api.model
    def _served_companies(self, owner_id, is_call, pools):
        """The condition for requests of this kind whose company somebody free serves."""
        if pools[owner_id, is_call]:
            return SQL("TRUE")
        companies = [company_id for (company_id, of_calls), pool in pools.items() if pool and of_calls == is_call]
        return SQL("company_id = ANY(%s)", companies)

    @api.model
    def _assign(self, line, pool):
        """Give the line's chosen request to the first of the ranked pool who can be had. False when nobody could.

        Whoever is locked is being claimed by another line or changes his status this instant: he is skipped at
        first, and waited for only when nobody else could be had.
        """
        context = self._context_of(line)
        for wait in (False, True):
            for band in rank(line["delivery_rule"], pool, context, self._rng):
                while user_ids := list(islice(band.user_ids, CLAIM_AT_ONCE)):
                    seen = pool.summary(band.fit, first=context.managers)
                    if self._claim(line, user_ids, wait, band.reason, seen):
                        self._expect_reply(line)
                        return True
        return False

    @api.model
    def _expect_reply(self, line):
        """Remind of the request when the line wants it answered within a time, see ``connect_request_reply.py``."""
        if line["reply_timeout"]:
            self.env["connect.timer"]._set(line["request_id"], "reply", line["reply_timeout"])

    @api.model
    def _context_of(self, line):
        """What the line's rule wants to know beside the pool."""
        return self._rule_context(line)._replace(silent=self._silent(line))

    @api.model
    def _silent(self, line):
        """The specialists who had this very request and did not answer in time."""
        return self._who_was_silent(line["request_id"]) if line["reply_timeout"] else ()

    @api.model
    def _who_was_silent(self, request_id):
        self.env.cr.execute(
            """SELECT DISTINCT lost.user_id FROM connect_decision back
                 JOIN connect_decision lost ON lost.request_id = back.request_id AND lost.seq = back.seq - 1
                WHERE back.request_id = %s AND back.code = 'returned'""",
            [request_id],
        )
        return tuple(user_id for (user_id,) in self.env.cr.fetchall())

    @api.model
    def _has_others(self, request):
        """Somebody is free who did not have this request yet. A look without a lock: what it tells may be over."""
        pool = self._pool_of(request)
        had = {request.user_id.id, *self._who_was_silent(request.id)}
        return any(not had.issuperset(cohort.user_ids) for cohort in pool.cohorts())

    @api.model
    def _pool_of(self, request):
        """The pool as the request sees it now. A look without a lock, too."""
        line = request.line_id
        kind = SQL("connect_skilled_cohorts" if line.use_skills else "connect_cohorts")
        self.env.cr.execute(SQL("SELECT %s(%s, %s, FALSE)", kind, line.id, HEARTBEAT_TIMEOUT))
        cohorts = self._cohorts(self.env.cr.fetchone()[0])
        demand = self._demand_of(request) if line.use_skills else NOTHING
        is_call = request.kind == "call"
        return classify(cohorts, line.company_id.id, request.company_id.id, line.capacity or 0, demand, is_call)

    @api.model
    def _rule_context(self, line):
        """On a project people come back to who had them, whatever its rule; on other lines never (ROU-22, ROU-37)."""
        context = Context(managers=self._managers(line, line["partner_id"]))
        if line["kind"] == "project":
            context = context._replace(previous_user_id=self._last_specialist(line))
        return context

    @api.model
    def _managers(self, line, partner_id):
        """The client's own specialists, where the line asks for them (ROU-28)."""
        if line["delivery_rule"] != "manager":
            return ()
        return self.env["res.partner"].browse(partner_id)._connect_own_specialists()

    @api.model
    def _last_specialist(self, line):
        """Who had the person's last finished request on the line: his user id, 0 for nobody."""
        self.env.cr.execute(
            """SELECT user_id FROM connect_request
                WHERE line_id = %s AND partner_id = %s AND state = 'closed' ORDER BY id DESC LIMIT 1""",
            [line["id"], line["partner_id"]],
        )
        row = self.env.cr.fetchone()
        return (row and row[0]) or 0

    @api.model
    def _claim(self, line, user_ids, wait, reason, seen):
        """Bind the request to the first of ``user_ids`` who still can take it; the decision, or None. The ledger keeps
        the pool, and when we looked at it: what came while we waited for a specialist was not passed by."""
        return self.env["connect.request"]._recorded(
            SQL(
                "SELECT * FROM connect_claim(%s, %s, %s::int[], %s, %s, %s, %s, %s, %s::jsonb)",
                line["id"],
                line["request_id"],
                user_ids,
                line["capacity"],
                HEARTBEAT_TIMEOUT,
                wait,
                line["delivery_rule"],
                reason,
                Json(seen | {"at": line["looked_at"]}),
            )
        )

    @api.model
    def _tell_waiting(self, line, pool_of):
        """The pool is empty for them: mark those who do not know yet, since they came into the queue. The feed follows,
        and of each case, the first time, the mails: a call that its specialist did not take is another case."""
        self.env.cr.execute(
            """SELECT id, company_id, partner_id, language, kind = 'call' AS is_call,
                      extract(epoch FROM queued_at)::float AS queued_at,
                      is_missed AND EXISTS (
                          SELECT FROM connect_decision d WHERE d.request_id = r.id
                             AND (d.code = 'queued' AND d.changes ->> 'is_missed' IS NOT NULL
                                  OR d.code = 'call_missed' AND d.user_id IS NULL)) AS is_mailed
                 FROM connect_request r
                WHERE line_id = %s AND state = 'queued' AND is_told IS NOT TRUE
                ORDER BY queued_at, id LIMIT %s FOR NO KEY UPDATE OF r""",
            [line["id"], TOLD_AT_ONCE],
        )
        told = []
        for row in self.env.cr.dictfetchall():
            is_first = {} if row["is_mailed"] else {"is_missed": True, "missed_reason": "no_agent"}
            self.env["connect.request"].browse(row["id"])._move(
                "queued",
                {"is_told": True, **is_first},
                rule=line["delivery_rule"],
                reason="no_agent",
                pool=pool_of(row).summary(first=self._managers(line, row["partner_id"])),
            )
            told.append(row["id"])
        return told
