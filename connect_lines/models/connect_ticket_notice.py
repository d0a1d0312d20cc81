"""Who is told that a ticket's deadline is near or missed, once each: trouble is seen before it grows.

``engine/notice.py`` says what is told when. The next instant at which there is something to tell is a column with an
index; a job looks every minute, which is exact enough for deadlines of hours, and needs no timer that would have to
follow each move of a ticket. A warning goes to the specialist, or to those of the line who could take the ticket; a
missed deadline to the supervisors. It is an activity: it stands at the ticket and in the list of the one who is told,
and it goes away with its reason.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime
from psycopg2 import OperationalError

from ..engine import LATE, SOON, due_notice, first_notice, remembered

_logger = logging.getLogger(__name__)

BATCH = 20  # tickets in one transaction of the job: who moves one of them waits for it
AGAIN = timedelta(minutes=10)  # after a failure
TOLD = 20  # people of a line who are told of a ticket that nobody works on: more would wait for each other
STEPS = [(SOON, "Near"), (LATE, "Missed")]
ACTIVITIES = {"reply": "connect_lines.activity_ticket_reply", "solve": "connect_lines.activity_ticket_solve"}


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    warn_at = fields.Datetime("Deadline near from", readonly=True, copy=False, help="Of the next deadline.")
    reply_told = fields.Selection(STEPS, "Told of the first reply", readonly=True, copy=False)
    solve_told = fields.Selection(STEPS, "Told of the solution", readonly=True, copy=False)
    notice_at = fields.Datetime("Next notice", readonly=True, copy=False)
    is_soon = fields.Boolean("Deadline near", compute="_compute_is_soon", search="_search_is_soon")

    _by_notice = models.Index("(notice_at) WHERE notice_at IS NOT NULL")

    @api.depends("deadline", "warn_at")
    def _compute_is_soon(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.is_soon = bool(ticket.deadline and ticket.warn_at) and ticket.warn_at <= now <= ticket.deadline

    def _search_is_soon(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        now = fields.Datetime.now()
        return Domain("deadline", ">=", now) & Domain("warn_at", "<=", now)

    # ------------------------------------------------------------
    # what is stored with the deadlines
    # ------------------------------------------------------------

    @api.model
    def _system_fields(self):
        return super()._system_fields() | {"warn_at", "reply_told", "solve_told", "notice_at"}

    def _notice_values(self, terms):
        """What the clock's computation stores: what people still know, and when there is something to tell next.

        :param dict terms: ``{"reply": Term, "solve": Term}``, those that may still be kept
        """
        now = fields.Datetime.now()
        known = {name: term._replace(told=remembered(term, now)) for name, term in terms.items()}
        values = {f"{name}_told": (name in known and known[name].told) or False for name in ACTIVITIES}
        # the clock stands while the client is waited for: nobody is warned
        runs = self.stage_kind in ("new", "work")
        pending = [term for term in known.values() if term.due]
        values["warn_at"] = (runs and pending and min(pending, key=lambda term: term.due).near) or False
        values["notice_at"] = (runs and first_notice(known.values())) or False
        return values

    def _withdraw_notices(self, values):
        """Take back what is no longer true: a deadline that was put off, a reply that was given, a closed ticket."""
        for name, xmlid in ACTIVITIES.items():
            told = self[f"{name}_told"]
            if told and (not self._is_open() or values[f"{name}_told"] != told):
                self.activity_unlink([xmlid])

    # ------------------------------------------------------------
    # telling
    # ------------------------------------------------------------

    @api.model
    def _cron_warn(self):
        """Tell what is due to be told. Parallel runs take different tickets; one that fails holds up no other."""
        now = fields.Datetime.now()
        # one whose deadlines are being computed anew waits for them
        domain = Domain("notice_at", "<=", now) & Domain("clock_stale", "!=", True)
        found = self.search(domain, order="notice_at", limit=BATCH)
        for ticket in found.try_lock_for_update(allow_referencing=True):
            try:
                with self.env.cr.savepoint():
                    ticket._tell_due(now)
            except OperationalError:
                raise  # somebody moved it meanwhile: the next run sees how it stands then
            except Exception:  # of one ticket; those of the others are told
                _logger.exception("Nobody could be told of the deadline of ticket %s", ticket.id)
                ticket.notice_at = now + AGAIN
        self.env["ir.cron"]._commit_progress(
            len(found), remaining=self.search_count(domain) if len(found) == BATCH else 0
        )

    def _tell_due(self, now):
        policy = self.env["connect.ticket.policy"]._chosen(self.owner_id, self)[self]
        terms = self._pending_terms(self._terms(policy, self.owner_id._connect_calendar()))
        for name, term in terms.items():
            notice = due_notice(term._replace(told=remembered(term, now)), now)
            if notice:
                # to those who were warned the same words stand no longer; or nobody was: the job stood still
                people = self.activity_search([ACTIVITIES[name]]).user_id or self._watchers()
                self._tell(people | self._overseers() if notice == LATE else people, name, term.due, notice)
                self[f"{name}_told"] = notice
        self._refresh_clock()

    def _tell(self, people, name, due_at, notice):
        """An activity for each of these users, in his language and time zone."""
        known = {activity.user_id: activity for activity in self.activity_search([ACTIVITIES[name]])}
        for user in people:
            ticket = self.with_context(
                lang=user.lang, tz=user.tz, mail_activity_quick_update=True, connect_no_followers=True
            )
            values = {
                "summary": ticket._notice_text(name, due_at, notice),
                "date_deadline": fields.Date.context_today(ticket),  # to be done today, whenever it is due
            }
            if user in known:
                known[user].write(values)
            else:
                ticket.activity_schedule(ACTIVITIES[name], user_id=user.id, **values)

    def _notice_text(self, name, due_at, notice):
        _ = self.env._
        moment = format_datetime(self.env, due_at, tz=self.env.context.get("tz") or "UTC", dt_format="short")
        if name == "reply":
            return _("Overdue: answer was due %s", moment) if notice == LATE else _("Soon due: answer until %s", moment)
        return _("Overdue: solution was due %s", moment) if notice == LATE else _("Soon due: solve until %s", moment)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Whoever is told of a deadline does not get each letter about the ticket from then on."""
        if self.env.context.get("connect_no_followers"):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    # ------------------------------------------------------------
    # whom
    # ------------------------------------------------------------

    def _watchers(self):
        """Who can still keep the deadline: the specialist, else those of the line who may take the ticket."""
        self.ensure_one()
        if self.user_id.active:
            return self.user_id
        members = self.line_id.member_ids.filtered(
            lambda member: (
                member.priority != "observer"
                and member.user_id.active
                and member.company_id in (self.owner_id | self.company_id)
            )
        )
        ranks = ("high", "medium", "standard")
        return members.sorted(lambda member: (ranks.index(member.priority), member.id)).user_id[:TOLD]

    def _overseers(self):
        """Supervisors of the company that works on the ticket and of the one that serves the client; where there are
        none, administrators."""
        self.ensure_one()
        users = self.env["res.users"]
        for company in (self.user_id.company_id or self.owner_id) | self.company_id:
            staff = Domain("company_id", "=", company.id) & Domain("share", "=", False)
            for group in ("connect_lines.group_supervisor", "connect_lines.group_partner_admin"):
                found = users.search(staff & Domain("group_ids", "in", self.env.ref(group).ids), limit=TOLD)
                if found:
                    users |= found
                    break
        return users

    def _tell_new_specialist(self):
        """Somebody else works on it: what his predecessors were told is his now; called in superuser mode."""
        self.ensure_one()
        overseers = self._overseers()
        for name, xmlid in ACTIVITIES.items():
            if not self[f"{name}_told"] or not self[f"{name}_due"] or not self._is_open():
                continue
            told = self.activity_search([xmlid])
            if told:
                told.filtered(lambda activity: activity.user_id not in overseers | self.user_id).unlink()
                if self.user_id and self.user_id not in told.exists().user_id:
                    self._tell(self.user_id, name, self[f"{name}_due"], self[f"{name}_told"])
