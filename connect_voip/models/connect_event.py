"""Calls in the feed of the conversation: «Call 02:31», «Missed call» (VOI-10)."""

from odoo import api, fields, models


class ConnectEvent(models.Model):
    _inherit = "connect.event"

    type = fields.Selection(selection_add=[("call", "Call")], ondelete={"call": "cascade"})

    @api.model
    def _write_call(self, call):
        """A call on a line that has ended, in the conversation of its person; a conversation is begun for the first."""
        channel = self.env["discuss.channel"]._connect_get(call.line_id, call.partner_id)
        self._write_in_channel(
            "call",
            channel,
            (call.user_id or call.caller_user_id).id,
            {
                "call_id": call.id,
                "user_id": call.user_id.id,
                "seconds": call.talk_ms // 1000,
                "missed": call.missed_reason or "",
                "direction": call.direction,
                "message": call._has_message(),
            },
        )

    def _to_client(self, internal):
        """With the way to the call, where its recordings are, for whoever may open it."""
        values = super()._to_client(internal)
        call = self.env["connect.call"].with_user(self.env.user).browse((self.payload or {}).get("call_id") or ())
        if self.type == "call" and internal and call.has_access("read"):
            values["call_id"] = call.id
        return values

    def _text(self, internal=True):
        if self.type != "call":
            return super()._text(internal)
        payload = self.payload or {}
        if payload.get("missed"):
            if payload.get("direction") == "outgoing":
                return self.env._("Call without an answer")
            if payload.get("message"):
                return self.env._("Missed call, a message was left")
            return self.env._("Missed call")
        minutes, seconds = divmod(payload.get("seconds") or 0, 60)
        name = self._person(payload.get("user_id"), short=True)
        if name:
            return self.env._("Call %(minutes)02d:%(seconds)02d, %(name)s", minutes=minutes, seconds=seconds, name=name)
        return self.env._("Call %(minutes)02d:%(seconds)02d", minutes=minutes, seconds=seconds)
