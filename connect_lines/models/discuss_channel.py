from odoo import api, fields, models


class DiscussChannel(models.Model):
    """Open channels ("#general") are open inside one company, not inside the whole installation."""

    _inherit = "discuss.channel"

    # written once, at creation, and for open channels only
    connect_company_id = fields.Many2one(
        "res.company", "Company", readonly=True, copy=False, index="btree_not_null", ondelete="cascade"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("channel_type", "channel") == "channel" and not vals.get("connect_company_id"):
                vals["connect_company_id"] = self.env.company.id
        return super().create(vals_list)

    @api.model
    def _connect_assign_company(self):
        """Open channels that are older than the addon belong to the company of their author."""
        main = self.env.ref("base.main_company")
        for channel in self.with_context(active_test=False).search(
            [("channel_type", "=", "channel"), ("connect_company_id", "=", False)]
        ):
            channel.connect_company_id = channel.create_uid.company_id or main

    def _subscribe_users_automatically_get_members(self):
        """Of the groups that join by themselves, those of the channel's own company."""
        members = super()._subscribe_users_automatically_get_members()
        result = {}
        for channel_id, partner_ids in members.items():
            company = self.browse(channel_id).connect_company_id
            if company:
                # sudo: the company of each candidate, whoever creates the channel or the user
                partners = self.env["res.partner"].sudo().browse(partner_ids)
                partner_ids = partners.filtered(lambda p, company=company: company in p.user_ids.company_id).ids
            if partner_ids:
                result[channel_id] = partner_ids
        return result
