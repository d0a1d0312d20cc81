"""Calls under way when the minutes of their company run out: told a minute before, then ended.

Looked at with every sign of life of the bridge: exact to its 5 s, for all calls of the company together, and without a
timer that a restart could lose.
"""

from odoo import SUPERUSER_ID, api, models

WARNING = 60  # s before the end


class ConnectOutboundWatch(models.Model):
    _inherit = "connect.outbound.limit"

    @api.model
    def _watch_calls(self, pbx):
        """Order a warning or the end for the calls of companies whose minutes run out."""
        self.env.cr.execute(
            """SELECT u.company_id, array_agg(DISTINCT c.id)
                 FROM connect_trunk_use u JOIN connect_call c ON c.key = u.key
                WHERE u.released_at IS NULL AND u.is_outgoing
                  AND c.pbx_id = %s AND c.state IN ('talking', 'held', 'parked')
                GROUP BY u.company_id""",
            [pbx.id],
        )
        for company_id, call_ids in self.env.cr.fetchall():
            limit = self._of_company(self.env["res.company"].browse(company_id))
            calls = self.env["connect.call"].browse(call_ids)
            left = limit._seconds_left() / len(calls)  # each second costs as many as there are calls
            if left <= 0:
                limit._watch()
                calls._order_end("cut")
            elif left <= WARNING:
                calls.filtered(lambda call: call._is_unwarned())._order_end("warn")

    def _seconds_left(self):
        return self.minutes * 60 - self.env["connect.trunk.use"]._minutes(self.company_id) * 60


class ConnectCallWatch(models.Model):
    _inherit = "connect.call"

    def _is_unwarned(self):
        orders = [("key", "=", self.key), ("verb", "=", "warn")]
        return not self.env["connect.call.order"].search_count(orders, limit=1)

    def _order_end(self, verb):
        """«warn»: both hear a tone, and the employee reads why; «cut»: the end."""
        orders = self.env["connect.call.order"]
        for call in self:
            user = call.party_ids[:1] or self.env["res.users"].browse(SUPERUSER_ID)
            orders._give(call.pbx_id, call.key, verb, user)
            if verb == "warn":
                text = user.with_context(lang=user.lang).env._(
                    "The minutes of outgoing calls of your company run out: this call ends within a minute."
                )
                call._say(call.party_ids, call.key, text)
