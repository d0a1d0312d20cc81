from odoo import api, models


class DiscussChannelMember(models.Model):
    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody brings a person into a channel by an id that he cannot see."""
        if not self.env.su:
            self.env["res.partner"].browse(
                {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
            ).check_access("read")
        return super().create(vals_list)
