"""«Nikiforov Sergey created ticket № 000008  Show» in the feed of the conversation (CHT-03, LIN-52)."""

from odoo import api, fields, models
from psycopg2.extras import Json

# As ``connect_write_event`` does, for an event that belongs to no request.
WRITE = """
WITH message AS (
    INSERT INTO mail_message (
           model, res_id, message_type, subtype_id, author_id, body, date, message_id,
           is_internal, email_add_signature, create_uid, create_date, write_uid, write_date)
    SELECT 'discuss.channel', %(channel)s, 'notification', %(subtype)s,
           coalesce((SELECT partner_id FROM res_users WHERE id = %(actor)s), %(system)s), '', moment.at,
           '<connect-event-' || gen_random_uuid() || '@connect>',
           FALSE, FALSE, %(uid)s, moment.at, %(uid)s, moment.at
      FROM (SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC') AS at) AS moment
    RETURNING id, date),
event AS (
    INSERT INTO connect_event (type, payload, at, channel_id, actor_id, message_id)
    SELECT %(type)s, %(payload)s, date, %(channel)s, %(actor)s, id FROM message
    RETURNING id, message_id)
INSERT INTO connect_feed_item (channel_id, message_id, event_id)
SELECT %(channel)s, message_id, id FROM event
"""


class ConnectEvent(models.Model):
    _inherit = "connect.event"

    type = fields.Selection(selection_add=[("ticket", "Service ticket")], ondelete={"ticket": "cascade"})

    @api.model
    def _write_in_channel(self, event_type, channel, actor_id, payload):
        """Message, event and place in the feed of a conversation, numbered after the commit."""
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        values = {
            "type": event_type,
            "channel": channel.id,
            "actor": actor_id or None,
            "payload": Json(payload),
            "subtype": ref("mail.mt_comment"),
            "system": ref("base.partner_root"),
            "uid": self.env.uid,
        }
        self.env.cr.execute(WRITE, values)
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
