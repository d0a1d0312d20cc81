"""«The request came from the line «X»»: what it was about there, for whoever goes on with it (ROU-42, ROU-44).

Only specialists get it, and only those whose company owned the former line or serves the person: nobody reads what his
company could not. It is read anew each time, so nothing is copied from one conversation into another.
"""

from datetime import timedelta

from odoo import models
from odoo.tools import html2plaintext

QUOTED = 5  # messages
LENGTH = 300  # characters of each
EARLIER = timedelta(seconds=10)  # the message that opens a request is stored before it


class ConnectEvent(models.Model):
    _inherit = "connect.event"

    def _to_client(self, internal):
        values = super()._to_client(internal)
        if internal and self.type == "moved_in":
            values |= self._former_conversation()
        return values

    def _former_conversation(self):
        """The last words of the request before it was moved, and the conversation itself if the reader serves it."""
        # sudo: connect.request, discuss.channel - the reader's company is compared right below
        former = self.sudo().request_id.previous_id
        if self.env.user.company_id not in former.owner_id | former.company_id:
            return {}
        channels = self.env["discuss.channel"].sudo()  # as above
        channel = channels.search(
            [
                ("channel_type", "=", "connect"),
                ("connect_line_id", "=", former.line_id.id),
                ("connect_partner_id", "=", former.partner_id.id),
            ],
            limit=1,
        )
        return {
            "excerpt": [self._quote(message) for message in self._last_words(channel, former)],
            "former_channel_id": channel.id if channel.connect_is_allowed else False,
        }

    def _last_words(self, channel, former):
        """Comments alone: from when the request was opened until it was moved."""
        # sudo: mail.message - as above
        messages = self.env["mail.message"].sudo()
        said = messages.search(
            [
                ("model", "=", "discuss.channel"),
                ("res_id", "=", channel.id),
                ("message_type", "=", "comment"),
                ("date", ">=", former.opened_at - EARLIER),
                ("date", "<=", former.closed_at),
            ],
            order="id desc",
            limit=QUOTED,
        )
        return said.sorted("id")

    def _quote(self, message):
        text = " ".join(html2plaintext(message.body or "").split())
        files = self.env._("[files: %s]", len(message.attachment_ids)) if message.attachment_ids else ""
        text = f"{text} {files}".strip()
        return {
            "id": message.id,
            "author": message.author_id.name or "",
            "text": text if len(text) <= LENGTH else f"{text[:LENGTH].rstrip()}…",
        }
