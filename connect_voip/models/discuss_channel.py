from odoo import api, models


class DiscussChannel(models.Model):
    """«Call» in the portal: there while the line takes requests and an exchange is connected (VOI-02)."""

    _inherit = "discuss.channel"

    @api.model
    def _connect_portal_line(self, connection):
        values = super()._connect_portal_line(connection)
        pbx = self.env["connect.pbx"]._of_company(self.env["connect.extension"]._owner_company())
        values["can_call"] = bool(values["can_write"] and pbx.is_connected and pbx.websocket_url)
        return values
