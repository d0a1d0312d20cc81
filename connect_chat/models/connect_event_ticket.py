"""«Nikiforov Sergey created ticket № 000008  Show» in the feed of the conversation (CHT-03, LIN-52)."""

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extras import Json


class ConnectEvent(models.Model):
    _inherit = "connect.event"

    type = fields.Selection(selection_add=[("ticket", "Service ticket")], ondelete={"ticket": "cascade"})

    @api.model
    def _write_in_channel(self, event_type, channel, actor_id, payload):
        """Message, event and place in the feed of a conversation, numbered after the commit."""
        self.env.cr.execute(
            SQL(
                """SELECT connect_write_event(%s, %s, NULL, NULL, %s, %s,
                              date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')::timestamp, %s, %s)""",
                event_type,
                channel.id,
                actor_id or None,
                Json(payload),
                *self._message_refs(),
            )
        )
        self.env["connect.feed.item"]._number_after_commit(channel.id)

    def _to_client(self, internal):
        values = super()._to_client(internal)
        if self.type == "ticket":
            values["ticket_id"] = (self.payload or {}).get("ticket_id")
        return values

    def _text(self):
        if self.type != "ticket":
            return super()._text()
        payload = self.payload or {}
        name, number = self._person(payload.get("user_id")), payload.get("number")
        if name:
            return self.env._("%(name)s created ticket № %(number)s", name=name, number=number)
        return self.env._("Ticket № %s was created", number)
