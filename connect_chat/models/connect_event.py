"""What happened around a conversation, as typed rows. The server alone writes them; no message can imitate one.

An event has a place in the feed through a message of type ``notification`` with an empty body. Its words are made
for the reader, in his language, from the row.
"""

from odoo import api, fields, models
from odoo.addons.connect_routing.models.append_only import forbid_changes
from psycopg2.extras import Json

TYPES = [
    ("queued", "Waiting: nobody free"),
    ("assigned", "Specialist assigned"),
    ("started", "Started by a specialist"),
    ("taken_over", "Taken over"),
    ("unbound", "Back in the queue"),
    ("finished", "Work finished"),
    ("rated", "Rated"),
]
SHOWN = frozenset(code for code, _name in TYPES)


# A function of the database, so that its plan is kept: planning took as long as executing (see connect_routing's
# decide_functions.py).
WRITE_EVENT = """
CREATE OR REPLACE FUNCTION connect_write_event(
    p_type text, p_request int, p_actor int, p_payload jsonb, p_subtype int, p_system int, p_uid int) RETURNS bool
LANGUAGE plpgsql VOLATILE AS $write$
BEGIN
    WITH message AS (
        INSERT INTO mail_message (
               model, res_id, message_type, subtype_id, author_id, body, date, message_id,
               is_internal, email_add_signature, create_uid, create_date, write_uid, write_date)
        SELECT 'discuss.channel', channel.id, 'notification', p_subtype,
               coalesce((SELECT partner_id FROM res_users WHERE id = p_actor), p_system), '', moment.at,
               '<connect-event-' || gen_random_uuid() || '@connect>',
               FALSE, FALSE, p_uid, moment.at, p_uid, moment.at
          FROM (SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC') AS at) AS moment,
               connect_request AS request
          JOIN discuss_channel AS channel ON channel.channel_type = 'connect'
           AND channel.connect_line_id = request.line_id AND channel.connect_partner_id = request.partner_id
         WHERE request.id = p_request
        RETURNING id, date, res_id),
    event AS (
        INSERT INTO connect_event (type, payload, at, channel_id, request_id, actor_id, message_id)
        SELECT p_type, p_payload, date, res_id, p_request, p_actor, id FROM message
        RETURNING id, message_id, channel_id)
    INSERT INTO connect_feed_item (channel_id, message_id, event_id)
    SELECT channel_id, message_id, id FROM event;
    RETURN FOUND;
END $write$
"""


class ConnectEvent(models.Model):
    _name = "connect.event"
    _description = "Technical Event"
    _order = "id desc"
    _log_access = False

    type = fields.Selection(TYPES, required=True)
    payload = fields.Json()
    at = fields.Datetime(required=True)
    channel_id = fields.Many2one("discuss.channel", required=True, ondelete="restrict", index=True)
    request_id = fields.Many2one("connect.request", ondelete="restrict", index="btree_not_null")
    actor_id = fields.Many2one("res.users", ondelete="restrict")
    message_id = fields.Many2one("mail.message", required=True, ondelete="restrict", index=True)

    def init(self):
        forbid_changes(self.env.cr, self._table)
        self.env.cr.execute(WRITE_EVENT)

    @api.model
    def _write_in_feed(self, event_type, request_id, actor_id, payload):
        """Message, event and place in the feed in one statement: it runs inside the dispatcher's decisions. False when
        the request's recipient has no conversation on its line yet."""
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        self.env.cr.execute(
            "SELECT FROM connect_write_event(%s, %s, %s, %s, %s, %s, %s) AS written WHERE written",
            [
                event_type,
                request_id,
                actor_id or None,
                Json(payload),
                ref("mail.mt_comment"),
                ref("base.partner_root"),
                self.env.uid,
            ],
        )
        return bool(self.env.cr.rowcount)

    # --- words ---

    def _to_client(self, internal):
        """The event as the screens show it. ``internal``: the reader is staff and may ask why."""
        self.ensure_one()
        return {"type": self.type, "text": self._text(), "request_id": self.request_id.id if internal else False}

    def _text(self):
        """One line in the reader's language."""
        self.ensure_one()
        payload = self.payload or {}
        name = self._person(payload.get("user_id") or payload.get("previous_user_id"))
        match self.type:
            case "queued":
                return self.env._("There are no free specialists at the moment. Your request has been queued.")
            case "assigned":
                return self.env._("Specialist: %(name)s", name=name)
            case "started":
                return self.env._("%(name)s has contacted the user", name=self._person(payload.get("user_id"), True))
            case "taken_over":
                return self.env._("%(name)s continues the work", name=name)
            case "unbound":
                return self.env._("The specialist is away. The request goes to another one.")
            case "finished":
                return (
                    self.env._("The work is finished: %(name)s", name=name)
                    if name
                    else self.env._("The work is finished")
                )
            case "rated":
                return self.env._("Rating: %(score)s of 5", score=payload.get("rating"))
        return ""

    @api.model
    def _person(self, user_id, short=False):
        """«Nikiforov Sergey», or «Nikiforov S.»"""
        # sudo: res.users - the name of whoever worked on the conversation is told to both of its sides
        partner = self.env["res.users"].sudo().browse(user_id or ()).partner_id
        if short and partner.connect_surname and partner.connect_given_name:
            return f"{partner.connect_surname} {partner.connect_given_name[0]}."
        return partner.name or ""
