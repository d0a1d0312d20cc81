from odoo import models
from odoo.addons.connect_lines.models.connect_ticket_stage import OPEN_KINDS

from .connect_ticket import SHOWN


class DiscussChannel(models.Model):
    """Tickets beside the conversation (LIN-50, LIN-53)."""

    _inherit = "discuss.channel"

    def _connect_agent_surroundings(self):
        values = super()._connect_agent_surroundings()
        channel = self.sudo()  # sudo: the two ends of a conversation that the caller serves (checked by the route)
        line, person = channel.connect_line_id, channel.connect_partner_id
        # the caller's own rights decide which tickets he sees
        tickets = self.env["connect.ticket"].search(
            [
                ("line_id", "=", line.id),
                ("client_id", "=", person.commercial_partner_id.id),
                ("stage_kind", "in", OPEN_KINDS),
            ],
            order="id desc",
            limit=SHOWN,
        )
        values["tickets"] = tickets._to_panel()
        values["may_create_ticket"] = line.has_tickets
        return values
