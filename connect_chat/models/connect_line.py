from odoo import models


class ConnectLine(models.Model):
    _inherit = "connect.line"

    def _accept(self, recipient, kind, body, key):
        """``open_request`` with a text: it is stored as the recipient's message, in the same transaction."""
        request = super()._accept(recipient, kind, body, key)
        if body:
            # sudo: discuss.channel - open_request has checked who may speak for the recipient on this line
            channel = self.env["discuss.channel"].sudo()._connect_get(self, recipient)
            values = channel._connect_checked({"body": body})
            # a key is promised for a day, the feed keeps it for ever: what comes with an old one is a new message
            is_old = key and self.env["connect.feed.item"]._stored_message(channel, recipient, key)
            channel._connect_store(recipient, None if is_old else key, values)
        return request
