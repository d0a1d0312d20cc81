"""What the bridge asks: a call has come in, where does it go; what was ordered; which calls are open. Called in the
bridge's own process, as the system, each in a transaction of its own (../office.py)."""

import json

from odoo import api, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL
from psycopg2.extras import Json

from .connect_call import LIVE
from .connect_call_way import BUSY, REJECTED, end

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
        :return: ``{"stages": [stage], "user_id": int, "endpoint": str, "caller_id": str}``
        """
        if entrance.get("again"):  # a bridge has died over it: what was taken for it then is taken anew
            self.env["connect.trunk.use"]._keep(entrance["channel"], None)
            known = self._of_key(entrance["channel"])
            if known and known.state not in LIVE:
                return {"stages": [{"kind": "End"}]}
            if known:
                known._set_row({"snapshot": None})  # its notes are counted anew
        if entrance["door"] == "trunk":
            return self._enter_from_trunk(pbx_id, entrance)
        phone = self.env["connect.extension"].search(
            [("sip_user", "=", entrance["endpoint"].removesuffix("-web")), ("pbx_id", "=", pbx_id)], limit=1
        )
        if not phone:
            return {"stages": end(REJECTED, "refused")}
        calls = self.with_context(connect_call_key=entrance["channel"])
        if self._has_other_call(phone.partner_id, pbx_id, entrance["channel"]):
            stages, values = end(BUSY, "declined"), {"direction": "incoming"}
        else:
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
        user = phone.user_id
        if user and (text := self.with_context(lang=user.lang)._no_way_text(stages, phone.company_id)):
            self._say(user, entrance["channel"], text)
        return {
            "stages": stages,
            "user_id": phone.user_id.id or 0,
            "endpoint": f"PJSIP/{entrance['endpoint']}",
            "caller_id": phone._caller_id(),
        }

    @api.model
    def _has_other_call(self, partner, pbx_id, key):
        """A person talks with one at a time, however many pages he has opened (VOI-03). A call that only rings at him
        is not his yet."""
        live = [("partner_id", "=", partner.id), ("pbx_id", "=", pbx_id), ("state", "in", LIVE), ("key", "!=", key)]
        live += ["|", ("direction", "!=", "outgoing"), ("state", "!=", "ringing")]
        return bool(partner) and any(not call._is_without_person() for call in self.search(live))

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
        if not row:
            return self._of_key(values["key"])
        call = self.browse(row[0])
        call._come(values.get("caller_user_id"))
        return call

    @api.model
    def _ask(self, key, what, ref, text=""):
        """Where a call goes that has come to an ``Ask``: what is asked names the method."""
        if what == "refer":
            return self._ask_refer(key, ref, text)
        return getattr(self, {"line": "_ask_line", "step": "_ask_step", "back": "_ask_back"}[what])(key, ref)

    @api.model
    def _open_calls(self, pbx_id):
        """``{key: snapshot}`` of the calls that have not ended, but those that are still to be made. Whom the router
        has found meanwhile for one that waits is offered again: the order may have died with the bridge."""
        due = self.env["connect.call.order"].search([("pbx_id", "=", pbx_id), ("state", "=", "new")])
        due = due.filtered(lambda order: order.verb == "originate").mapped("key")
        calls = self.search([("pbx_id", "=", pbx_id), ("state", "in", LIVE), ("key", "not in", due)])
        waiting = calls.filtered(lambda call: call.state == "ringing" and not call.user_id)
        for request in waiting.request_id.filtered(lambda request: request.state == "active"):
            request._offer_waiting_call()
        return {call.key: call.snapshot or {} for call in calls}

    @api.model
    def _note(self, notes):
        """Keep what has happened to calls, in the order in which it is told.

        :param list notes: ``(key, [(fact, data)], snapshot)`` for each call. The rows are locked by one statement, in
            the order of their ids, so that two who note the same calls never wait for each other. One that is over
            stays as it is, and what was told before (``told`` counts) is not kept again.
        """
        self.env.cr.execute(
            """SELECT key, id, coalesce((snapshot ->> 'told')::int, 0) FROM connect_call
                WHERE key = ANY(%s) AND state = ANY(%s) ORDER BY id FOR NO KEY UPDATE""",
            [[key for key, _facts, _snapshot in notes], list(LIVE)],
        )
        rows = self.env.cr.fetchall()
        told = {key: count for key, _id, count in rows}
        notes = [note for note in notes if note[2].get("told", float("inf")) > told.get(note[0], 0)]
        known = {key: call_id for key, call_id, _count in rows}
        calls = self.browse(known.values())
        calls.invalidate_recordset()
        by_id = {call.id: call for call in calls}  # they are read together
        notes = [(by_id[known[key]], facts, snapshot) for key, facts, snapshot in notes if key in known]
        for call, facts, snapshot in notes:
            if facts:
                call._note_one(facts, snapshot)
        self._keep_snapshots({call.id: snapshot for call, _facts, snapshot in notes})
        if told := [call for call, facts, _snapshot in notes if facts]:
            self.union(*told)._wake()

    def _note_one(self, facts, snapshot):
        for name, data in facts:
            self._write_fact(name, data)
            handler = getattr(self, f"_on_{name}", None)
            if handler:
                handler(data)
        self._hold_lines(snapshot)

    @api.model
    def _keep_snapshots(self, snapshots):
        """``{id: snapshot}``, for as long as the call lasts."""
        self.env.cr.execute(
            """UPDATE connect_call c SET snapshot = CASE WHEN c.state = ANY(%s) THEN kept.snapshot END
                 FROM unnest(%s::int[], %s::jsonb[]) kept (id, snapshot) WHERE c.id = kept.id""",
            [list(LIVE), list(snapshots), [json.dumps(each) for each in snapshots.values()]],
        )
        self.browse(snapshots).invalidate_recordset(["snapshot"])

    def _write_fact(self, name, data, at=None):
        self.env.cr.execute(
            SQL(
                "INSERT INTO connect_call_fact (call_id, at, name, user_id, data) VALUES (%s, %s, %s, %s, %s)",
                self.id,
                at or NOW,
                name,
                data.get("user_id") or None,
                Json(data),
            )
        )
        if state := STATE_OF_FACT.get(name):
            self._set_row({"state": state})

    def _wake(self):
        """Screens of those who take part read these calls again, and after the commit the statuses of the employees
        among them follow: of whoever takes part, has taken part, or is or was rung last."""
        self.env.cr.execute(
            """SELECT c.key, u.id, coalesce(u.partner_id, who.partner_id)
                 FROM connect_call c CROSS JOIN LATERAL (
                     SELECT c.user_id, NULL::int AS partner_id UNION SELECT c.caller_user_id, NULL
                     UNION SELECT NULL, c.partner_id
                     UNION SELECT user_id, NULL FROM connect_call_fact WHERE call_id = c.id
                     UNION SELECT jsonb_array_elements_text(rung.data -> 'user_ids')::int, NULL FROM (
                         SELECT data FROM connect_call_fact WHERE call_id = c.id AND name IN ('ringing', 'consulting')
                          ORDER BY id DESC LIMIT 1) rung) who
                 LEFT JOIN res_users u ON u.id = who.user_id
                WHERE c.id = ANY(%s) AND coalesce(u.id, who.partner_id) IS NOT NULL ORDER BY c.id""",
            [self.ids],
        )
        found = self.env.cr.fetchall()
        for key, _user_id, partner_id in found:
            self.env["res.partner"].browse(partner_id)._bus_send("connect.call/changed", {"key": key})
        self.env["connect.agent"]._follow_calls([user_id for _key, user_id, _partner_id in found if user_id])
