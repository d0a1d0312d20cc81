from odoo import api, models


class ConnectDispatcher(models.AbstractModel):
    _inherit = "connect.dispatcher"

    @api.model
    def _cron_dispatch(self):
        self.env["connect.feed.item"]._number_left_behind()
        return super()._cron_dispatch()
