"""What the bridge asks: a call has come in, where does it go; what was ordered; which calls are open. Called in the
bridge's own process, as the system, each in a transaction of its own (../office.py)."""

import logging

from odoo import api, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL
from psycopg2.extras import Json

from .connect_call import LIVE

_logger = logging.getLogger(__name__)

REJECTED = 21
STATE_OF_FACT = {
    "ringing": "ringing",
    "answered": "talking",
    "resumed": "talking",
    "fetched": "talking",
    "held": "held",
    "consulting": "held",
    "client_left": "talking",
    "conference": "talking",
    "parked": "parked",
    "park_over": "ringing",
}


class ConnectCallBridge(models.Model):
    _inherit = "connect.call"

    @api.model
    def _enter(self, pbx_id, entrance):
        """Note a call that has come in.

        :param dict entrance: ``channel``, ``door``, ``endpoint``, ``dialled``, ``caller``, as bridge/office.py has it
        :return: ``{"stages": [stage], "user_id": int, "endpoint": str}``
        """
        if entrance["door"] == "trunk":
            return self._enter_from_trunk(pbx_id, entrance)
        phone = self.env["connect.extension"].search(
            [("sip_user", "=", entrance["endpoint"].removesuffix("-web")), ("pbx_id", "=", pbx_id)], limit=1
        )
        if not phone:
            return {"stages": [{"kind": "End", "cause": REJECTED, "missed": "refused"}]}
        calls = self.with_context(connect_call_key=entrance["channel"])
        stages, values = calls._way_of_number(
            phone.company_id, entrance["dialled"], phone.number or entrance["caller"], phone
        )
        self._open_call(
            {
                "key": entrance["channel"],
                "pbx_id": pbx_id,
                "company_id": phone.company_id.id,
                "partner_id": phone.partner_id.id or None,
                "caller_user_id": phone.user_id.id or None,
                "caller_number": phone.number or phone.partner_id.phone or None,
                "dialled": entrance["dialled"],
                **values,
            }
        )
        if self._has_no_line(stages):
            text = self.with_context(lang=phone.user_id.lang)._no_line_text()
            phone.user_id._bus_send("connect.call/refused", {"key": entrance["channel"], "text": text})
        return {
            "stages": stages,
            "user_id": phone.user_id.id or 0,
            "endpoint": f"PJSIP/{entrance['endpoint']}",
        }

    @api.model
    def _open_call(self, values):
        columns = {"state": "ringing", "start_at": NOW, **{name: value or None for name, value in values.items()}}
        self.env.cr.execute(
            SQL(
                "INSERT INTO connect_call (%s) VALUES (%s) ON CONFLICT (key) DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                SQL(", ").join(SQL("%s", value) for value in columns.values()),
            )
        )
        row = self.env.cr.fetchone()
        return self.browse(row[0]) if row else self._of_key(values["key"])

    @api.model
    def _ask(self, key, what, ref):
        """Where a call goes that has come to an ``Ask``: what is asked names the method."""
        return getattr(self, {"line": "_ask_line", "step": "_ask_step"}[what])(key, ref)

    @api.model
    def _open_calls(self, pbx_id):
        """``{key: snapshot}`` of the calls that have not ended."""
        calls = self.search([("pbx_id", "=", pbx_id), ("state", "in", LIVE)])
        return {call.key: call.snapshot or {} for call in calls}

    @api.model
    def _note(self, key, facts, snapshot):
        """Keep what has happened to a call."""
        self.env.cr.execute("SELECT id FROM connect_call WHERE key = %s FOR NO KEY UPDATE", [key])
        row = self.env.cr.fetchone()
        if not row:
            return
        call = self.browse(row[0])
        call.invalidate_recordset()
        for name, data in facts:
            call._write_fact(name, data)
            handler = getattr(call, f"_on_{name}", None)
            if handler:
                handler(data)
        call._hold_lines(snapshot)
        call._set_row({"snapshot": Json(snapshot)} if call.state in LIVE else {"snapshot": None})
        call._wake()
        self.env["connect.agent"]._follow_calls(call._staff().ids)

    def _write_fact(self, name, data):
        self.env.cr.execute(
            SQL(
                "INSERT INTO connect_call_fact (call_id, at, name, user_id, data) VALUES (%s, %s, %s, %s, %s)",
                self.id,
                NOW,
                name,
                data.get("user_id") or None,
                Json(data),
            )
        )
        if state := STATE_OF_FACT.get(name):
            self._set_row({"state": state})

    def _set_row(self, values):
        self.env.cr.execute(
            SQL(
                "UPDATE connect_call SET %s WHERE id = %s",
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
                self.id,
            )
        )
        self.invalidate_recordset()

    def _wake(self):
        """Screens of those who take part read the call again."""
        for user in self._staff():
            user._bus_send("connect.call/changed", {"key": self.key})
        if self.partner_id:
            self.partner_id._bus_send("connect.call/changed", {"key": self.key})

    def _staff(self):
        """Who of the employees takes part, or is or was rung."""
        self.env.cr.execute(
            "SELECT DISTINCT user_id FROM connect_call_fact WHERE call_id = %s AND user_id IS NOT NULL", [self.id]
        )
        spoke = self.env["res.users"].browse([row[0] for row in self.env.cr.fetchall()])
        return self.user_id | self.caller_user_id | self._ringing_users() | spoke

    def _ringing_users(self):
        """Whose telephones ring, or rang last."""
        self.env.cr.execute(
            """SELECT data -> 'user_ids' FROM connect_call_fact WHERE call_id = %s AND name = 'ringing'
                ORDER BY id DESC LIMIT 1""",
            [self.id],
        )
        row = self.env.cr.fetchone()
        return self.env["res.users"].browse(row[0] if row else ())
