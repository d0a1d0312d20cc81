"""What people want done with a call, on its way to the bridge: a row and a NOTIFY that leaves with its commit."""

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extras import Json

from .connect_call import LIVE

CHANNEL = "connect_voip"
TAKEN_AT_ONCE = 100
TOO_OLD = 15  # s: an order nobody has fetched by then is not carried out any more


class ConnectCallOrder(models.Model):
    _name = "connect.call.order"
    _description = "Order for a call"
    _order = "id"
    _log_access = False

    pbx_id = fields.Many2one("connect.pbx", required=True, ondelete="cascade", index=True)
    key = fields.Char(required=True)
    verb = fields.Char(required=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", index=True)
    data = fields.Json()
    at = fields.Datetime(required=True)
    state = fields.Selection([("new", "New"), ("taken", "Taken"), ("refused", "Refused")], required=True)
    code = fields.Char(help="Why it was refused.")

    _waiting = models.Index("(pbx_id, id) WHERE state = 'new'")
    _warnings = models.Index("(key) WHERE verb = 'warn'")

    @api.model
    def _give(self, pbx, key, verb, user, data=None):
        self.env.cr.execute(
            """INSERT INTO connect_call_order (pbx_id, key, verb, user_id, data, at, state)
               VALUES (%s, %s, %s, %s, %s, clock_timestamp() AT TIME ZONE 'UTC', 'new') RETURNING id""",
            [pbx.id, key, verb, user.id, Json(data or {})],
        )
        order_id = self.env.cr.fetchone()[0]
        self.env.cr.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(pbx.id)])
        return order_id

    @api.model
    def _take(self, pbx_id):
        """Each order once, in order, for the bridge. What is too old is refused: nobody wants his telephone to ring
        for a call that he ordered before the bridge was started again; that call has ended."""
        self.env.cr.execute(
            SQL(
                """UPDATE connect_call_order o
                      SET state = CASE WHEN old THEN 'refused' ELSE 'taken' END,
                          code = CASE WHEN old THEN 'away' END
                     FROM (SELECT id, at < (clock_timestamp() AT TIME ZONE 'UTC') - make_interval(secs => %s) AS old
                             FROM connect_call_order WHERE pbx_id = %s AND state = 'new'
                            ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) waiting
                    WHERE o.id = waiting.id
                RETURNING o.id, o.key, o.verb, o.user_id, o.data, old""",
                TOO_OLD,
                pbx_id,
                TAKEN_AT_ONCE,
            )
        )
        rows = sorted(self.env.cr.dictfetchall(), key=lambda row: row["id"])
        ended = self._not_to_be_made([row for row in rows if row["verb"] == "originate"])
        return [row for row in rows if not row["old"] and row["key"] not in ended]

    @api.model
    def _not_to_be_made(self, rows):
        """Keys of ordered calls that have ended, now or before."""
        if not rows:
            return set()
        calls = self.env["connect.call"]
        calls._lost([row["key"] for row in rows if row["old"]])
        keys = {row["key"] for row in rows}
        return keys - set(calls.search([("key", "in", list(keys)), ("state", "in", LIVE)]).mapped("key"))

    def _refuse(self, code):
        self.ensure_one()
        self.env.cr.execute("UPDATE connect_call_order SET state = 'refused', code = %s WHERE id = %s", [code, self.id])
        self.invalidate_recordset()
        self.env["connect.trunk.use"]._drop(self.key)
        if self.verb == "offer":
            return  # nobody has asked for it
        text = self.with_context(lang=self.user_id.lang)._refusal_text(code)
        self.env["connect.call"]._say(self.user_id, self.key, text)

    def _refusal_text(self, code):
        texts = {
            "no_call": self.env._("This call has ended."),
            "not_now": self.env._("This cannot be done now: look at the state of the call."),
            "nobody": self.env._("There is nobody with this number."),
            "nobody_yet": self.env._("The colleague has not answered yet."),
            "not_yours": self.env._("This is not your call."),
            "not_parked": self.env._("This call is not parked any more."),
            "not_talking": self.env._("There is nobody to send digits to."),
        }
        return texts.get(code) or self.env._("The telephone exchange could not do this. Try again.")

    @api.autovacuum
    def _gc_orders(self):
        self.env.cr.execute(
            """DELETE FROM connect_call_order
                WHERE at < (now() AT TIME ZONE 'UTC') - interval '7 days'"""
        )
