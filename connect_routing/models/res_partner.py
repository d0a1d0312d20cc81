from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.depends("user_ids.connect_agent_ids.status_id")
    def _compute_im_status(self):
        """A specialist's dot tells his status; his browsers' connections come and go."""
        super()._compute_im_status()
        for partner in self:
            if agent := partner.user_ids._connect_agent()[:1]:
                partner.im_status = agent.status_id._im_status()
                partner.offline_since = agent.status_since if partner.im_status == "offline" else False
