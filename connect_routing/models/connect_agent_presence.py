"""Whether a specialist is there: his heartbeats, the silence after the last one, logging in and leaving.

The log is exact to the second whoever notices first that somebody was gone: the minute cron, or he himself when he is
back. His status ends at his last heartbeat either way.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from .connect_request import NOW
from .connect_request_work import UNBIND_AFTER
from .connect_status import AUTOMATIC, GONE, HEARTBEAT_TIMEOUT


class ConnectAgentPresence(models.Model):
    _inherit = "connect.agent"

    def _is_there(self):
        """His screen is alive: the router may give him something."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), seconds=HEARTBEAT_TIMEOUT)
        return bool(self.last_seen and self.last_seen > limit)

    def _seen(self, idle=0):
        """He is there, and touched his keyboard ``idle`` seconds ago. True when he comes back after a silence in which
        he got nothing. A silence that was long enough to be offline ends his status at its beginning, whether or not
        the cron has noticed it: the log is exact to the second either way."""
        self.env.cr.execute(
            f"""UPDATE connect_agent a
                   SET last_seen = moment.now,
                       last_active = greatest(a.last_active, moment.now - make_interval(secs => %s))
                  FROM (SELECT id, coalesce(last_seen, status_since) AS at, last_seen IS NULL AS is_new
                          FROM connect_agent WHERE id = %s FOR NO KEY UPDATE) before,
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) moment
                 WHERE a.id = before.id
             RETURNING before.at,
                       before.is_new OR before.at < a.last_seen - make_interval(secs => {HEARTBEAT_TIMEOUT}),
                       before.at < a.last_seen - make_interval(secs => {UNBIND_AFTER})""",
            [idle, self.id],
        )
        seen_at, was_away, was_lost = self.env.cr.fetchone()
        self.invalidate_recordset(["last_seen", "last_active"])
        if was_lost and not self._is_gone():
            self._leave("lost", at=seen_at)
        return was_away

    def _is_gone(self):
        """His status says that nobody is there."""
        return self.status_id.code in GONE

    def _leave(self, origin, at=None):
        """Into the status that his profile has for nobody being there; who is gone already stays in his."""
        code = self.status_id.code if self._is_gone() else AUTOMATIC[self.profile].gone
        self._switch(self.env["connect.status"]._id_of(code), origin, at=at)

    @api.model
    def _on_login(self, user_ids):
        """A new login starts with the profile's status (ROU-05), not with what the former session had or planned,
        whether that one was lost or is thrown out by this one. What the system has set, as a call does, stays."""
        self.search([("user_id", "in", user_ids)], order="id")._one_by_one(lambda agent: agent._begin_session())

    def _begin_session(self):
        if not self._is_gone():
            self._seen()  # a silence before the login belongs into the log
        self.env.cr.execute(
            """UPDATE connect_agent SET resume_status_id = NULL, planned_status_id = NULL,
                      plan_version = plan_version + (planned_status_id IS NOT NULL)::int WHERE id = %s""",
            [self.id],
        )
        self.invalidate_recordset()
        login_id = self._login_status_id(self.profile)
        if not self._put_behind_call(login_id) and (self.status_id.settable or self.before_idle_id):
            self._switch(login_id, "login")

    @api.model
    def _on_logout(self, user_id):
        """«Quit the program»: offline at once, not after the silence."""
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            agent = dispatcher.env["connect.agent"].search([("user_id", "=", user_id)])
            if agent:
                agent._seen()  # a silence before he left belongs into the log
                agent._leave("logout")

    @api.model
    def _put_offline(self, user_ids):
        """Those who were locked out. Who is back already, or stands above a suspension, says so by his heartbeat."""
        there = self.search([("user_id", "in", user_ids), ("status_id.code", "not in", list(GONE))], order="id")
        there._one_by_one(lambda agent: agent._leave("logout"))

    @api.model
    def _close_lost(self):
        """Put those without a heartbeat offline, retroactively at their last one."""
        self.env.cr.execute(
            SQL(
                """SELECT id, coalesce(last_seen, status_since) FROM connect_agent
                    WHERE status_id <> ALL(%s) AND coalesce(last_seen, status_since) < %s - make_interval(secs => %s)
                    FOR NO KEY UPDATE SKIP LOCKED""",
                [self.env["connect.status"]._id_of(code) for code in GONE],
                NOW,
                UNBIND_AFTER,
            )
        )
        lost = dict(self.env.cr.fetchall())
        self.browse(lost)._one_by_one(lambda agent: agent._leave("lost", at=lost[agent.id]))
