from odoo import models


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """One wake-up reaches every open screen of a company: see ``res.company._connect_wake_sockets``."""
        channels = list(channels)
        if not self.env.user._is_public():
            channels.append((self.env.user.company_id, "connect_sessions"))
        return super()._build_bus_channel_list(channels)
