from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _connect_portal_links(self):
        """The way to the showcase, where there is something to see (LIN-48, POR-14)."""
        links = super()._connect_portal_links()
        if self.env["connect.product"]._shown(self.env.user.company_id):
            links.append({"url": "/my/showcase", "icon": "fa-shopping-bag", "text": self.env._("Showcase")})
        return links
