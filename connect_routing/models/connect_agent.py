"""A specialist's declared status, his heartbeat and his load. What he says and whether he is there are two things.

The heartbeat comes every 20 s over HTTP from one of his tabs. Without it for 45 s he gets no new requests; after 65 s
(ROU-03) the minute cron closes his status *at the last heartbeat*, so that a blip of the network never reaches the
log and a dead computer does not count as work. When he is back without a new login, he has his status again.

What changes by itself besides, by inactivity or as planned, is in ``connect_agent_automatic.py``.
"""

import threading

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import SQL, real_time

from .connect_request import NOW
from .connect_request_work import UNBIND_AFTER
from .connect_status import GONE, OFFLINE
from .verbs import in_users_language

ENDS_PLAN = frozenset({"manual", "planned", "logout"})  # origins of changes after which nothing is planned


class ConnectAgent(models.Model):
    _name = "connect.agent"
    _inherit = ["connect.fixed.mixin"]
    _description = "Specialist at Work"
    _order = "status_id, user_id"
    _rec_name = "user_id"
    _log_access = False

    user_id = fields.Many2one("res.users", string="Specialist", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="user_id.company_id", store=True, required=True, index=True)
    profile = fields.Selection(
        [("support", "Support"), ("contact_center", "Contact centre")],
        default="support",
        required=True,
        help="Status after login: free for support, not ready in a contact centre.",
    )
    status_id = fields.Many2one("connect.status", required=True, readonly=True, ondelete="restrict")
    status_since = fields.Datetime(required=True, readonly=True)
    last_seen = fields.Datetime(readonly=True)
    load = fields.Integer(string="In work", default=0, required=True, readonly=True, aggregator="sum")
    resume_status_id = fields.Many2one(
        "connect.status", readonly=True, help="Status to return to after a lost connection."
    )
    before_idle_id = fields.Many2one(
        "connect.status", readonly=True, help="Status that inactivity has replaced; the first touch brings it back."
    )
    planned_status_id = fields.Many2one(
        "connect.status", string="Planned", readonly=True, help="Status that follows when the work in hand is finished."
    )
    plan_version = fields.Integer(default=0, required=True, readonly=True)
    last_active = fields.Datetime(readonly=True, help="When the specialist last touched keyboard or mouse.")
    line_ids = fields.Many2many("connect.line", compute="_compute_line_ids", string="Lines")
    is_reachable = fields.Boolean(string="Connected", compute="_compute_is_reachable")
    stat_class = fields.Selection(related="status_id.stat_class")

    _user_unique = models.Constraint("UNIQUE(user_id)")
    _load_not_negative = models.Constraint("CHECK(load >= 0)")

    def _compute_line_ids(self):
        members = self.env["connect.line.member"].search([("user_id", "in", self.user_id.ids)])
        for agent in self:
            agent.line_ids = members.filtered(lambda member, agent=agent: member.user_id == agent.user_id).line_id

    @api.depends("last_seen")
    def _compute_is_reachable(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), seconds=UNBIND_AFTER)
        for agent in self:
            agent.is_reachable = bool(agent.last_seen and agent.last_seen > limit)

    # --- public ---

    @api.model
    @in_users_language
    def set_status(self, code):
        """Set the caller's own status (ROU-01, ROU-04). Requests that waited for him come at once.

        :param str code: one of ``get_state()["statuses"]``
        :return: as ``get_state``
        :rtype: dict
        :raise UserError: no such status, or none that the caller's profile sets by hand
        :raise AccessError: the caller is not a specialist
        """
        self._check_agent()
        self._in_own_transaction("_declare", self._chosen_status(code).id)
        return self.get_state()

    @api.model
    @in_users_language
    def heartbeat(self, idle=0):
        """Say that the caller's screen is alive; call it every 20 s, and at once when he is back after a pause.

        :param float idle: seconds since he last touched keyboard or mouse there (ROU-07); left out, he counts as
            active. Of several screens the most active counts
        :return: ``{"version": int, "status": str}``; fetch ``get_state`` when the version is not the one you show
        :rtype: dict
        :raise AccessError: the caller is not a specialist
        :raise UserError: ``idle`` is no number
        """
        self._check_agent()
        idle = 0 if idle is None else idle
        if isinstance(idle, bool) or not isinstance(idle, (int, float)) or idle != idle:
            raise UserError(self.env._("The time without activity is a number of seconds."))
        # no more than a year: a screen whose clock was set says anything
        return self._in_own_transaction("_beat", min(max(idle, 0), 31_536_000), self._age_of_request())

    @api.model
    @in_users_language
    def get_state(self):
        """What the caller's screen shows: status, own work, and who waits on the caller's lines.

        :return: ``{"status", "status_name", "icon", "since", "now": ISO times in UTC, "until": when the status ends by
            itself, or "", "version": int, "is_idle": bool, "declared_name": the status that comes back after idleness,
            "planned", "planned_name": "" when nothing is,
            "statuses": [{"code", "name", "icon", "stat_class"}], "active": [request], "waiting": [request, the longest
            first, at most 200], "waiting_count": int, "name": str, "line_count": int, lines that he serves}``
        :rtype: dict
        :raise AccessError: the caller is not a specialist
        """
        self._check_agent()
        return self._in_own_transaction("_state", self.env.lang)

    @staticmethod
    def _age_of_request():
        """Seconds since the HTTP request began that is worked off here; 0 without one."""
        return real_time() - threading.current_thread().perf_t0 if request else 0.0

    # --- status changes ---

    @api.model
    def _in_own_transaction(self, method, *args):
        """Run ``method`` on the caller's row in a short transaction, so that it never collides with the dispatcher."""
        user_id = self.env.uid
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            agent = dispatcher.env["connect.agent"]._ensure(dispatcher.env["res.users"].browse(user_id))
            return getattr(agent, method)(*args)

    def _switch(self, status_id, origin, at=None, before_idle_id=None):
        """Close the open interval and open the next one at ``at`` (now). True when the status changed."""
        self.ensure_one()
        at = SQL("%s::timestamp", at) if at else NOW
        if self._mark(origin, before_idle_id) == status_id:
            self.invalidate_recordset()
            return False
        self.env.cr.execute(
            SQL(
                """
                WITH moment AS MATERIALIZED (
                    SELECT greatest(%(at)s, (SELECT max(date_start) FROM connect_status_log
                                              WHERE agent_id = %(agent)s AND date_end IS NULL)) AS at),
                closed AS (
                    UPDATE connect_status_log l SET date_end = moment.at FROM moment
                     WHERE l.agent_id = %(agent)s AND l.date_end IS NULL RETURNING 1)
                UPDATE connect_agent a
                   SET status_id = %(status)s, status_since = moment.at
                  FROM moment WHERE a.id = %(agent)s
                """,
                at=at,
                agent=self.id,
                status=status_id,
            )
        )
        self.env.cr.execute(  # a statement of its own: only now is the former interval closed for the unique index
            """INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, date_start, origin)
               SELECT id, user_id, company_id, status_id, status_since, %s FROM connect_agent WHERE id = %s""",
            [origin, self.id],
        )
        self.invalidate_recordset()
        self._tell_screens()
        self._mirror()
        if self.status_id._accepts():
            self.env["connect.dispatcher"]._after_commit(("agent", self.user_id.id))
        return True

    def _mark(self, origin, before_idle_id):
        """Lock the row and note what stands behind the status that is about to be set. Returns the present one."""
        self.env.cr.execute(
            """UPDATE connect_agent a
                  SET before_idle_id = %(before_idle)s,
                      resume_status_id = CASE WHEN %(lost)s THEN coalesce(a.before_idle_id, a.status_id) END,
                      planned_status_id = CASE WHEN NOT %(ends_plan)s THEN a.planned_status_id END,
                      plan_version = a.plan_version + (%(ends_plan)s AND a.planned_status_id IS NOT NULL)::int
                 FROM (SELECT id, planned_status_id FROM connect_agent WHERE id = %(id)s FOR NO KEY UPDATE) before
                WHERE a.id = before.id RETURNING a.status_id, before.planned_status_id""",
            {
                "id": self.id,
                "before_idle": before_idle_id,
                "lost": origin == "lost",
                "ends_plan": origin in ENDS_PLAN,
            },
        )
        status_id, planned_id = self.env.cr.fetchone()
        if planned_id and origin in ENDS_PLAN:
            self._tell_screens()
        return status_id

    def _tell_screens(self):
        """All tabs of his read his state again (ROU-10)."""
        self.env["bus.bus"]._sendone(self.user_id.partner_id, "connect.agent/changed", {})

    def _declare(self, status_id):
        """By hand; whoever declares something is there. What is forced for a time only ends with that."""
        self._seen()
        self.env.cr.execute(SQL("UPDATE connect_agent SET declared_at = %s WHERE id = %s", NOW, self.id))
        if self.call_status_until:
            self._force(None)
        if self._put_behind_call(status_id):
            self._end_plan()
        elif not self._switch(status_id, "manual") and self.status_id._accepts():  # the same again, after a silence
            self.env["connect.dispatcher"]._after_commit(("agent", self.user_id.id))

    # --- load ---

    @api.model
    def _recount(self, user_ids):
        """Set the counters of these specialists to what they work on. In a READ COMMITTED transaction.

        The rows are locked by a statement of their own: whoever gives a specialist work holds them until his commit,
        so the statements after it count that work, too.
        """
        self.env.cr.execute(
            "SELECT id FROM connect_agent WHERE user_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [user_ids]
        )
        self.env.cr.execute(
            """UPDATE connect_agent a
                  SET load = (SELECT count(*) FROM connect_request r
                               WHERE r.user_id = a.user_id AND r.state IN ('offered', 'active'))
                WHERE a.user_id = ANY(%s)""",
            [user_ids],
        )
        self.env["connect.line.member"]._recount(user_ids=user_ids)
        self.invalidate_model(["load"])
        self._apply_plans(user_ids)

    @api.model
    def _miscounted(self):
        """User ids whose counters differ from their work, or whose plan is due: a crash came between a commit and its
        recount."""
        self.env.cr.execute(
            """
            WITH work AS (SELECT user_id, line_id, count(*) AS load FROM connect_request
                           WHERE state IN ('offered', 'active') GROUP BY user_id, line_id),
                 hands AS (SELECT user_id, sum(load) AS load FROM work GROUP BY user_id)
            SELECT a.user_id FROM connect_agent a LEFT JOIN hands USING (user_id)
             WHERE a.load <> coalesce(hands.load, 0)
             UNION
            SELECT m.user_id FROM connect_line_member m LEFT JOIN work USING (user_id, line_id)
             WHERE m.load <> coalesce(work.load, 0)
             UNION
            SELECT a.user_id FROM connect_agent a JOIN connect_status s ON s.id = a.status_id
             WHERE a.planned_status_id IS NOT NULL AND a.load = 0 AND s.code <> ALL(%s)
            """,
            [list(GONE)],
        )
        return [user_id for (user_id,) in self.env.cr.fetchall()]

    # --- helpers ---

    @api.model
    def _check_agent(self):
        if not self.env.user.has_group("connect_lines.group_agent"):
            raise AccessError(self.env._("Only specialists have a status."))

    @api.model
    def _ensure(self, users):
        """The agents of ``users``, created offline where they are missing."""
        known = self.search([("user_id", "in", users.ids)])
        offline_id = self.env["connect.status"]._id_of(OFFLINE)
        for user in users - known.user_id:
            self.env.cr.execute(
                SQL(
                    """
                    WITH created AS (
                        INSERT INTO connect_agent
                               (user_id, company_id, profile, status_id, status_since, load, plan_version)
                        VALUES (%(user)s, %(company)s, 'support', %(status)s, %(now)s, 0, 0)
                        ON CONFLICT (user_id) DO NOTHING RETURNING id, user_id, company_id, status_id, status_since)
                    INSERT INTO connect_status_log (agent_id, user_id, company_id, status_id, date_start, origin)
                    SELECT id, user_id, company_id, status_id, status_since, 'system' FROM created
                    """,
                    user=user.id,
                    company=user.company_id.id,
                    status=offline_id,
                    now=NOW,
                )
            )
        return self.search([("user_id", "in", users.ids)]) if users - known.user_id else known

    def _version(self):
        """Grows with every decision on the agent's lines and every change of his status or plan."""
        self.env.cr.execute(
            """SELECT coalesce(sum(latest.id), 0) FROM connect_line_member m
                CROSS JOIN LATERAL (SELECT id FROM connect_decision d
                                     WHERE d.line_id = m.line_id ORDER BY id DESC LIMIT 1) latest
                WHERE m.user_id = %s""",
            [self.user_id.id],
        )
        decisions = self.env.cr.fetchone()[0]
        self.env.cr.execute(
            """SELECT plan_version + (SELECT coalesce(max(id), 0) FROM connect_status_log l WHERE l.agent_id = a.id)
                 FROM connect_agent a WHERE id = %s""",
            [self.id],
        )
        return int(decisions + self.env.cr.fetchone()[0])

    def _state(self, lang):
        agent = self.with_context(lang=lang)
        requests = agent.env["connect.request"]
        user = agent.user_id
        statuses = agent.env["connect.status"].search(self._settable(agent.profile))
        waiting, waiting_count = agent.env["connect.line"]._waiting_for(user)
        active = requests.search(
            [("user_id", "=", user.id), ("state", "in", ["offered", "active"])], order="assigned_at"
        )
        return {
            "status": agent.status_id.code,
            "status_name": agent.status_id.name,
            "icon": agent.status_id.icon,
            "since": f"{agent.status_since.isoformat(timespec='seconds')}Z",
            "now": f"{fields.Datetime.now().isoformat(timespec='seconds')}Z",
            "version": agent._version(),
            "until": f"{agent.call_status_until.isoformat(timespec='seconds')}Z" if agent.call_status_until else "",
            "is_idle": bool(agent.before_idle_id and agent.status_id != agent.call_status_id),
            "declared_name": (agent.before_idle_id or agent.status_id).name,
            "planned": agent.planned_status_id.code or "",
            "planned_name": agent.planned_status_id.name or "",
            "statuses": statuses.read(["code", "name", "icon", "stat_class"], load=False),
            "active": active._to_state_dict(),
            "offers": requests.search([("offered_to_id", "=", user.id)], order="offered_until")._to_state_dict(),
            "pull_line_ids": self.env["connect.line"]._pull_lines(user).ids,
            "waiting": waiting._to_state_dict(),
            "waiting_count": waiting_count,
            "name": user.name,
            "line_count": self.env["connect.line.member"].search_count([("user_id", "=", user.id)]),
        }
