"""A day of a line as the ledger and the status log tell it, in the words of the replay (``engine/replay.py``)."""

from datetime import UTC, timedelta
from math import inf
from statistics import median
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..engine import NOT_HELD, TAKING, Arrival, Call, Context, Held, Outcome, Stay, held_by, shifts

CARRIED = timedelta(days=1)  # what moved so long before the day may still have been in work in its morning
UNFINISHED = 86_400.0  # s: work that has no end yet lasts beyond the day
USUAL = 600.0  # s of work where there is no example


class History(NamedTuple):
    """``arrivals``: what came, with what was in work at the beginning. ``outcomes``: what became of each, in the same
    order. ``calls``: those that the replay gives out anew, by who had them. Times in seconds since the epoch."""

    arrivals: list[Arrival]
    outcomes: list[Outcome]
    calls: dict[int, list[Call]]


class ConnectLineHistory(models.Model):
    _inherit = "connect.line"

    def _history(self, start, end, rule):
        """What came to this line in ``[start, end)``, naive UTC, with what ``rule`` wants to know of it. Rights are the
        caller's affair: the rows are read as the system."""
        self.ensure_one()
        rows = self._history_rows(start, end)
        contexts = self._history_contexts(rows, rule)
        calls = self._note_held(rows, start, end)
        usual = {is_call: self._usual(rows, is_call) for is_call in (False, True)}
        arrivals = [self._arrival(row, contexts[row["id"]], *usual[row["kind"] == "call"]) for row in rows]
        outcomes = [
            Outcome(row["id"], arrival.at, row["user_id"] or 0, row["taken"], row["ended"])
            for row, arrival in zip(rows, arrivals, strict=True)
        ]
        return History(arrivals, outcomes, calls)

    @api.model
    def _note_held(self, rows, start, end):
        """Write into the rows how calls held whoever had them; the calls by who had them, but for those that stay
        with whom they were."""
        calls = {}
        for row in rows:
            row["held"] = NOT_HELD
            row["stays"] = row["early"] or row["kind"] == "work"
            if row["kind"] == "call" and row["taken"] and not row["stays"]:
                row["call"] = Call(row["taken"], row["ended"] or inf)
                calls.setdefault(row["user_id"], []).append(row["call"])
        stays = self._stays(calls, start, end)
        for row in rows:
            if "call" in row:
                row["held"] = held_by(stays.get(row["user_id"], ()), row["call"])
        return calls

    @api.model
    def _usual(self, rows, is_call):
        """``(s of work, how a call holds)`` of calls, or of the others: the medians of the day."""
        worked = [row["ended"] - row["taken"] for row in rows
                  if row["taken"] and row["ended"] and (row["kind"] == "call") == is_call]  # fmt: skip
        held = [row["held"] for row in rows if row["held"].seconds] if is_call else []
        return median(worked) if worked else USUAL, Held(*map(median, zip(*held, strict=True))) if held else NOT_HELD

    @api.model
    def _arrival(self, row, context, usual_work, usual_call):
        """Who gave up in the queue gets the usual time when somebody is found for him this time. What was in work when
        the day began, and what specialists began themselves, stays with them."""
        opened, taken, ended = row["opened"], row["taken"], row["ended"]
        handling = UNFINISHED
        if not taken:
            handling = usual_work
        elif ended:
            handling = max(ended - taken, 0.0)
        return Arrival(
            id=row["id"],
            at=taken if row["early"] else opened,
            handling=handling,
            company_id=row["company_id"],
            patience=max(ended - opened, 0.0) if ended and not taken else None,
            taken_by=row["user_id"] if row["stays"] else 0,
            context=context,
            language=row["language"],
            is_call=row["kind"] == "call",
            held=row["held"] if taken else usual_call,
        )

    def _history_rows(self, start, end):
        """Found by the time of their decisions: a day's are neighbours in the ledger; who waits to this moment may have
        none. Opened before the day: what was in work when it began (``early``), and who waited then, since when he
        came."""
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    SELECT DISTINCT request_id FROM connect_decision
                     WHERE line_id = %(line)s AND at >= %(before)s AND at < %(end)s
                    UNION
                    SELECT id FROM connect_request WHERE line_id = %(line)s AND state = 'queued')
                SELECT r.id, r.company_id, r.partner_id, coalesce(opened.changes ->> 'kind', r.kind) AS kind,
                       taken.user_id,
                       coalesce(r.language, p.lang, '') AS language,
                       extract(epoch FROM r.opened_at)::float AS opened,
                       extract(epoch FROM taken.at)::float AS taken,
                       extract(epoch FROM r.closed_at)::float AS ended,
                       coalesce(taken.at < %(start)s, FALSE) AS early
                  FROM moved JOIN connect_request r ON r.id = moved.request_id JOIN res_partner p ON p.id = r.partner_id
                  LEFT JOIN connect_decision opened ON opened.request_id = r.id AND opened.seq = 1
                  LEFT JOIN LATERAL (
                       SELECT d.at, d.user_id FROM connect_decision d
                        WHERE d.request_id = r.id AND d.code = ANY(%(taken)s) ORDER BY d.seq LIMIT 1) taken ON TRUE
                 WHERE r.opened_at < %(end)s AND (r.closed_at IS NULL OR r.closed_at > %(start)s)
                 ORDER BY r.opened_at, r.id
                """,
                line=self.id,
                before=start - CARRIED,
                start=start,
                end=end,
                taken=list(TAKING),
            )
        )
        return self.env.cr.dictfetchall()

    def _history_contexts(self, rows, rule):
        """What the rules, this one and the line's own, may know beside the pool, as the dispatcher asks it, for all
        requests at once."""
        previous = self._previous_specialists(rows) if self.kind == "project" else {}
        managers = {}
        if "manager" in (rule, self.delivery_rule):
            partners = self.env["res.partner"].browse({row["partner_id"] for row in rows})
            managers = {partner.id: partner._connect_own_specialists() for partner in partners}
        return {row["id"]: Context(managers.get(row["partner_id"], ()), previous.get(row["id"], 0)) for row in rows}

    @api.model
    def _previous_specialists(self, rows):
        self.env.cr.execute(
            """SELECT r.id, coalesce(previous.user_id, 0) FROM connect_request r
                 LEFT JOIN LATERAL (
                      SELECT p.user_id FROM connect_request p
                       WHERE p.line_id = r.line_id AND p.partner_id = r.partner_id AND p.id < r.id
                         AND p.state = 'closed' ORDER BY p.id DESC LIMIT 1) previous ON TRUE
                WHERE r.id = ANY(%s)""",
            [[row["id"] for row in rows]],
        )
        return dict(self.env.cr.fetchall())

    def _users_of(self, start, end):
        """Who could take requests of this line on that day: its specialists, and whoever else the router gave one to.

        :return: ``{user_id: priority}``; standard for those who have left the line since
        """
        self.env.cr.execute(
            """SELECT DISTINCT user_id FROM connect_decision
                WHERE line_id = %s AND at >= %s AND at < %s AND code = 'assigned'""",
            [self.id, start, end],
        )
        former = {user_id: "standard" for (user_id,) in self.env.cr.fetchall()}
        return former | {member.user_id.id: member.priority for member in self.member_ids}

    def _skill_terms(self):
        """What the line demands at present, also while it does not go by skills."""
        dispatcher = self.env["connect.dispatcher"]
        return dispatcher._terms(dispatcher._demands(self.id))

    @api.model
    def _levels(self, user_ids, terms):
        """``{user_id: {skill: level}}``: what these specialists have at present of the skills that may be demanded."""
        self.env.cr.execute(
            """SELECT user_id, skill_id, level::int FROM connect_skill_level
                WHERE user_id = ANY(%s) AND skill_id = ANY(%s)""",
            [list(user_ids), list(terms.skills())],
        )
        levels = {}
        for user_id, skill_id, level in self.env.cr.fetchall():
            levels.setdefault(user_id, {})[skill_id] = level
        return levels

    @api.model
    def _shifts(self, user_ids, start, end, calls=None):
        """When these specialists took what between two naive UTC times, by the status log; with ``calls``, those of
        each that others are to have, as if these had not held him.

        :return: ``{user_id: [Shift]}`` in seconds since the epoch; who was not there has no key
        """
        since, until = (moment.replace(tzinfo=UTC).timestamp() for moment in (start, end))
        calls = calls or {}
        found = {
            user_id: shifts(stays, calls.get(user_id, ()), since, until)
            for user_id, stays in self._stays(user_ids, start, end).items()
        }
        return {user_id: each for user_id, each in found.items() if each}

    @api.model
    def _stays(self, user_ids, start, end):
        """The status logs of these specialists in their order, with what was before the day as far as it matters:
        ``{user_id: [Stay]}``. The statuses that a call forces are those that nobody chooses and that count as work."""
        self.env.cr.execute(
            """SELECT log.user_id, extract(epoch FROM log.date_start)::float,
                      extract(epoch FROM coalesce(log.date_end, now() AT TIME ZONE 'UTC'))::float,
                      coalesce(status.accepts_chats, FALSE), coalesce(status.accepts_calls, FALSE),
                      status.stat_class = 'free' AND status.settable IS NOT TRUE
                 FROM connect_agent agent JOIN connect_status_log log ON log.agent_id = agent.id
                 JOIN connect_status status ON status.id = log.status_id
                WHERE agent.user_id = ANY(%(users)s)
                  AND log.date_start < %(end)s AND coalesce(log.date_end, %(end)s) > %(before)s
                ORDER BY log.date_start, log.id""",
            {"users": list(user_ids), "before": start - CARRIED, "end": end},
        )
        stays = {}
        for user_id, *stay in self.env.cr.fetchall():
            stays.setdefault(user_id, []).append(Stay(*stay))
        return stays
