"""What happened around a conversation, as typed rows. The server alone writes them; no message can imitate one.

An event has a place in the feed through a message of type ``notification`` with an empty body. Its words are made
for the reader, in his language, from the row.
"""

from odoo import api, fields, models
from odoo.addons.connect_routing.models.append_only import forbid_changes
from odoo.tools import SQL

TYPES = [
    ("queued", "Waiting: nobody free"),
    ("assigned", "Specialist assigned"),
    ("started", "Started by a specialist"),
    ("taken_over", "Taken over"),
    ("pulled", "Taken out of the queue"),
    ("unbound", "Back in the queue"),
    ("returned", "Back in the queue: no answer"),
    ("transferred", "Handed over"),
    ("offered", "Offered to a colleague"),
    ("accepted", "Accepted by the colleague"),
    ("declined", "Declined by the colleague"),
    ("withdrawn", "Offer withdrawn"),
    ("expired", "Offer not answered"),
    ("moved", "Moved to another line"),
    ("moved_in", "Came from another line"),
    ("warned", "The person is silent"),
    ("silenced", "Closed: the person is silent"),
    ("finished", "Work finished"),
    ("rated", "Rated"),
]
SHOWN = frozenset(code for code, _name in TYPES)
OFFERS = frozenset({"offered", "accepted", "declined", "withdrawn", "expired"})


# A function of the database, so that its plan is kept: planning took as long as executing (see connect_routing's
# decide_functions.py).
WRITE_EVENT = """
CREATE OR REPLACE FUNCTION connect_write_event(
    p_type text, p_channel int, p_request int, p_decision int, p_actor int, p_payload jsonb, p_at timestamp,
    p_subtype int, p_system int) RETURNS int
LANGUAGE plpgsql VOLATILE AS $write$
DECLARE
    v_message int; v_event int;
BEGIN
    INSERT INTO mail_message (
           model, res_id, message_type, subtype_id, author_id, body, date, message_id,
           is_internal, email_add_signature, create_uid, create_date, write_uid, write_date)
    VALUES ('discuss.channel', p_channel, 'notification', p_subtype,
            coalesce((SELECT partner_id FROM res_users WHERE id = p_actor), p_system), '', p_at,
            '<connect-event-' || gen_random_uuid() || '@connect>',
            FALSE, FALSE, coalesce(p_actor, 1), p_at, coalesce(p_actor, 1), p_at)
    RETURNING id INTO v_message;
    INSERT INTO connect_event (type, payload, at, channel_id, request_id, decision_id, actor_id, message_id)
    VALUES (p_type, p_payload, p_at, p_channel, p_request, p_decision, p_actor, v_message) RETURNING id INTO v_event;
    INSERT INTO connect_feed_item (channel_id, message_id, event_id) VALUES (p_channel, v_message, v_event);
    RETURN v_event;
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
    decision_id = fields.Many2one("connect.decision", ondelete="restrict", help="The row of the ledger that it tells.")
    actor_id = fields.Many2one("res.users", ondelete="restrict")
    message_id = fields.Many2one("mail.message", required=True, ondelete="restrict", index=True)

    _told_once = models.UniqueIndex("(decision_id) WHERE decision_id IS NOT NULL")

    def init(self):
        forbid_changes(self.env.cr, self._table)
        self.env.cr.execute(WRITE_EVENT)

    @api.model
    def _write_decisions(self, decision_ids):
        """What these rows of the ledger say, in the feeds of their conversations, each with the decision's own time.
        A decision that is there already is not repeated."""
        self.env.cr.execute(
            SQL(
                """SELECT connect_write_event(
                              CASE d.code WHEN 'opened' THEN 'moved_in' ELSE d.code END,
                              c.id, d.request_id, d.id, d.actor_id,
                              jsonb_strip_nulls(jsonb_build_object(
                                  'user_id', d.user_id, 'reason', d.reason, 'rule', d.rule,
                                  'actor_id', d.actor_id,
                                  'offered_to_id', (SELECT o.changes -> 'offered_to_id' FROM connect_decision o
                                                     WHERE o.request_id = d.request_id AND o.code = 'offered'
                                                       AND o.seq <= d.seq AND d.code = ANY(%s)
                                                     ORDER BY o.seq DESC LIMIT 1),
                                  'line_id', coalesce(d.changes -> 'moved_to_id', to_jsonb(before.line_id)),
                                  'rating', CASE WHEN d.code = 'rated' THEN d.changes -> 'rating' END)),
                              date_trunc('second', d.at), %s, %s)
                     FROM connect_decision d
                     JOIN connect_request r ON r.id = d.request_id
                     LEFT JOIN connect_request before ON d.code = 'opened' AND before.id = r.previous_id
                     JOIN discuss_channel c ON c.channel_type = 'connect'
                      AND c.connect_line_id = r.line_id AND c.connect_partner_id = r.partner_id
                    WHERE d.id = ANY(%s) AND (d.code = ANY(%s) OR before.id IS NOT NULL)
                      AND NOT EXISTS (SELECT FROM connect_event told WHERE told.decision_id = d.id)
                    ORDER BY d.id""",
                list(OFFERS),
                *self._message_refs(),
                decision_ids,
                list(SHOWN),
            )
        )

    @api.model
    def _message_refs(self):
        """Subtype of an event's message, and its author when nobody acted."""
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        return ref("mail.mt_comment"), ref("base.partner_root")

    # --- words ---

    def _to_client(self, internal):
        """The event as the screens show it. ``internal``: the reader is staff and may ask why."""
        self.ensure_one()
        text = self._text(internal)
        return {"type": self.type, "text": text, "request_id": self.request_id.id if internal else False}

    def _text(self, internal=True):
        """One line in the reader's language. ``internal``: for staff; what specialists settle among themselves is
        told to the person only as far as it concerns him."""
        self.ensure_one()
        payload = self.payload or {}
        name = self._person(payload.get("user_id"))
        if self.type in OFFERS:
            return self._offer_text(name, internal)
        match self.type:
            case "queued":
                return self.env._("There are no free specialists at the moment. Your request has been queued.")
            case "assigned":
                return self.env._("Specialist: %(name)s", name=name)
            case "started":
                return self.env._("%(name)s has contacted the user", name=self._person(payload.get("user_id"), True))
            case "taken_over" | "pulled":
                return self.env._("%(name)s continues the work", name=name)
            case "transferred":
                return self.env._(
                    "%(sender)s has handed the request over to %(name)s",
                    sender=self._person(payload.get("actor_id")),
                    name=name,
                )
            case "unbound" | "returned":
                return self.env._("The specialist is away. The request goes to another one.")
            case "moved":
                return self.env._("The request was moved to the line «%(line)s»", line=self._line_name())
            case "moved_in":
                return self.env._("The request came from the line «%(line)s»", line=self._line_name())
            case "warned" if payload.get("reason") == "0":
                return self.env._("Are you still there? The specialist is waiting for your answer.")
            case "warned":
                return self.env._(
                    "Are you still there? Without an answer the work is finished in %(minutes)s min.",
                    minutes=payload.get("reason"),
                )
            case "silenced":
                return self.env._("The work is finished: there was no answer. Just write again if you need us.")
            case "finished":
                return (
                    self.env._("The work is finished: %(name)s", name=name)
                    if name
                    else self.env._("The work is finished")
                )
            case "rated":
                return self.env._("Rating: %(score)s of 5", score=payload.get("rating"))
        return ""

    def _offer_text(self, name, internal):
        colleague = self._person(self.payload.get("offered_to_id"))
        if self.type == "accepted":
            return self.env._("%(name)s continues the work", name=name)
        if not internal:
            if self.type == "offered":
                return self.env._("The specialist is handing your request over to a colleague")
            return self.env._("%(name)s continues the work", name=name)
        match self.type:
            case "offered":
                return self.env._("%(name)s asks %(colleague)s to take over", name=name, colleague=colleague)
            case "declined":
                return self.env._("%(colleague)s has declined", colleague=colleague)
            case "withdrawn":
                return self.env._("%(name)s keeps the request: the offer was taken back", name=name)
        return self.env._(
            "%(colleague)s has not answered, the request stays with %(name)s", colleague=colleague, name=name
        )

    def _line_name(self):
        # sudo: connect.line - the name of a line that is connected to the person
        return self.env["connect.line"].sudo().browse(self.payload.get("line_id") or ()).name or ""

    @api.model
    def _person(self, user_id, short=False):
        """«Nikiforov Sergey», or «Nikiforov S.»"""
        # sudo: res.users - the name of whoever worked on the conversation is told to both of its sides
        partner = self.env["res.users"].sudo().browse(user_id or ()).partner_id
        if short and partner.connect_surname and partner.connect_given_name:
            return f"{partner.connect_surname} {partner.connect_given_name[0]}."
        return partner.name or ""
