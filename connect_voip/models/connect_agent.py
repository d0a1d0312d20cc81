"""«Разговариваю» and the voice statuses of a contact centre: what a specialist's calls make of his status (ROU-27,
appendix B). He takes no new requests then; whoever is bound to him writes on."""

from odoo import api, models

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
            for agent in agents.search([("user_id", "in", user_ids)], order="id"):
                agent._in_call(agent._call_status())

    def _call_status(self):
        """The code that his calls force now; empty when he is in none."""
        self.ensure_one()
        self.env.cr.execute(
            """SELECT array_agg(DISTINCT c.state) FROM connect_call c
                WHERE c.state IN ('talking', 'held') AND (c.user_id = %(user)s OR c.caller_user_id = %(user)s)
                   OR c.state = 'ringing' AND c.caller_user_id = %(user)s
                   OR c.id = ANY(%(rung)s)""",
            {"user": self.user_id.id, "rung": self.env["connect.call"]._rung(self.user_id)},
        )
        states = set(self.env.cr.fetchone()[0] or ())
        known = STATUSES.get(self.profile or "support", STATUSES["support"])
        return next(
            (known[state] for state in ("talking", "held", "ringing") if state in states and state in known), ""
        )
