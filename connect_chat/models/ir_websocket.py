from odoo import models


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """A specialist's screen is woken when somebody begins or ends to wait on one of his lines."""
        channels = list(channels)
        if self.env.user._is_internal():
            # sudo: connect.line.member - the user's own places on lines; a wake-up says no more than the line's id
            members = self.env["connect.line.member"].sudo().search([("user_id", "=", self.env.uid)])
            channels += [(line, "agents") for line in members.line_id]
        return super()._build_bus_channel_list(channels)
