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

    def _connect_own_specialists(self):
        """User ids of the client's own specialists in the order of his card, 0 where there is none (ROU-28)."""
        client = self.commercial_partner_id
        own = (client.connect_support_id.id or 0, client.connect_manager_id.id or 0)
        return own if client.connect_fallback_order != "manager_first" else own[::-1]
