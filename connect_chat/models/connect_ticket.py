from odoo import models
from odoo.addons.connect_lines.models.connect_ticket_stage import OPEN_KINDS
from odoo.fields import Domain

SHOWN = 20  # tickets in a list of the workspace
CHANGED = "connect.ticket/changed"  # tells a screen to read its lists of tickets anew


class ConnectTicket(models.Model):
    _inherit = "connect.ticket"

    def _on_created(self):
        """Each ticket has its line in the feed of its conversation, in the order of their coming."""
        super()._on_created()
        for ticket in self.sudo():  # sudo: discuss.channel - the conversation is begun when there is none
            channel = ticket.env["discuss.channel"]._connect_get(ticket.line_id, ticket.partner_id)
            actor_id = self.env.uid if ticket.origin in ("agent", "portal", "api") else False
            if ticket.origin == "mail":
                actor_id = ticket.partner_id.user_ids[:1].id
            payload = {"ticket_id": ticket.id, "number": ticket.name, "user_id": actor_id}
            self.env["connect.event"]._write_in_channel("ticket", channel, actor_id, payload)
            channel._bus_send(CHANGED, {})
            ticket.user_id._bus_send(CHANGED, {})

    def write(self, vals):
        before = self.sudo().user_id  # sudo: whose lists change
        result = super().write(vals)
        if {"user_id", "stage_id"} & vals.keys():
            for user in before | self.sudo().user_id:  # sudo: as above
                user._bus_send(CHANGED, {})
        return result

    def _to_panel(self):
        """The tickets as plain dicts for the workspace; times as ISO in UTC."""
        return [
            {
                "id": ticket.id,
                "number": ticket.name,
                "summary": ticket.summary,
                "stage": ticket.stage_id.name,
                "stage_kind": ticket.stage_kind,
                "partner_name": ticket.partner_id.name,
                "company_name": ticket.client_id.name if ticket.client_id != ticket.partner_id else "",
                "line_name": ticket.line_id.name,
                "user_name": ticket.user_id.name or "",
                "created_at": f"{ticket.create_date.isoformat(timespec='seconds')}Z",
                "age": ticket.age,
                "term": ticket.deadline_text,
                "is_overdue": ticket.is_overdue,
                "is_soon": ticket.is_soon,
            }
            for ticket in self
        ]

    def _home_lists(self):
        """The home lists of LIN-54: those in the caller's work, and those of his lines that nobody took."""
        is_open = Domain("stage_kind", "in", OPEN_KINDS)
        own = is_open & Domain("user_id", "=", self.env.uid)
        free = is_open & Domain("user_id", "=", False) & Domain("line_id.member_ids.user_id", "=", self.env.uid)
        order = "urgency desc, deadline, id"
        return {
            name: {
                "count": self.search_count(domain),
                "items": self.search(domain, order=order, limit=SHOWN)._to_panel(),
            }
            for name, domain in (("own", own), ("free", free))
        }

    def _portal_summary(self):
        """For the page of conversations: how many tickets of the caller are open, and whether he has any to do with
        them at all."""
        own = Domain("partner_id", "=", self.env.user.partner_id.id)
        return {
            "open": self.search_count(own & Domain("stage_kind", "in", OPEN_KINDS)),
            "any": bool(self.search_count(own, limit=1)),
        }
