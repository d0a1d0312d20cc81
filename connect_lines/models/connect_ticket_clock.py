"""Deadlines of tickets: events and the owner's working calendar go in, instants come out (``engine/clock.py``).

The instants are stored and indexed, so lists and filters ask the database; nothing about them can be edited. They
are computed anew when the ticket moves, is answered or gets another priority, and by a job after the calendar, a
holiday or a policy has changed.
"""

from datetime import timedelta
from itertools import zip_longest

from babel.dates import format_timedelta
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse

from ..engine import CLOSED, OPENED, Event, Term, due
from .connect_ticket_stage import CLOCK, OPEN_KINDS

BATCH = 200  # tickets whose deadlines are computed in one transaction


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    event_ids = fields.One2many("connect.ticket.event", "ticket_id", "History", readonly=True)
    policy_id = fields.Many2one(
        "connect.ticket.policy", "Deadlines by", readonly=True, index="btree_not_null", ondelete="set null"
    )
    first_reply_at = fields.Datetime("First reply", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed", readonly=True, copy=False)
    reply_due = fields.Datetime("First reply due", readonly=True, copy=False)
    solve_due = fields.Datetime("Solution due", readonly=True, copy=False)
    deadline = fields.Datetime("Next deadline", readonly=True, copy=False, help="Of an open ticket.")
    clock_stale = fields.Boolean(readonly=True, copy=False, help="The calendar or the policies have changed.")
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    deadline_text = fields.Char("Term", compute="_compute_texts")
    age = fields.Char("Age", compute="_compute_texts")
    duration_tracking = fields.Json("Time in each stage", compute="_compute_duration_tracking")

    _by_deadline = models.Index("(deadline, warn_at) WHERE deadline IS NOT NULL")
    _stale = models.Index("(id) WHERE clock_stale")

    @api.depends("deadline")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.is_overdue = bool(ticket.deadline) and ticket.deadline < now

    def _search_is_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain("deadline", "<", fields.Datetime.now())

    @api.depends("deadline", "warn_at", "stage_kind", "create_date")
    @api.depends_context("lang")
    def _compute_texts(self):
        now = fields.Datetime.now()
        locale = babel_locale_parse(self.env.lang or "en_US")

        def words(delta):
            return format_timedelta(delta, granularity="minute", locale=locale, threshold=1.5)

        for ticket in self:
            ticket.age = words(now - (ticket.create_date or now))
            if ticket.stage_kind not in OPEN_KINDS:
                ticket.deadline_text = ""
            elif ticket.stage_kind == "waiting":
                ticket.deadline_text = self.env._("the clock stands: waiting for the client")
            elif not ticket.deadline:
                ticket.deadline_text = self.env._("no deadline")
            elif ticket.deadline < now:
                ticket.deadline_text = self.env._("overdue by %s", words(now - ticket.deadline))
            elif ticket.is_soon:
                ticket.deadline_text = self.env._("soon: %s left", words(ticket.deadline - now))
            else:
                ticket.deadline_text = self.env._("%s left", words(ticket.deadline - now))

    @api.depends("event_ids", "stage_id")
    def _compute_duration_tracking(self):
        """``{stage id: seconds}``, for the bar of stages."""
        now = fields.Datetime.now()
        for ticket in self:
            seconds = {}
            moves = ticket.event_ids.filtered("stage_id").sorted(lambda each: (each.at, each.id))
            for move, following in zip_longest(moves, moves[1:]):
                if following or move.kind in OPEN_KINDS:
                    end = following.at if following else now
                    stage_id = str(move.stage_id.id)  # as JSON has it
                    seconds[stage_id] = seconds.get(stage_id, 0) + int((end - move.at).total_seconds())
            ticket.duration_tracking = seconds

    # ------------------------------------------------------------
    # events
    # ------------------------------------------------------------

    def _note(self, code, at=None):
        """Append to the history; called in superuser mode."""
        self.ensure_one()
        now = at or fields.Datetime.now()
        values = {"ticket_id": self.id, "at": now, "code": code, "user_id": self.env.uid}
        if code == "replied":
            self.first_reply_at = now
        else:
            values |= {"stage_id": self.stage_id.id, "kind": self.stage_id.kind}
            self.closed_at = False if self.stage_id.kind in OPEN_KINDS else self.closed_at or now
        self.env["connect.ticket.event"].create(values)

    def _clock_events(self):
        """Events of the two clocks: (first reply, solution)."""
        history = self.event_ids.sorted(lambda each: (each.at, each.id))
        solution = [Event(event.at, CLOCK[event.kind]) for event in history if event.stage_id]
        if solution and solution[0].kind == CLOSED:  # registered afterwards: open for no time at all
            solution.insert(0, Event(solution[0].at, OPENED))
        replied = next((event.at for event in history if event.code == "replied"), None)
        if replied is None:
            return solution, solution
        reply = [event for event in solution if event.at <= replied]
        return [*reply, Event(replied, CLOSED)], solution

    # ------------------------------------------------------------
    # deadlines
    # ------------------------------------------------------------

    def _refresh_clock(self):
        """Compute the deadlines anew; called in superuser mode."""
        for owner, tickets in self.grouped("owner_id").items():
            calendar = owner._connect_calendar()
            policies = self.env["connect.ticket.policy"]._chosen(owner, tickets)
            for ticket in tickets:
                policy = policies[ticket]
                terms = ticket._terms(policy, calendar)
                pending = ticket._pending_terms(terms)
                is_open = ticket.stage_kind in OPEN_KINDS
                values = {
                    "policy_id": policy.id,
                    "reply_due": terms["reply"].due or False,
                    "solve_due": terms["solve"].due or False,
                    "deadline": is_open and min(filter(None, (term.due for term in pending.values())), default=False),
                    "clock_stale": False,
                    **ticket._notice_values(pending),
                }
                ticket._withdraw_notices(values)
                changed = {
                    name: value
                    for name, value in values.items()
                    if ticket._fields[name].convert_to_write(ticket[name], ticket) != value
                }
                if changed:
                    ticket.write(changed)

    def _terms(self, policy, calendar):
        """``{"reply": Term, "solve": Term}``: the deadlines of a policy as they stand now."""
        reply, solution = self._clock_events()
        share = policy.warn_percent / 100
        return {
            name: Term(
                self._due(events, calendar, hours * share),
                self._due(events, calendar, hours),
                self[f"{name}_told"] or "",
            )
            for name, events, hours in (("reply", reply, policy.reply_hours), ("solve", solution, policy.solve_hours))
        }

    def _pending_terms(self, terms):
        """Those that may still be kept or missed: a reply that was given is neither."""
        return {name: term for name, term in terms.items() if name != "reply" or not self.first_reply_at}

    def _promises(self):
        """What the person is told of his ticket's deadlines: ``[{"field": str, "at": datetime, "is_late": bool}]``;
        nothing while the clock stands."""
        self.ensure_one()
        if self.stage_kind not in ("new", "work"):
            return []
        now = fields.Datetime.now()
        names = ["solve_due"] if self.first_reply_at else ["reply_due", "solve_due"]
        return [{"field": name, "at": self[name], "is_late": self[name] < now} for name in names if self[name]]

    @api.model
    def _due(self, events, calendar, hours):
        """The instant to the second, as it is stored; None: never."""
        at = due(events, calendar, timedelta(hours=hours)) if hours else None
        return at and at.replace(microsecond=0)

    @api.model
    def _clock_changed(self, companies):
        """Calendars or policies of these companies have changed: a job computes the deadlines of open tickets anew."""
        if not companies:
            return
        self.flush_model(["clock_stale", "owner_id", "stage_kind"])
        self.env.cr.execute(
            """UPDATE connect_ticket SET clock_stale = TRUE
                WHERE owner_id = ANY(%s) AND stage_kind = ANY(%s) AND clock_stale IS NOT TRUE""",
            [companies.ids, list(OPEN_KINDS)],
        )
        self.invalidate_model(["clock_stale"])
        # sudo: the job is the system's; waking it is what its trigger is for
        self.env.ref("connect_lines.ir_cron_ticket_clock").sudo()._trigger()

    @api.model
    def _cron_clock(self):
        """Deadlines after a change of a calendar or policy, a batch a transaction."""
        domain = [("clock_stale", "=", True)]
        tickets = self.search(domain, limit=BATCH)
        tickets._refresh_clock()
        self.env["ir.cron"]._commit_progress(len(tickets), remaining=self.search_count(domain))
