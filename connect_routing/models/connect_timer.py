"""Timers that are exact to seconds, which Odoo's cron is not (a trigger for five seconds later ran after a minute).

A process that sets a timer has a clock (``clock.py``) from then on, which looks every two seconds for what is due as
long as there are timers at all; the minute cron does the same, and starts the clock of its own process. Whoever comes
first locks the request, others pass it by, so nothing is done twice; a process that dies gives it back. What is done,
is done in one transaction with the deletion of the timer.

A timer is only a reminder. What it reminds of is decided on the locked request: one that moved on meanwhile has
nothing to be done, so whoever moves a request need not think of its timers.
"""

import logging

from odoo import api, fields, models
from odoo.tools import SQL

from .connect_request import NOW

_logger = logging.getLogger(__name__)

RETRY = 60  # s after a failure


class ConnectTimer(models.Model):
    _name = "connect.timer"
    _description = "Timer of a Request"
    _log_access = False
    _order = "due_at, id"

    request_id = fields.Many2one("connect.request", required=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("offer", "Consent to a transfer"),
            ("reply", "First reply"),
            ("silence", "Silence of the person"),
            ("skill", "Demands less skill"),
        ],
        required=True,
        help="What happens: `_on_timer_…(since)` of the request.",
    )
    since = fields.Datetime(required=True, help="From when on the time counts.")
    due_at = fields.Datetime(required=True)

    _one = models.UniqueIndex("(request_id, kind)")
    _due = models.Index("(due_at)")

    @api.model
    def _set(self, request_id, kind, seconds, since=None):
        """Remind of this request in so many seconds from now, instead of when it was said before.

        :param since: naive UTC time of what the time counts from, if that is not now
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_timer (request_id, kind, since, due_at)
                   VALUES (%s, %s, coalesce(%s, %s), %s + make_interval(secs => %s))
                   ON CONFLICT (request_id, kind) DO UPDATE SET since = excluded.since, due_at = excluded.due_at""",
                request_id,
                kind,
                SQL("%s::timestamp", since),
                NOW,
                NOW,
                seconds,
            )
        )
        self.env.cr.postcommit.add(self.env["connect.dispatcher"]._start_clock)

    @api.model
    def _look(self):
        """Do what is due. True when there are timers left that will be."""
        self._run_due()
        self.env.cr.execute(
            """SELECT EXISTS (SELECT FROM connect_timer)
                   OR EXISTS (SELECT FROM connect_agent WHERE call_status_until IS NOT NULL)"""
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _run_due(self):
        """Do everything that is due, each in a short transaction of its own. Returns how many there were. What ends for
        specialists stands in their own rows (``connect_agent_automatic.py``)."""
        self.env["connect.agent"]._end_forced()
        done = 0
        while True:
            taken = {}
            try:
                with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
                    taken = dispatcher.env["connect.timer"]._take()
                    if not taken:
                        return done
                    request = dispatcher.env["connect.request"].browse(taken["request_id"])
                    getattr(request, f"_on_timer_{taken['kind']}")(taken["since"])
            except Exception:
                if not taken or self.env["connect.dispatcher"]._in_test():
                    raise
                _logger.exception("The timer %(kind)s of request %(request_id)s failed, again in a minute", taken)
                self._postpone(taken["id"])
            done += 1

    @api.model
    def _take(self):
        """Take the timer that has been due for longest, as a dict; None when there is none.

        First the request is locked, as everybody does who moves it, then its timer. A request that is locked is being
        moved at this moment: its timer waits for the next look.
        """
        self.env.cr.execute(
            SQL(
                """SELECT t.id FROM connect_timer t JOIN connect_request r ON r.id = t.request_id
                    WHERE t.due_at <= %s ORDER BY t.due_at LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED""",
                NOW,
            )
        )
        if not self.env.cr.rowcount:
            return None
        self.env.cr.execute(
            SQL(
                "DELETE FROM connect_timer WHERE id = %s AND due_at <= %s RETURNING id, request_id, kind, since",
                self.env.cr.fetchone()[0],
                NOW,
            )
        )
        return self.env.cr.dictfetchone() or self._take()  # it was put off before the lock was ours: the next one

    @api.model
    def _postpone(self, timer_id):
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            dispatcher.env.cr.execute(
                SQL(
                    "UPDATE connect_timer SET due_at = %s + make_interval(secs => %s) WHERE id = %s",
                    NOW,
                    RETRY,
                    timer_id,
                )
            )
