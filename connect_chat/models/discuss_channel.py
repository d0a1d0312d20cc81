"""The conversation: one Discuss channel of type ``connect`` per (line, recipient).

It outlives requests and holds links only. Who takes part: the recipient always, and the specialist whom the open
request is bound to; ``_connect_seat_specialists`` keeps that true. The line's other specialists read it by record rule
and become its specialist by writing in it (ROU-24).
"""

from odoo import api, fields, models
from odoo.addons.connect_lines.models.verbs import trusted
from odoo.addons.mail.tools.discuss import Store


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[("connect", "Conversation with a support line")], ondelete={"connect": "cascade"}
    )
    connect_line_id = fields.Many2one(
        "connect.line", string="Support line", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    connect_partner_id = fields.Many2one(
        "res.partner", string="Recipient", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    _connect_unique = models.UniqueIndex("(connect_line_id, connect_partner_id) WHERE channel_type = 'connect'")
    _connect_links = models.Constraint(
        "CHECK((channel_type = 'connect') = (connect_line_id IS NOT NULL AND connect_partner_id IS NOT NULL))",
        "A conversation belongs to a person and a support line.",
    )

    # --- finding and beginning ---

    @api.model
    def _connect_find(self, line, partner):
        self.env.cr.execute(
            """SELECT id FROM discuss_channel
                WHERE channel_type = 'connect' AND connect_line_id = %s AND connect_partner_id = %s""",
            [line.id, partner.id],
        )
        row = self.env.cr.fetchone()
        return self.browse(row and row[0])

    @api.model
    def _connect_get(self, line, partner):
        """The conversation of ``partner`` on ``line``, begun when there is none. The caller has checked rights.

        The connection's row is locked and written, so of parallel beginners one begins and the others, called again
        by Odoo after their serialization error, find what he began.
        """
        channel = self._connect_find(line, partner)
        if channel:
            return channel
        self.env.cr.execute(
            "SELECT id FROM connect_line_connection WHERE line_id = %s AND partner_id = %s FOR NO KEY UPDATE",
            [line.id, partner.id],
        )
        connection = self.env.cr.fetchone()
        if channel := self._connect_find(line, partner):  # at READ COMMITTED: begun while we waited for the lock
            return channel
        # sudo: discuss.channel - nobody may create conversations by himself; install_mode keeps the creator out of it
        channels = trusted(self).sudo().with_context(install_mode=True, lang=None)
        channel = channels.create(
            {
                # sudo: connect.line, res.partner - the names of both ends, for mails and pushes
                "name": f"{partner.sudo().name} · {line.sudo().name}",
                "channel_type": "connect",
                "connect_line_id": line.id,
                "connect_partner_id": partner.id,
                "channel_member_ids": [(0, 0, {"partner_id": partner.id})],
            }
        )
        self.env.cr.execute("INSERT INTO connect_feed (channel_id, head) VALUES (%s, 0)", [channel.id])
        if connection:
            self.env.cr.execute(
                "UPDATE connect_line_connection SET channel_id = %s WHERE id = %s", [channel.id, connection[0]]
            )
            self.env["connect.line.connection"].invalidate_model(["channel_id"], flush=False)
        return self.browse(channel.id)

    # --- who takes part ---

    def _connect_open_request(self):
        self.ensure_one()
        # sudo: connect.request, discuss.channel - the callers show no more of it than their readers may know
        channel, requests = self.sudo(), self.env["connect.request"].sudo()
        return requests._open_of(channel.connect_line_id, channel.connect_partner_id)

    def _connect_seat_specialists(self):
        """The bound specialist is a member, no other one is. Idempotent; in a short transaction after the commit.

        In SQL: requests are moved in SQL, and no cached value may decide who takes part.
        """
        self.env.cr.execute(
            """SELECT d.id FROM discuss_channel_member d
                 JOIN discuss_channel c ON c.id = d.channel_id
                 LEFT JOIN connect_request r
                        ON r.line_id = c.connect_line_id AND r.partner_id = c.connect_partner_id AND r.state <> 'closed'
                 LEFT JOIN res_users u ON u.id = r.user_id
                WHERE d.channel_id = ANY(%s)
                  AND d.partner_id IS DISTINCT FROM c.connect_partner_id
                  AND d.partner_id IS DISTINCT FROM u.partner_id""",
            [self.ids],
        )
        self._connect_remove_members([member_id for (member_id,) in self.env.cr.fetchall()])
        # unread begins where this work began: with the first word after the work before, or behind all there is. A
        # message bears the second in which its transaction began, so that of the opening one may lie before
        # ``opened_at``.
        self.env.cr.execute(
            """INSERT INTO discuss_channel_member (
                      channel_id, partner_id, new_message_separator, last_interest_dt,
                      create_uid, create_date, write_uid, write_date)
               SELECT c.id, u.partner_id, coalesce((
                          SELECT min(m.id) FROM mail_message m
                           WHERE m.model = 'discuss.channel' AND m.res_id = c.id AND m.message_type = 'comment'
                             AND m.date >= date_trunc('second', coalesce((
                                 SELECT p.closed_at FROM connect_request p
                                  WHERE p.line_id = r.line_id AND p.partner_id = r.partner_id AND p.id < r.id
                                  ORDER BY p.id DESC LIMIT 1), '-infinity'))), (
                          SELECT max(m.id) + 1 FROM mail_message m
                           WHERE m.model = 'discuss.channel' AND m.res_id = c.id), 0),
                      now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
                 FROM discuss_channel c
                 JOIN connect_request r
                   ON r.line_id = c.connect_line_id AND r.partner_id = c.connect_partner_id AND r.state <> 'closed'
                 JOIN res_users u ON u.id = r.user_id
                WHERE c.id = ANY(%s)
               ON CONFLICT (channel_id, partner_id) WHERE partner_id IS NOT NULL DO NOTHING
               RETURNING channel_id, partner_id""",
            [self.ids],
        )
        seated = self.env.cr.fetchall()
        if seated:
            self.invalidate_recordset(["channel_member_ids", "channel_partner_ids", "member_count", "is_member"])
        for channel_id, partner_id in seated:
            # The channel appears on the specialist's screen: Discuss fetches it when it is told so. Nothing is read
            # here; in a burst of requests this is done for each of them.
            self.env["res.partner"].browse(partner_id)._bus_send(
                "discuss.channel/joined", {"channel_id": channel_id, "invite_to_rtc_call": False, "data": {}}
            )

    @api.model
    def _connect_remove_members(self, member_ids):
        # sudo: discuss.channel.member - membership is the system's work
        members = self.env["discuss.channel.member"].sudo().browse(member_ids)
        for channel, leaving in members.grouped("channel_id").items():
            channel._connect_remove(leaving)

    def _connect_remove(self, members):
        self.ensure_one()
        Store(bus_channel=self).add(
            self, [Store.Many("channel_member_ids", [], mode="DELETE", value=members)]
        ).bus_send()
        for user in members.partner_id.main_user_id:
            user._bus_send("connect.channel/left", {"channel_id": self.id})
        members.unlink()
        self.invalidate_recordset(["channel_member_ids", "channel_partner_ids", "member_count", "is_member"])
        Store(bus_channel=self).add(self, "member_count").bus_send()

    @api.model
    def _connect_dismiss_strangers(self, lines):
        """Members who serve these lines no longer: out of the conversations, and off their notices."""
        if not lines:
            return
        self.env.cr.execute(
            """SELECT d.id FROM discuss_channel_member d
                 JOIN discuss_channel c ON c.id = d.channel_id AND c.channel_type = 'connect'
                WHERE c.connect_line_id = ANY(%s) AND d.partner_id <> c.connect_partner_id
                  AND NOT EXISTS (SELECT FROM connect_line_member m JOIN res_users u ON u.id = m.user_id
                                   WHERE m.line_id = c.connect_line_id AND u.partner_id = d.partner_id)""",
            [lines.ids],
        )
        self._connect_remove_members([member_id for (member_id,) in self.env.cr.fetchall()])

    # --- what Discuss asks a channel type ---

    def _types_allowing_seen_infos(self):
        return [*super()._types_allowing_seen_infos(), "connect"]

    def _to_store_defaults(self, target):
        internal = target.is_internal(self.env)
        return [
            *super()._to_store_defaults(target),
            Store.Attr(
                "connect",
                value=lambda channel: channel._connect_to_client(internal),
                predicate=lambda channel: channel.channel_type == "connect",
            ),
        ]

    def _connect_to_client(self, internal):
        self.ensure_one()
        # sudo: connect.line, res.partner - names of both ends, shown to whoever reads the channel
        channel = self.sudo()
        values = {
            "line_id": channel.connect_line_id.id,
            "line_name": channel.connect_line_id.name,
            "partner_id": channel.connect_partner_id.id,
            "partner_name": channel.connect_partner_id.name,
        }
        if internal:
            client = channel.connect_partner_id.commercial_partner_id
            values["company_name"] = client.name if client != channel.connect_partner_id else ""
        return values

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        payload = super()._notify_by_web_push_prepare_payload(
            message, msg_vals=msg_vals, force_record_name=force_record_name
        )
        if self.channel_type == "connect":
            payload["title"] = self.sudo().name  # sudo: the name of a channel whose member gets the notice
        return payload
