"""The dispatcher: takes the oldest waiting request of a line and gives it to a specialist (ROU-12, ROU-16..21).

Accept first, decide after. The transaction that stores a message writes the request and ends; deciding happens after
its commit, in short transactions of their own, see ``connect_dispatcher_decide.py``.

What is promised: after each commit that opens a request or frees a specialist, some dispatcher run that sees that
commit follows. The run starts right after the commit, in a lane of ``after_commit.py``; when the process dies in
between, the minute cron does it. (A cron trigger written in the transaction would not be better: its NOTIFY too is
sent only after the commit.) A run that fails wakes the cron at once.

What is not promised: an order between lines. A specialist of two lines goes to whichever asks first. A line with a
backlog is decided for a moment at a time, in turns with the others, with logins and freed seats.
"""

import logging
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, models, modules
from odoo.tools import SQL, config
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from . import clock
from .after_commit import Lane, lane, on_model
from .connect_request import DISPATCHING

_logger = logging.getLogger(__name__)

SETTLED_AT_ONCE = 6  # transitions told in one transaction
TURN = 0.2  # s that the lines of one round decide, each for its part; then come those who came meanwhile
TELLING = 0.3  # of the time, at most: meanwhile more gather, and are told together, which is cheaper
NEWS = 1.0  # s between two wake-ups of all specialists of a line because of its queue


class ConnectDispatcher(models.AbstractModel):
    _name = "connect.dispatcher"
    _description = "Dispatcher"

    # --- transactions ---

    @contextmanager
    def _short_transaction(self):
        """``self`` in a transaction of its own at READ COMMITTED, as the system. Under Odoo's tests, in theirs."""
        if self._in_test():
            yield self.sudo()  # the tests' one transaction; the system decides, not the user who wrote
            return
        with self.env.registry.cursor() as cr:
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            yield self.with_env(api.Environment(cr, SUPERUSER_ID, {}))

    @api.model
    def _after_commit(self, key):
        """Have something done after this commit: ``("line", id)`` or ``("agent", user_id)``: deliver what waits there;
        ``("load", user_id)``: count his work anew, then the same; ``("login", user_id)``: he begins a session, then the
        same; ``("gone", user_id)``: he is locked out, set him offline; ``"settle"``: tell people what moved;
        ``("queue", line_id)``: tell the line's specialists that somebody begins or ends to wait."""
        if self.env.context.get("connect_dispatching") is DISPATCHING:
            return  # the dispatcher's own transaction: its run tells people at its end
        todo = self.env.cr.postcommit.data.setdefault("connect.dispatcher", {})
        if not todo:
            self.env.cr.postcommit.add(self._run_after_commit)
        todo[key] = True

    def _run_after_commit(self):
        keys = list(self.env.cr.postcommit.data.pop("connect.dispatcher", ()))
        news = [key for key in keys if key[0] == "queue"]
        keys = [key for key in keys if key not in news]
        if self._in_test():
            self._wake_queues(news)
            self._finish_now(keys)
            return
        deciding, telling, waking = self._lanes(self.env.cr.dbname)
        deciding.submit([key for key in keys if key != "settle"])
        telling.submit(["settle"] if keys else [])
        waking.submit(news)

    def _lanes(self, database):
        """One that decides; one that tells people what moved, which lets decisions go first; and one that wakes all
        specialists of a line, which gathers news for a second."""
        decide, settle, wake, news = (
            on_model(database, self._name, each) for each in ("_decide", "_settle", "_wake_cron", "_wake_queues")
        )

        def decide_then_tell(keys):
            again = decide(keys)
            telling.submit(["settle"])
            return again

        def tell(_keys):
            return ["settle"] if settle() else []

        deciding = lane(f"{database} decide", lambda: Lane(decide_then_tell, failed=wake))
        telling = lane(f"{database} tell", lambda: Lane(tell, failed=wake, share=TELLING, behind=deciding))
        waking = lane(f"{database} news", lambda: Lane(news, failed=wake, pause=NEWS))
        return deciding, telling, waking

    @api.model
    def _finish_now(self, keys):
        """Decide until nothing is left, and tell everybody."""
        while keys := self._decide(keys):
            pass
        while self._settle():
            pass

    @staticmethod
    def _in_test():
        """Odoo's tests never commit: what follows a commit happens in their one transaction, when they call for it."""
        return bool(modules.module.current_test or config["test_enable"])

    @api.model
    def _start_clock(self):
        """Let this process look after timers, as long as there are any."""
        if not self._in_test():
            clock.start(self.env.cr.dbname, on_model(self.env.cr.dbname, "connect.timer", "_look"))

    @api.model
    def _wake_cron(self):
        with self._short_transaction() as dispatcher:
            dispatcher.env.ref("connect_routing.ir_cron_dispatch")._trigger()

    @api.model
    def _decide(self, keys):
        """Carry out what ``_after_commit`` collected, but for telling people. Returns what is to be done again.

        Freed seats are counted before any line is asked, so that in a burst a line is not told that all are busy while
        the news that somebody finished waits behind it.
        """
        kinds = ("line", "agent", "load", "login", "gone")
        values = {kind: [key[1] for key in keys if key[0] == kind] for kind in kinds}
        with self._short_transaction() as dispatcher:
            dispatcher = dispatcher.with_context(connect_dispatching=DISPATCHING)
            if values["login"]:
                dispatcher.env["connect.agent"]._on_login(values["login"])
                dispatcher._commit()
            if values["gone"]:
                dispatcher.env["connect.agent"]._put_offline(values["gone"])
                dispatcher._commit()
            if values["load"]:
                dispatcher.env["connect.agent"]._recount(values["load"])
                dispatcher._commit()
            user_ids = values["agent"] + values["load"] + values["login"]
            line_ids = values["line"] + (dispatcher._waiting_lines(user_ids) if user_ids else [])
            return dispatcher._drain_each(list(dict.fromkeys(line_ids)))

    @api.model
    def _drain_each(self, line_ids):
        """Each of these lines once, so that no backlog keeps the others waiting; the keys of those that have more."""
        share = TURN / max(len(line_ids), 1)
        return [("line", line_id) for line_id in line_ids if self._drain(line_id, time.monotonic() + share)]

    @api.model
    def _settle(self, limit=SETTLED_AT_ONCE):
        """Tell people what moved, one batch of the outbox; True when there may be more. A row that fails is left for
        a minute and stops no other request's."""
        try:
            with self._short_transaction() as dispatcher:
                decisions = dispatcher.env["connect.unsettled"]._take(limit)
                if not decisions:
                    return False
                requests = dispatcher.env["connect.request"].browse([each["request_id"] for each in decisions])
                missed = [d["request_id"] for d in decisions if d["code"] == "queued" and "is_missed" in d["changes"]]
                requests.browse(missed)._notify_missed()  # once a case, also when nobody is free a second time
                requests._on_settled(decisions)
        except Exception:
            if self._in_test():
                raise
            _logger.exception("Telling people about %s requests failed", limit)
            if limit > 1:
                return all(self._settle(1) for _row in range(limit))
            with self._short_transaction() as dispatcher:
                dispatcher.env["connect.unsettled"]._postpone(1)
            return True
        return True

    @api.model
    def _wake_queues(self, keys):
        """One wake-up a line, however much has happened in its queue; screens read it when they have leisure."""
        if keys:
            with self._short_transaction() as dispatcher:
                for _kind, line_id in keys:
                    channel = dispatcher.env["connect.line"].browse(line_id), "agents"
                    dispatcher.env["bus.bus"]._sendone(channel, "connect.line/queue", {"line_id": line_id})
        return []

    @api.model
    def _waiting_lines(self, user_ids=None):
        """Ids of the lines with work for a dispatcher, all or these users', the longest waiting request first."""
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id FROM connect_line l CROSS JOIN LATERAL (
                    SELECT least(
                        (SELECT queued_at FROM connect_request
                          WHERE line_id = l.id AND state = 'queued' ORDER BY queued_at, id LIMIT 1),
                        (SELECT at FROM connect_contact
                          WHERE line_id = l.id AND NOT handled ORDER BY id LIMIT 1)) AS at) waiting
                 WHERE waiting.at IS NOT NULL AND %s ORDER BY waiting.at
                """,
                SQL("l.id IN (SELECT line_id FROM connect_line_member WHERE user_id = ANY(%s))", user_ids)
                if user_ids
                else SQL("TRUE"),
            )
        )
        return [line_id for (line_id,) in self.env.cr.fetchall()]

    @api.model
    def _commit(self):
        if not self._in_test():
            self.env.cr.commit()  # pylint: disable=invalid-commit

    # --- the cron behind it ---

    @api.model
    def _cron_dispatch(self):
        """Every minute: what a crash left behind. Closes dead statuses, drains every line, sends forgotten mails. And
        the clock of this process is set going: from the first minute on there is always one."""
        self._start_clock()
        self.env["connect.timer"]._run_due()
        with self._short_transaction() as dispatcher:
            dispatcher.env["connect.agent"]._close_lost()
            dispatcher.env["connect.agent"]._check_forced()
        with self._short_transaction() as dispatcher:
            todo = [("load", user_id) for user_id in dispatcher.env["connect.agent"]._miscounted()]
            todo += [("line", line_id) for line_id in dispatcher._waiting_lines()]
        self._finish_now(todo)

    @api.model
    def _cron_verify(self):
        """Daily proof of delivery: what moved since the last clean one, see ``connect_proof.py``."""
        proofs = self.env["connect.proof"]
        return proofs._prove("daily", proofs._since()).finding_count
