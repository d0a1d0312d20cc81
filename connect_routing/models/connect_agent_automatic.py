"""What changes a specialist's status without his hand: the heartbeat that ends a silence, inactivity (ROU-07), the plan
for when his work is done (ROU-08). The rule itself is ``engine/statuses.py``; it is asked at each heartbeat and after
each finished work, and always answers from the row, so a crash delays a change by one heartbeat at most.

The log tells when the server changed the status. Idleness therefore begins there with the heartbeat that reports it,
N minutes after the last touch, not with the last touch: until then requests were given to him.
"""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import Standing, next_status
from .connect_request import NOW
from .connect_status import AUTOMATIC, GONE, RINGING
from .verbs import in_users_language

_logger = logging.getLogger(__name__)


class ConnectAgentAutomatic(models.Model):
    _inherit = "connect.agent"

    call_status_id = fields.Many2one("connect.status", readonly=True, help="What a call in progress forces.")
    call_status_until = fields.Datetime(readonly=True, help="When that ends by itself; empty: with the call.")
    declared_at = fields.Datetime(readonly=True, help="When he has last set a status by hand.")
    idle_own = fields.Integer(readonly=True, help="NULL: the company's time holds for him.")
    idle_minutes = fields.Integer(
        string="Away after, min",
        compute="_compute_idle_minutes",
        inverse="_inverse_idle_minutes",
        help="Minutes without keyboard and mouse after which the specialist counts as away; 0 = never. Who has the "
        "same time as the company follows it when it changes.",
    )

    _call_until = models.Index("(call_status_until) WHERE call_status_until IS NOT NULL")

    @api.depends("idle_own", "company_id.connect_idle_minutes")
    def _compute_idle_minutes(self):
        self.env["res.company"].flush_model(["connect_idle_minutes"])
        self.env.cr.execute(  # in SQL: the ORM takes NULL, the company's time, for 0, which is never
            """SELECT a.id, coalesce(a.idle_own, c.connect_idle_minutes)
                 FROM connect_agent a JOIN res_company c ON c.id = a.company_id WHERE a.id = ANY(%s)""",
            [self.ids],
        )
        minutes = dict(self.env.cr.fetchall())
        for agent in self:
            agent.idle_minutes = minutes.get(agent._origin.id, 0)

    def _inverse_idle_minutes(self):
        self.env["res.company"].flush_model(["connect_idle_minutes"])
        for agent in self:
            if agent.idle_minutes < 0:
                raise UserError(self.env._("The time without activity cannot be negative. 0 means never."))
            self.env.cr.execute(
                """UPDATE connect_agent a SET idle_own = nullif(%s, c.connect_idle_minutes)
                     FROM res_company c WHERE c.id = a.company_id AND a.id = %s""",
                [agent.idle_minutes, agent.id],
            )
        self.invalidate_recordset(["idle_own", "idle_minutes"], flush=False)

    # --- public ---

    @api.model
    @in_users_language
    def plan_status(self, code):
        """Plan the status that follows when the caller's last work in hand is finished (ROU-08).

        In a contact centre it follows the call in hand, wrap-up included, also when other work is left. Without work
        and call it is set at once. A status set by hand cancels the plan.

        :param str code: one of ``get_state()["statuses"]``; empty cancels the plan
        :return: as ``get_state``
        :rtype: dict
        :raise UserError: no such status, or none that the caller's profile sets by hand
        :raise AccessError: the caller is not a specialist
        """
        self._check_agent()
        self._in_own_transaction("_plan", self._chosen_status(code).id if code else False)
        return self.get_state()

    @api.model
    def _settable(self, profile):
        return [("settable", "=", True), ("profile", "in", [profile, "both"])]

    @api.model
    def _chosen_status(self, code):
        """The status of that code, if the caller's profile sets it by hand (ROU-01, ROU-04)."""
        profile = self.sudo().search([("user_id", "=", self.env.uid)]).profile or "support"  # the caller's own row
        choices = self.env["connect.status"].search(self._settable(profile))
        status = choices.filtered(lambda each: each.code == code)
        if not status:
            raise UserError(self.env._("Choose one of these statuses: %s.", ", ".join(choices.mapped("name"))))
        return status

    # --- the heartbeat ---

    def _beat(self, idle=0, age=0.0):
        """A sign of life, begun ``age`` seconds ago."""
        was_away = self._seen(idle)
        status_id = self._move_on(age=age)
        status = self.env["connect.status"]._traits()[status_id]
        if was_away and status.accepts:
            self.env["connect.dispatcher"]._after_commit(("agent", self.user_id.id))
        return {"version": self._version(), "status": status.code}

    @api.model
    def _login_status_id(self, profile):
        return self.env["connect.status"]._id_of(AUTOMATIC[profile].login)

    def _move_on(self, at=None, is_over=False, age=0.0):
        """Carry out what the rule says of him now; the id of the status that he has then.

        :param at: since when it holds, if that was before now
        :param is_over: the processing of his call has just ended
        :param age: s since his screen began to say that it is there. Who has left since stays away: overtaken by his
            logout, its last word would show him free, and the router would wait for somebody who has gone home
        """
        row = self._lock_standing()
        statuses = self.env["connect.status"]
        catalogue = statuses._traits()
        is_offline = catalogue[row["status_id"]].code in GONE
        if is_offline and row["status_for"] < age:
            return row["status_id"]
        if row["call_is_over"]:
            self._force(None)
            at, is_over = row["call_status_until"], True
            row = self._lock_standing()
        if is_offline:
            declared = row["resume_status_id"] or self._login_status_id(row["profile"])
        else:
            declared = row["before_idle_id"] or row["status_id"]
        standing = Standing(
            status=row["status_id"],
            declared=declared,
            planned=row["planned_status_id"],
            load=row["load"],
            idle_for=row["idle_for"],
            idle_after=row["idle_after"],
            idle_status=statuses._id_of(AUTOMATIC[row["profile"]].idle),
            is_offline=is_offline,
            call=row["call_status_id"],
            is_over=is_over and row["profile"] == "contact_center",
        )
        move = next_status(standing, {status_id for status_id, traits in catalogue.items() if traits.goes_idle})
        if not move:
            return row["status_id"]
        if move.ends_plan:
            self._end_plan()
        before_idle_id = move.declared if move.declared != move.status else None
        self._switch(move.status, move.origin, at=None if is_offline else at, before_idle_id=before_idle_id)
        return move.status

    def _lock_standing(self):
        self.flush_recordset(["profile"])
        self.env.cr.execute(
            SQL(
                """SELECT a.status_id, a.before_idle_id, a.resume_status_id, a.planned_status_id, a.call_status_id,
                          a.call_status_until, coalesce(a.call_status_until <= %(now)s, FALSE) AS call_is_over,
                          a.load, a.profile, extract(epoch FROM %(now)s - a.status_since)::float AS status_for,
                          coalesce(extract(epoch FROM %(now)s - a.last_active), 0)::float AS idle_for,
                          60 * coalesce(a.idle_own, c.connect_idle_minutes, 0) AS idle_after
                     FROM connect_agent a JOIN res_company c ON c.id = a.company_id
                    WHERE a.id = %(id)s FOR NO KEY UPDATE OF a""",
                now=NOW,
                id=self.id,
            )
        )
        return self.env.cr.dictfetchone()

    # --- calls ---

    def _in_call(self, code, at=None, until=None):
        """A call of his forces this status from now on; empty: none does any more, and he is what he has declared.

        Who is offline stays so: somebody without a screen may still hold the receiver of his desk.

        :param at: since when, if that was before now
        :param until: when it ends by itself; empty: when this is called again
        """
        self.ensure_one()
        status_id = self.env["connect.status"]._id_of(code) if code else None
        if self._force(status_id, until) and not self._is_gone():
            self._move_on(at, is_over=not code)

    def _force(self, status_id, until=None):
        """Note what forces his status. True when that is news. While a call did, he was active, without touching
        anything (ROU-07); not while it only rang."""
        self.env.cr.execute(
            SQL(
                """UPDATE connect_agent SET call_status_id = %(status)s, call_status_until = %(until)s,
                          last_active = CASE WHEN call_status_id <> %(ringing)s
                              THEN greatest(last_active, least(call_status_until, %(now)s)) ELSE last_active END
                    WHERE id = %(id)s
                      AND (call_status_id, call_status_until) IS DISTINCT FROM (%(status)s::int, %(until)s::timestamp)
                """,
                status=status_id,
                until=until,
                ringing=self.env["connect.status"]._id_of(RINGING),
                now=NOW,
                id=self.id,
            )
        )
        changed = bool(self.env.cr.rowcount)
        self.invalidate_recordset()
        if until:
            self.env.cr.postcommit.add(self.env["connect.dispatcher"]._start_clock)
        return changed

    @api.model
    def _end_forced(self):
        """What was forced until an instant that has come: he goes on as of that instant, whenever the clock looks."""

        def end(agent):
            if agent._is_gone():
                agent._force(None)
            else:
                agent._move_on()

        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            dispatcher.env.cr.execute(
                SQL(
                    """SELECT id FROM connect_agent WHERE call_status_until <= %s
                        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
                    NOW,
                )
            )
            due = [agent_id for (agent_id,) in dispatcher.env.cr.fetchall()]
            dispatcher.env["connect.agent"].browse(due)._one_by_one(end)

    @api.model
    def _check_forced(self):
        """Hook, every minute: whoever forces statuses looks whether they still hold, since a process that was to follow
        a call may have died."""

    # --- the plan ---

    def _plan(self, status_id):
        """``status_id`` False: nothing is planned any more."""
        standing = self._lock_standing()
        if status_id and not standing["load"] and not standing["call_status_id"]:
            return self._declare(status_id)
        self.env.cr.execute(
            """UPDATE connect_agent SET planned_status_id = %s, plan_version = plan_version + 1
                WHERE id = %s AND planned_status_id IS DISTINCT FROM %s""",
            [status_id or None, self.id, status_id or None],
        )
        self.invalidate_recordset()
        self._tell_screens()
        return True

    def _put_behind_call(self, status_id):
        """While a call forces his status, this one shows when it is over. True when it is so."""
        if not self.call_status_id or self.status_id != self.call_status_id:
            return False
        self.env.cr.execute("UPDATE connect_agent SET before_idle_id = %s WHERE id = %s", [status_id, self.id])
        self.invalidate_recordset()
        self._tell_screens()
        return True

    def _end_plan(self):
        self.env.cr.execute(
            "UPDATE connect_agent SET planned_status_id = NULL, plan_version = plan_version + 1 WHERE id = %s",
            [self.id],
        )
        self.invalidate_recordset(["planned_status_id", "plan_version"])

    @api.model
    def _apply_plans(self, user_ids):
        """The planned statuses of those who have no work left; who is gone finds his when he is back."""
        self.env.cr.execute(
            """SELECT a.id FROM connect_agent a JOIN connect_status s ON s.id = a.status_id
                WHERE a.user_id = ANY(%s) AND a.planned_status_id IS NOT NULL AND a.load = 0 AND s.code <> ALL(%s)
                ORDER BY a.id""",
            [user_ids, list(GONE)],
        )
        self.browse([agent_id for (agent_id,) in self.env.cr.fetchall()])._one_by_one(lambda agent: agent._move_on())

    def _one_by_one(self, change):
        """Change the status of each of these in a savepoint: one whose row always fails must stop neither the others
        nor the timers and the cron, which find him again."""
        for agent in self:
            try:
                with self.env.cr.savepoint():
                    change(agent)
            except Exception:
                _logger.exception("The status of the specialist %s could not be changed", agent.id)

    # --- what Odoo shows ---

    def _mirror(self):
        """Odoo's dot beside the name follows our status (decision 5), and so do the pushes that it mutes."""
        self.ensure_one()
        im_status = self.status_id._im_status()
        manual = None if im_status == "online" else im_status
        self.env.cr.execute(
            "UPDATE res_users SET manual_im_status = %s WHERE id = %s AND manual_im_status IS DISTINCT FROM %s",
            [manual, self.user_id.id, manual],
        )
        partner = self.user_id.partner_id
        self.user_id.invalidate_recordset(["manual_im_status", "im_status"], flush=False)
        partner.invalidate_recordset(["im_status", "offline_since"], flush=False)
        partner._bus_send(
            "bus.bus/im_status_updated",
            {"im_status": partner.im_status, "partner_id": partner.id, "guest_id": False, "debounce": False},
            subchannel="presence",
        )
