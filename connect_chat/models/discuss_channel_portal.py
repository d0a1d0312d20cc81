"""What the recipient's page shows around the conversation."""

from odoo import api, models
from odoo.tools.misc import limited_field_access_token


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    @api.model
    def _connect_portal_lines(self, connections):
        """The list at the left. ``connections``: the caller's own, in sudo."""
        partner = self.env.user.partner_id
        pools = connections.line_id._pool_sizes(partner)
        # sudo: discuss.channel.member - how much of his own conversations the caller has not read
        members = self.env["discuss.channel.member"].sudo()
        members = members.search(
            [("partner_id", "=", partner.id), ("channel_id.connect_line_id", "in", connections.line_id.ids)]
        )
        unread = {member.channel_id.connect_line_id.id: member.message_unread_counter for member in members}
        return [
            {
                "id": connection.line_id.id,
                "name": connection.line_id.name,
                "description": connection.line_id.description or "",
                "availability": self._connect_availability(connection, pools[connection.line_id.id]),
                "period": self._connect_period(connection),
                "unread": unread.get(connection.line_id.id, 0),
            }
            for connection in connections
        ]

    @api.model
    def _connect_availability(self, connection, pool):
        _ = self.env._
        if connection.state == "pending":
            return {"code": "pending", "text": _("opens later"), "icon": "fa-clock-o", "color": "muted"}
        if connection.line_id._refusal(connection.partner_id):
            return {"code": "closed", "text": _("closed"), "icon": "fa-ban", "color": "muted"}
        if pool["free"]:
            return {"code": "free", "text": _("available"), "icon": "fa-circle", "color": "success"}
        if pool["online"]:
            return {"code": "busy", "text": _("everybody is busy, write: you will be answered in turn"),
                    "icon": "fa-adjust", "color": "warning"}  # fmt: skip
        return {"code": "away", "text": _("nobody is there now, write: you will be answered"),
                "icon": "fa-circle-o", "color": "secondary"}  # fmt: skip

    @api.model
    def _connect_period(self, connection):
        ends = [date for date in (connection.date_end, connection.line_id.date_end) if date]
        starts = [date for date in (connection.date_start, connection.line_id.date_start) if date]
        date_format = self.env["ir.qweb.field.date"].value_to_html
        if connection.state == "pending" and starts:
            return self.env._("from %s", date_format(max(starts), {}))
        return self.env._("until %s", date_format(min(ends), {})) if ends else ""

    @api.model
    def _connect_portal_line(self, connection):
        """One line with its state: what the person waits for, who helps him, and what is asked of him."""
        partner, line = self.env.user.partner_id, connection.line_id
        refusal = line._refusal(partner)
        channel = self._connect_find(line, partner)
        request = channel._connect_open_request() if channel else self.env["connect.request"]
        pending = self.env["connect.request"]._rating_pending(line, partner)
        specialist = self._connect_specialist_card(request.user_id)
        position = request._queue_position() if request else 0
        guidance = self._connect_guidance(refusal, request, position, specialist, pending)
        if refusal and refusal[0] == "contract_line":
            guidance["line_id"] = line.contract_line_id.id
        return {
            "id": line.id,
            "name": line.name,
            "description": line.description or "",
            "channel_id": channel.id,
            "can_write": not refusal,
            "state": request.state or "",
            "position": position,
            "specialist": specialist,
            "guidance": guidance,
            "rating": {
                "request_id": pending.id,
                "name": pending.user_id.partner_id.name or "",
                "texts": self.env["connect.request"]._rating_texts(),
            }
            if pending
            else False,
        }

    @api.model
    def _connect_guidance(self, refusal, request, position, specialist, pending):
        """One thought: what to do, or what to wait for (POR-05)."""
        _ = self.env._
        if refusal:
            return {"code": refusal[0], "icon": "fa-ban", "text": refusal[1]}
        if request.state == "queued":
            if not request.is_told:
                return {
                    "code": "choosing",
                    "icon": "fa-hourglass-half",
                    "text": _("We are choosing a specialist for you…"),
                }
            text = _("There are no free specialists at the moment. Your request has been queued.")
            return {
                "code": "queued",
                "icon": "fa-hourglass-half",
                "text": f"{text} {self._connect_place(request, position)}",
            }
        if request.state in ("active", "offered"):
            if not specialist["is_here"]:
                return {
                    "code": "away",
                    "icon": "fa-clock-o",
                    "text": _("%s is away. Write: another specialist will take over if needed.", specialist["name"]),
                }
            return {"code": "active", "icon": "fa-user", "text": _("%s is helping you.", specialist["name"])}
        if pending:
            return {
                "code": "rate",
                "icon": "fa-star-o",
                "text": _("The work is finished. Please rate it, or just write again."),
            }
        return {
            "code": "idle",
            "icon": "fa-pencil",
            "text": _("Write to us what happened: a specialist will answer here."),
        }

    @api.model
    def _connect_place(self, request, position):
        """The place in the queue, and how long it takes from there, where that is known; or why no place is told."""
        _ = self.env._
        if not position:
            return _("We are looking for the specialist who fits you best. You do not lose your place in the queue.")
        place = _("You are next.") if position <= 1 else _("People before you: %s.", position - 1)
        minutes = request._waiting_minutes(position)
        return " ".join([place, *([_("Usually it takes about %s min.", minutes)] if minutes else [])])

    @api.model
    def _connect_specialist_card(self, user):
        """Photo, name, position, status (POR-06). False while nobody is assigned."""
        if not user:
            return False
        # sudo: res.partner, connect.agent - the card of the person's own specialist
        partner = user.sudo().partner_id
        agent = self.env["connect.agent"].sudo().search([("user_id", "=", user.id)], limit=1)
        fresh = agent.is_reachable  # what is told: a blip of the network is none of the person's affair (ROU-03)
        # sudo: connect.status - a catalogue of names
        status = agent.status_id if fresh else self.env["connect.status"].sudo().search([("code", "=", "offline")])
        token = limited_field_access_token(partner, "avatar_128", scope="binary")
        return {
            "name": partner.name,
            "position": partner.function or self.env._("specialist"),
            "avatar": f"/web/image/res.partner/{partner.id}/avatar_128?access_token={token}",
            "status": status.name or "",
            "is_here": bool(fresh and status.keeps_binding),
            "is_free": bool(fresh and status.stat_class == "free"),
        }
