from odoo import api, fields, models
from odoo.addons.connect_lines.models.verbs import in_users_language, trusted
from odoo.exceptions import AccessError, UserError

from .connect_event import SHOWN

RATINGS = range(1, 6)


class ConnectRequest(models.Model):
    """What a conversation does when a request moves: an event in the feed, the specialist in the channel, a rating."""

    _inherit = "connect.request"

    # No rating.mixin: it would make a thread of the hottest table, with followers read at every write.
    rating_ids = fields.One2many(
        "rating.rating", "res_id", string="Ratings", domain=[("res_model", "=", "connect.request")]
    )

    has_conversation = fields.Boolean(compute="_compute_has_conversation")

    def _compute_has_conversation(self):
        """Whether the reader may look into it: who serves the line may, the platform's support staff may not."""
        for request in self:
            channel = self.env["discuss.channel"]._connect_find(request.line_id, request.partner_id)
            request.has_conversation = bool(channel) and channel.has_access("read")

    def action_conversation(self):
        """Open it in Discuss, where all that one does with the request is at hand."""
        self.ensure_one()
        if not self.has_conversation:
            raise AccessError(self.env._("The conversation is read by those who serve the line."))
        channel = self.env["discuss.channel"]._connect_find(self.line_id, self.partner_id)
        action = self.env["ir.actions.actions"]._for_xml_id("mail.action_discuss")
        return {**action, "target": "main", "context": {"active_id": f"discuss.channel_{channel.id}"}}

    def _on_transition(self, decision):
        """What a specialist does stands before the message with which he does it."""
        super()._on_transition(decision)
        if decision["code"] in SHOWN:
            self.env["connect.event"]._write_decisions([decision["id"]])

    def _on_settled(self, decisions):
        super()._on_settled(decisions)
        channels = self._conversations()
        items = self.env["connect.feed.item"]
        items._lock(channels.ids)
        self.env["connect.event"]._write_decisions([decision["id"] for decision in decisions])
        channels._connect_seat_specialists()
        items._number_held(channels.ids)
        for request in self:
            self.env["bus.bus"]._sendone(
                request.partner_id, "connect.portal/changed", {"line_id": request.line_id.id, "version": request.seq}
            )

    def _conversations(self):
        """The conversations of these requests. One that is missing is begun: a specialist turned to a person, or an
        integration opened a request, before anybody wrote."""
        self.env.cr.execute(
            """SELECT r.id, c.id FROM connect_request r
                 LEFT JOIN discuss_channel c ON c.channel_type = 'connect'
                  AND c.connect_line_id = r.line_id AND c.connect_partner_id = r.partner_id
                WHERE r.id = ANY(%s)""",
            [self.ids],
        )
        rows = self.env.cr.fetchall()
        channels = self.env["discuss.channel"].browse([channel_id for _request_id, channel_id in rows if channel_id])
        for request in self.browse([request_id for request_id, channel_id in rows if not channel_id]):
            channels |= channels._connect_get(request.line_id, request.partner_id)
        return channels

    # --- rating (CHT-50, CHT-52) ---

    @api.model
    def _rating_texts(self):
        """The words of the stars, from one to five."""
        return [
            self.env._("The specialist is not competent"),
            self.env._("Bad. Low quality of service"),
            self.env._("Satisfactory. The level of service could be better"),
            self.env._("Good. Prompt, qualified support"),
            self.env._("Excellent. High level of support"),
        ]

    @in_users_language
    def rate(self, score, comment=""):
        """The recipient rates finished work, once.

        :param int score: 1 to 5.
        :param str comment: his own words, optional.
        :return: what the routing addon returns for it.
        :raises UserError: not finished, not his, rated already, or no such star.
        """
        if score not in RATINGS or isinstance(score, bool):
            raise UserError(self.env._("A rating is one to five stars."))
        result = super().rate(score, comment)
        self._store_rating(score, comment)
        return result

    def _store_rating(self, score, comment):
        # sudo: rating.rating, connect.request - the rights were checked by rate(); a recipient has none on ratings
        request = trusted(self).sudo()
        if request.rating_ids:
            raise UserError(self.env._("This work has been rated already. Thank you!"))
        request.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("connect.request"),
                "res_id": request.id,
                "partner_id": request.partner_id.id,
                "rated_partner_id": request.user_id.partner_id.id,
                "rating": score,
                "feedback": comment or False,
                "consumed": True,
                "connect_line_id": request.line_id.id,
                "connect_company_id": request.company_id.id,
            }
        )

    @api.model
    def _rating_pending(self, line, recipient):
        """The finished request that waits for the recipient's stars: only the last one, and only while none is open."""
        # sudo: connect.request - the caller is the recipient himself
        last = self.sudo().search(
            [("line_id", "=", line.id), ("partner_id", "=", recipient.id)], order="id desc", limit=1
        )
        return last.filtered(lambda each: each.state == "closed" and each.ask_rating and not each.rating)

    # --- what screens show ---

    def _to_state_dict(self):
        dicts = super()._to_state_dict()
        if not dicts:
            return dicts
        # sudo: discuss.channel - ids of the conversations of requests that the caller sees
        channels = self.env["discuss.channel"].sudo()
        channels = channels.search_fetch(
            [("connect_line_id", "in", self.line_id.ids), ("connect_partner_id", "in", self.partner_id.ids)],
            ["connect_line_id", "connect_partner_id"],
        )
        ids = {(channel.connect_line_id.id, channel.connect_partner_id.id): channel.id for channel in channels}
        for request, values in zip(self, dicts, strict=True):
            values["channel_id"] = ids.get((request.line_id.id, request.partner_id.id), False)
            values["rating_mode"] = request.line_id.rating_mode
        return dicts
