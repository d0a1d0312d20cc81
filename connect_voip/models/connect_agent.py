"""What a specialist's calls make of his status (ROU-04, ROU-27, appendix B): «Разговариваю», in a contact centre
«Резерв», «Разговор», «Удержание», and after a call on a line «Постобработка». He takes nothing new then; whoever is
bound to him writes on.

Wrap-up follows from the tables alone: the fact «left» says when he was out of a conversation and how long the line
gives him, so that a process that dies changes nothing. A status that he sets by hand ends it.
"""

from odoo import api, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL

from .connect_call import LIVE

# by the profile of the specialist: what each state of a call of his means
STATUSES = {
    "support": {"talking": "talking", "held": "talking"},
    "contact_center": {"ringing": "reserve", "talking": "talk", "held": "hold"},
}


class ConnectAgent(models.Model):
    _inherit = "connect.agent"

    @api.model
    def _follow_calls(self, user_ids):
        """After this commit: the statuses of these users follow their calls, in a short transaction of its own, so
        that a call never waits for the router."""
        if not user_ids:
            return
        todo = self.env.cr.postcommit.data.setdefault("connect.calls", set())
        if not todo:
            self.env.cr.postcommit.add(self._follow_now)
        todo.update(user_ids)

    def _follow_now(self):
        user_ids = sorted(self.env.cr.postcommit.data.pop("connect.calls", ()))
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            agents = dispatcher.env["connect.agent"]
            agents.search([("user_id", "in", user_ids)], order="id")._follow()

    @api.model
    def _check_forced(self):
        """What ``_follow_now`` would have done in a process that has died."""
        super()._check_forced()
        calls = self.env["connect.call"].search([("state", "in", LIVE)])
        parties = calls.party_ids.ids
        self.search(["|", ("call_status_id", "!=", False), ("user_id", "in", parties)], order="id")._follow()

    def _follow(self):
        self._one_by_one(lambda agent: agent._follow_own())

    def _follow_own(self):
        code = self._call_status()
        left_at, until = self._wrapup()
        if code:
            self._in_call(code)
        elif until:
            self._in_call("wrapup", at=left_at, until=until)
        else:
            self._in_call("", at=left_at)

    def _call_status(self):
        """The code that his calls force now; empty when he is in none."""
        self.ensure_one()
        states = {call._state_for(self.user_id) for call in self.env["connect.call"]._calls_of(self.user_id)}
        known = STATUSES.get(self.profile or "support", STATUSES["support"])
        return next(
            (known[state] for state in ("talking", "held", "ringing") if state in states and state in known), ""
        )

    def _wrapup(self):
        """``(since when he is out of his last conversation on a line, until when its wrap-up lasts)``; None for what is
        not so. Both are None when a later word of his has made it void."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """SELECT f.at, CASE WHEN ends.at > %(now)s AND a.profile = 'contact_center' THEN ends.at END
                     FROM connect_agent a
                     JOIN LATERAL (SELECT at, (data ->> 'wrapup')::int AS seconds FROM connect_call_fact
                                    WHERE user_id = a.user_id AND name = 'left' ORDER BY id DESC LIMIT 1) f ON TRUE
                     CROSS JOIN LATERAL (SELECT f.at + make_interval(secs => f.seconds) AS at) ends
                    WHERE a.id = %(id)s AND f.at > coalesce(a.declared_at, '-infinity')""",
                now=NOW,
                id=self.id,
            )
        )
        return self.env.cr.fetchone() or (None, None)

    @api.model
    def _takes_calls_of_own(self, user):
        """Whether the people whom he works with may call him (ROU-05, ROU-06, ROU-26). His own status says it; what a
        call makes of it, he is too busy for, is asked elsewhere."""
        agent = self.search([("user_id", "=", user.id)])
        forced = agent.status_id == agent.call_status_id
        return bool(agent) and ((forced and agent.before_idle_id) or agent.status_id)._accepts_calls_of_own()

    @api.model
    def _in_wrapup(self, users):
        """``{user_id: seconds that are left}`` of those who are in it."""
        self.env.cr.execute(
            SQL(
                """SELECT user_id, extract(epoch FROM call_status_until - %(now)s)::float
                     FROM connect_agent WHERE user_id = ANY(%(users)s) AND call_status_until > %(now)s""",
                now=NOW,
                users=users.ids,
            )
        )
        return dict(self.env.cr.fetchall())
