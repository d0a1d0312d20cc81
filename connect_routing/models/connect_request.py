"""One request, one row: an episode of work of a recipient on a line. The binding, the work and the queue entry at once.

Rows are written by ``_open`` and ``_move`` alone, in SQL, each together with its row of the ledger; nobody has the
right to write them through the ORM. Public verbs are in ``connect_request_work.py``.
"""

import time

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extras import Json

from ..engine import CODES, TAKING, next_state, waiting_minutes

STATES = [("queued", "In the queue"), ("offered", "Offered"), ("active", "In work"), ("closed", "Closed")]
KINDS = [("message", "Message"), ("call", "Call"), ("remote", "Remote session"), ("work", "Started by a specialist")]
ORIGINS = [("portal", "Portal"), ("agent", "Specialist"), ("api", "Integration")]
MISSED_REASONS = [
    ("no_agent", "No free specialist"),
    ("not_answered", "Call not answered"),
    ("declined", "Call declined"),
    ("wait_limit", "Wait limit expired"),
]
CLOSE_REASONS = [("finished", "Work finished"), ("moved", "Moved to another line"), ("silence", "No answer")]
NO_OFFER = {"offered_to_id": None, "offered_until": None}
DISPATCHING = object()  # the value of the context key connect_dispatching; a caller from outside cannot have it
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")


class ConnectRequest(models.Model):
    _name = "connect.request"
    _description = "Request"
    _order = "id desc"
    _log_access = False
    _rec_name = "partner_id"

    line_id = fields.Many2one("connect.line", required=True, readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", string="Serving company", required=True, readonly=True, ondelete="restrict", index=True
    )
    # the line's, kept here: what a company sees is found by indexes of this table, and the planner knows how much it is
    owner_id = fields.Many2one(
        "res.company", string="Line's owner", related="line_id.company_id", store=True, index=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    origin = fields.Selection(ORIGINS, string="Source", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Specialist", readonly=True, ondelete="restrict")
    is_missed = fields.Boolean(string="Missed", readonly=True, help="Nobody was free, or a call was not taken.")
    missed_reason = fields.Selection(MISSED_REASONS, readonly=True)
    is_told = fields.Boolean(string="Told", readonly=True, help="The person knows that nobody is free this time.")
    opened_at = fields.Datetime(required=True, readonly=True)
    queued_at = fields.Datetime(readonly=True, help="Since when it waits: its place in the queue.")
    wait_seconds = fields.Integer(
        "In the queue, s", compute="_compute_wait_seconds", help="From its place in the queue to its first specialist."
    )
    assigned_at = fields.Datetime(readonly=True)
    offered_to_id = fields.Many2one(
        "res.users", string="Offered to", readonly=True, ondelete="restrict", help="A colleague who is to accept it."
    )
    offered_until = fields.Datetime(readonly=True)
    first_reply_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    close_reason = fields.Selection(CLOSE_REASONS, readonly=True)
    moved_to_id = fields.Many2one(
        "connect.line", string="Moved to", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    previous_id = fields.Many2one(
        "connect.request", string="Came from", readonly=True, ondelete="restrict", help="On the line it was moved from."
    )
    close_note = fields.Text(string="Note", readonly=True, groups="connect_lines.group_agent", help="For colleagues.")
    ask_rating = fields.Boolean(readonly=True)
    rating = fields.Integer(readonly=True, aggregator="avg", help="1 to 5, 0 while there is none.")
    rating_comment = fields.Text(readonly=True, groups="connect_lines.group_agent,base.group_portal")
    seq = fields.Integer(string="Version", required=True, readonly=True, help="Number of its last decision.")
    decision_ids = fields.One2many("connect.decision", "request_id", string="Ledger")
    client_id = fields.Many2one("res.partner", string="Client", related="partner_id.commercial_partner_id")

    _one_open = models.UniqueIndex("(line_id, partner_id) WHERE state <> 'closed'")
    _queue = models.Index("(line_id, queued_at, id) WHERE state = 'queued'")
    _untold = models.Index("(line_id, queued_at, id) WHERE state = 'queued' AND is_told IS NOT TRUE")
    _calls = models.Index("(line_id, queued_at, id) WHERE state = 'queued' AND kind = 'call'")
    _in_work = models.Index("(user_id) WHERE state IN ('offered', 'active')")
    _offers = models.Index("(offered_to_id) WHERE offered_to_id IS NOT NULL")
    _of_recipient = models.Index("(line_id, partner_id, id DESC)")
    _by_line = models.Index("(line_id, id DESC)")
    _owner = models.Constraint(
        "CHECK((state = 'queued' AND user_id IS NULL) OR (state IN ('offered', 'active') AND user_id IS NOT NULL)"
        " OR state = 'closed')"
    )
    _offer = models.Constraint("CHECK((state = 'offered') = (offered_to_id IS NOT NULL))")
    _rating_range = models.Constraint("CHECK(rating IS NULL OR rating BETWEEN 0 AND 5)")

    @api.depends("partner_id", "line_id")
    def _compute_display_name(self):
        for request in self:
            request.display_name = f"{request.partner_id.display_name} · {request.line_id.display_name}"

    @api.depends("state", "queued_at", "seq")
    def _compute_wait_seconds(self):
        """By the ledger: ``assigned_at`` is that of the last specialist, after a transfer of somebody else (ROU-41)."""
        self.env.cr.execute(
            SQL(
                """SELECT r.id, extract(epoch FROM coalesce(taken.at, r.closed_at, %s) - r.queued_at)::int
                     FROM connect_request r LEFT JOIN LATERAL (
                          SELECT d.at FROM connect_decision d
                           WHERE d.request_id = r.id AND d.code = ANY(%s) AND d.at >= r.queued_at
                           ORDER BY d.seq LIMIT 1) taken ON TRUE
                    WHERE r.id = ANY(%s) AND r.queued_at IS NOT NULL""",
                NOW,
                list(TAKING),
                self.ids,
            )
        )
        seconds = dict(self.env.cr.fetchall())
        for request in self:
            request.wait_seconds = seconds.get(request.id, 0)

    @api.model
    def _open_of(self, line, recipient):
        """The request of this person on this line that is not closed: there is at most one."""
        return self.search_fetch(
            [("line_id", "=", line.id), ("partner_id", "=", recipient.id), ("state", "!=", "closed")],
            ["seq", "state", "line_id", "partner_id", "user_id", "first_reply_at"],
            limit=1,
        )

    # --- the two doors through which rows are written ---

    @api.model
    def _open(self, line, recipient, code, values, actor_id=None):
        """Create the request of ``recipient`` on ``line`` with its first ledger row; empty when one is open already.

        Of parallel first contacts one wins the unique index (ROU-32). The others find the row; one whose snapshot is
        older than the winner's commit gets a serialization error, and Odoo calls it again.
        """
        state = next_state(code, None)
        company = line._serving_company(recipient)
        columns = {
            "line_id": line.id,
            "partner_id": recipient.id,
            "company_id": company.id,
            "owner_id": line.company_id.id,
            "state": state,
            "seq": 1,
            "is_missed": False,
            "opened_at": NOW,
            **self._demanded(line, recipient),
            **values,
        }
        written = SQL(
            """INSERT INTO connect_request (%s) VALUES (%s)
               ON CONFLICT (line_id, partner_id) WHERE state <> 'closed' DO NOTHING RETURNING *""",
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(SQL("%s", value) for value in columns.values()),
        )
        # the line tells its owner, and the person's card the language
        told = [name for name in columns if name not in ("seq", "owner_id", "language")]
        decision = self._record(code, written, told, actor_id=actor_id)
        return self.browse(decision["request_id"] if decision else ())

    def _move(self, code, values, *, rule=None, reason=None, pool=None, actor_id=None):
        """Carry out one transition of one request that this transaction has locked, and write it into the ledger."""
        self.ensure_one()
        if CODES[code].target:
            values = {"state": CODES[code].target, **values}
        if CODES[code].target == "queued":  # once more: he is told once more when nobody is free
            values["is_told"] = False
        sources = [source for source in CODES[code].sources if source]
        written = SQL(
            "UPDATE connect_request SET %s WHERE id = %s AND state = ANY(%s) RETURNING *",
            SQL(", ").join(
                [SQL("seq = seq + 1"), *(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())]
            ),
            self.id,
            sources,
        )
        decision = self._record(code, written, values, rule=rule, reason=reason, pool=pool, actor_id=actor_id)
        if not decision:
            raise ValueError(f"{code}: request {self.id} is not in {sources}")
        return decision

    @api.model
    def _record(self, code, written, columns, *, rule=None, reason=None, pool=None, actor_id=None):
        """Execute ``written``, which gives back the row it wrote, and append its decision, in one statement; None when
        it wrote none."""
        told = {
            "code": SQL("%s::text", code),
            "columns": SQL("%s", list(columns)),
            "actor": SQL("%s::int", actor_id),
            "rule": SQL("%s::text", rule),
            "reason": SQL("%s::text", reason),
            "pool": SQL("%s::jsonb", Json(pool) if pool else None),
        }
        return self._recorded(self._recording(written, **told))

    @api.model
    def _recording(self, written, *, code, columns, actor, rule, reason, pool, before=None):
        """The statement that writes a request and its ledger row. New values of ``columns`` are copied from the row
        by the database itself, so the ledger cannot tell anything else than what was written. ``before``: queries of
        the same statement (as in WITH) that ``written`` refers to."""
        return SQL(
            """
            WITH %(before)s r AS (%(written)s),
            decision AS (
                INSERT INTO connect_decision
                    (request_id, seq, line_id, company_id, code, at,
                     user_id, actor_id, rule, reason, pool_seen, changes)
                SELECT r.id, r.seq, r.line_id, r.company_id, %(code)s, %(now)s, r.user_id, %(actor)s, %(rule)s,
                       %(reason)s, %(pool)s,
                       coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r))
                                  WHERE key = ANY(%(columns)s)), '{}')
                  FROM r
                RETURNING *),
            untold AS (
                INSERT INTO connect_unsettled (request_id, decision_id) SELECT request_id, id FROM decision)
            SELECT * FROM decision
            """,
            before=SQL("%s,", before) if before else SQL(),
            written=written,
            now=NOW,
            code=code,
            columns=columns,
            actor=actor,
            rule=rule,
            reason=reason,
            pool=pool,
        )

    @api.model
    def _recorded(self, statement):
        """Execute what gives back a new row of the ledger; that row as a dict, or None. People are told afterwards."""
        self.env.cr.execute(statement)
        decision = self.env.cr.dictfetchone()
        if decision:
            self.browse(decision["request_id"]).invalidate_recordset()
            if self.env.context.get("connect_dispatching") is not DISPATCHING:
                self._on_transition(decision)
            self.env["connect.dispatcher"]._after_commit("settle")
        return decision

    # --- hooks for the addons above ---

    def _on_transition(self, decision):
        """A person moved a request, in this very transaction; ``decision`` is its row of the ledger as a dict.

        Not called for the router's own decisions, which are to be short. An extension may write a row or two in SQL;
        what can wait belongs into ``_on_settled``, which follows for every decision.
        """

    def _on_settled(self, decisions):
        """These requests moved and are committed: wake the screens of those whom it concerns.

        Runs in a transaction of its own that takes the rows of the outbox with it, so what an extension writes here it
        writes exactly once for each decision, in the order of each request's decisions.

        :param list decisions: rows of the ledger as dicts, one for each request, in the order of ``self``
        """
        wake = self.env["bus.bus"]._sendone
        for partner in (self.user_id | self._asked(decisions)).partner_id:
            wake(partner, "connect.agent/changed", {})
        moved = zip(self, decisions, strict=True)
        for line_id in {request.line_id.id for request, decision in moved if request._moved_queue(decision)}:
            self.env["connect.dispatcher"]._after_commit(("queue", line_id))

    def _moved_queue(self, decision):
        """Whether this decision let somebody begin or end to wait, as far as others could have seen him wait."""
        code = decision["code"]
        leaves = code in TAKING or (code in ("finished", "moved") and not decision["user_id"])
        return code == "queued" or (self.is_missed and leaves)

    @api.model
    def _asked(self, decisions):
        """The colleagues whom these decisions ask for their consent, or need no longer ask."""
        decisions = [decision for decision in decisions if decision["code"] not in ("opened", "queued", "assigned")]
        if not decisions:
            return self.env["res.users"]
        self.env.cr.execute(
            """SELECT DISTINCT (offer.changes ->> 'offered_to_id')::int
                 FROM connect_decision d
                 JOIN LATERAL (SELECT changes FROM connect_decision o WHERE o.request_id = d.request_id
                                  AND o.code = 'offered' AND o.seq <= d.seq ORDER BY o.seq DESC LIMIT 1) offer ON TRUE
                WHERE d.id = ANY(%s)""",
            [[decision["id"] for decision in decisions]],
        )
        return self.env["res.users"].browse([user_id for (user_id,) in self.env.cr.fetchall()])

    def _notify_missed(self):
        """One mail per missed request to the serving company and to the owner of the line (ROU-19, ROU-20)."""
        template = self.env.ref("connect_routing.mail_template_missed_request", raise_if_not_found=False)
        for request in self if template else ():
            line = request.line_id
            addresses = [
                line.notify_email
                if company == line.company_id and line.notify_email
                else company.connect_notify_email or company.email
                for company in request.company_id | line.company_id
            ]
            for address in dict.fromkeys(filter(None, addresses)):
                template.send_mail(request.id, email_values={"email_to": address})

    # --- what screens show ---

    def _queue_position(self):
        """1 for the request that is served next; 0 when it does not wait."""
        self.ensure_one()
        self.env.cr.execute(
            """SELECT count(*) FROM connect_request mine JOIN connect_request other
                   ON other.line_id = mine.line_id AND other.state = 'queued'
                  AND (other.queued_at, other.id) <= (mine.queued_at, mine.id)
                WHERE mine.id = %s AND mine.state = 'queued'""",
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _waiting_minutes(self, place):
        """The box of minutes that somebody at this place of the line's queue may be told, 0 when it is not known: from
        the last decisions on the line that took somebody out of the queue who had waited there."""
        self.env.cr.execute(
            """SELECT extract(epoch FROM d.at)::float
                 FROM (SELECT * FROM connect_decision WHERE line_id = %s ORDER BY id DESC LIMIT 1000) d
                 JOIN connect_request r ON r.id = d.request_id
                WHERE d.code = ANY(%s) AND r.queued_at < d.at - interval '3 seconds'""",
            [self.line_id.id, list(TAKING)],
        )
        left_at = [at for (at,) in self.env.cr.fetchall()]
        return waiting_minutes(place, left_at, time.time()) or 0

    def _to_state_dict(self):
        """The requests as plain dicts for the specialist's screens; times as ISO in UTC."""

        def iso(value):
            return f"{value.isoformat(timespec='seconds')}Z" if value else ""

        return [
            {
                "id": request.id,
                "line_id": request.line_id.id,
                "line_name": request.line_id.name,
                "partner_id": request.partner_id.id,
                "partner_name": request.partner_id.name,
                "company_name": request.client_id.name if request.client_id != request.partner_id else "",
                "state": request.state,
                "opened_at": iso(request.opened_at),
                "queued_at": iso(request.queued_at),
                "assigned_at": iso(request.assigned_at),
                "user_id": request.user_id.id,
                "user_name": request.user_id.name or "",
                "offered_to_id": request.offered_to_id.id,
                "offered_to_name": request.offered_to_id.name or "",
                "offered_until": iso(request.offered_until),
                "version": request.seq,
            }
            for request in self
        ]
