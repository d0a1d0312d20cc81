from odoo import api, models
from odoo.exceptions import AccessError


class DiscussChannelMember(models.Model):
    """Who takes part in a conversation follows from the request; nobody is added or removed by hand."""

    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        # identity of the context value: it cannot come from outside (the same idiom as in mail)
        creating = self.env.context.get("mail_create_bypass_create_check") is self._bypass_create_check
        if not (self.env.su or creating):
            # sudo: discuss.channel - only looking whether it is a conversation
            channels = (
                self.env["discuss.channel"].sudo().browse({vals.get("channel_id") for vals in vals_list} - {None})
            )
            if any(channel.channel_type == "connect" for channel in channels.exists()):
                raise AccessError(self.env._("Participants of a conversation follow from the work on it."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_connect(self):
        # sudo: discuss.channel.member - only looking whether it is a conversation
        if not self.env.su and any(member.channel_id.channel_type == "connect" for member in self.sudo()):
            raise AccessError(self.env._("Participants of a conversation follow from the work on it."))
