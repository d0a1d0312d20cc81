from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError

from .discuss_channel_post import POSTING

# What a reader may write at a message of a conversation: his own mark.
OWN_MARKS = frozenset({"starred", "starred_partner_ids"})


class MailMessage(models.Model):
    """Messages of a conversation come through ``message_post`` alone and stay as they were sent."""

    _inherit = "mail.message"

    connect_event_ids = fields.One2many("connect.event", "message_id")

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if self.env.context.get("connect_posting") is not POSTING and messages._connect_channels():
            raise AccessError(self.env._("A message of a conversation has to be sent in the conversation."))
        return messages

    def write(self, vals):
        if not self.env.su and not vals.keys() <= OWN_MARKS and self._connect_channels():
            raise AccessError(self.env._("The conversation is kept as it was: messages are not changed."))
        result = super().write(vals)
        if not self.env.su and {"model", "res_id"} & vals.keys() and self._connect_channels():
            raise AccessError(self.env._("A message of a conversation has to be sent in the conversation."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_connect(self):
        if self._connect_channels():
            raise AccessError(self.env._("The conversation is kept as it was: messages are not deleted."))

    def _connect_channels(self):
        """The conversations among the threads of these messages."""
        # sudo: mail.message, discuss.channel - only looking whether a message belongs to a conversation
        ids = {message.res_id for message in self.sudo() if message.model == "discuss.channel" and message.res_id}
        channels = self.env["discuss.channel"].sudo().browse(ids).exists()
        return channels.filtered(lambda channel: channel.channel_type == "connect")

    def _to_store_defaults(self, target):
        internal = target.is_internal(self.env)
        return [
            *super()._to_store_defaults(target),
            Store.Attr(
                "connect_event",
                # sudo: connect.event - an event is read by whoever reads its message
                value=lambda message: message.sudo().connect_event_ids[:1]._to_client(internal),
                predicate=lambda message: message._is_connect_event(),
            ),
        ]

    def _is_connect_event(self):
        return (
            self.model == "discuss.channel"
            and self.message_type == "notification"
            # sudo: connect.event - only looking whether there is one
            and bool(self.sudo().connect_event_ids)
        )
