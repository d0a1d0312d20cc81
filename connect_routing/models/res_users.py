from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _update_last_login(self):
        result = super()._update_last_login()
        self.env["connect.agent"]._on_login(self.env.uid)
        return result
