from odoo import api, models
from odoo.exceptions import AccessError


class IrAttachment(models.Model):
    """A file of a conversation comes in with a message and stays: nothing that was said or sent gets lost."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        if not self.env.su:
            attachments._connect_refuse_change()
        return attachments

    def write(self, vals):
        if not self.env.su:
            self._connect_refuse_change()
        result = super().write(vals)
        if not self.env.su and {"res_model", "res_id"} & vals.keys():
            self._connect_refuse_change()
        return result

    def unlink(self):
        if not self.env.su:
            self._connect_refuse_change()
        return super().unlink()

    def _delete_and_notify(self, message=None):
        self._connect_refuse_change()
        return super()._delete_and_notify(message)

    def _connect_refuse_change(self):
        # sudo: ir.attachment, discuss.channel - only looking whether a file belongs to a conversation
        sent = self.sudo().filtered(lambda file: file.res_model == "discuss.channel" and file.res_id)
        channels = self.env["discuss.channel"].sudo().browse(sent.mapped("res_id")).exists()
        if any(channel.channel_type == "connect" for channel in channels):
            raise AccessError(self.env._("Files of a conversation are sent with a message and kept with it."))
