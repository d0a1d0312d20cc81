"""Writing in a conversation: one door for the portal, for Discuss and for integrations.

Only comments by the two sides come through it. Type, subtype and author are ours, not the caller's: whatever asks
for a note (it would reach the recipient's socket, E14), a notification (a forged event, E15) or another author is
refused and told why. The same transaction stores the message, its place in the feed and the contact or the
specialist's work; it writes no row that two posters share.
"""

from odoo import models
from odoo.addons.connect_lines.models.verbs import trusted
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import is_html_empty

from .ir_http import MAX_FILE, too_large

POSTING = object()  # the value of the context key connect_posting; a caller from outside cannot have it
MAX_TEXT = 64 * 1024  # bytes of HTML
MAX_KEY = 64
PASSED = frozenset({"body", "attachment_ids", "parent_id", "partner_ids", "email_add_signature"})
OURS = frozenset({"message_type", "subtype_xmlid", "subtype_id", "author_id", "special_mentions", "connect_key"})


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    def _get_allowed_message_params(self):
        return super()._get_allowed_message_params() | {"connect_key"}

    def message_post(self, **kwargs):
        """A message in a conversation, see the module; any other channel works as in Discuss.

        :param str connect_key: given by the sender's screen; the same key again returns the stored message.
        """
        if self.env.context.get("connect_posting") is POSTING:
            return super().message_post(**kwargs)  # checked: _connect_store
        # sudo: discuss.channel - only looking at the type
        if len(self) != 1 or self.sudo().channel_type != "connect":
            kwargs.pop("connect_key", None)
            return super().message_post(**kwargs)
        role = self._connect_role()
        if not role:
            raise AccessError(self.env._("You do not take part in this conversation."))
        key = self._connect_key(kwargs)
        author = self.env.user.partner_id
        items = self.env["connect.feed.item"]
        if key and (stored := items._stored_message(self, author, key)):
            return stored
        values = self._connect_checked(kwargs)
        # sudo: connect.line, res.partner, connect.request - roles and their rights are checked above and inside
        line, recipient = self.sudo().connect_line_id, self.sudo().connect_partner_id
        if role == "specialist":
            # sudo: connect.request - as above
            self.env["connect.request"].sudo()._agent_contact(line, recipient, self.env.user)
        elif (other := line._delivery_line(recipient)) != line:  # without an ITS contract: to the line for that
            return self._connect_get(other, recipient).message_post(**kwargs)
        message = self._connect_store(author, key, values)
        if role == "recipient":
            line._contact(recipient)
        return message

    def _connect_store(self, author, key, values):
        """Store a checked message of ``author`` with its place in the feed."""
        items = self.env["connect.feed.item"]
        item_id = items._reserve(self, author, key)
        if not item_id:  # stored since we looked, and visible: the same text sent twice at once
            return items._stored_message(self, author, key)
        # sudo: mail.message, ir.attachment - the values are checked, and recipients may not write files themselves
        channel = trusted(self).sudo()
        channel = channel.with_context(
            connect_posting=POSTING,
            mail_post_autofollow=False,
            temporary_id=self.env.context.get("temporary_id"),  # by which the sender's screen knows its own message
        )
        message = channel.message_post(
            message_type="comment", subtype_xmlid="mail.mt_comment", author_id=author.id, **values
        )
        items._fill(item_id, message)
        items._number_after_commit(self.id)
        return message.with_env(self.env)

    def _connect_key(self, kwargs):
        key = kwargs.get("connect_key") or self.env.context.get("connect_key") or ""
        if not isinstance(key, str) or len(key) > MAX_KEY:
            raise ValidationError(self.env._("The key of a message is a short string."))
        return key

    def _connect_checked(self, kwargs):
        """The arguments that are passed on. Everything that we do not know is refused, not ignored."""
        if kwargs.get("message_type") not in (None, "comment"):
            raise AccessError(self.env._("Only messages can be sent in a conversation, not system notices."))
        subtype = kwargs.get("subtype_xmlid") or kwargs.get("subtype_id")
        if subtype not in (
            None,
            False,
            "mail.mt_comment",
            self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
        ):
            raise AccessError(self.env._("There are no internal notes in a conversation: the person would read them."))
        if kwargs.get("author_id") not in (None, False, self.env.user.partner_id.id):
            raise AccessError(self.env._("You can only write in your own name."))
        unknown = {name for name, value in kwargs.items() if value} - PASSED - OURS
        if unknown:
            raise UserError(self.env._("A message of a conversation has no %s.", ", ".join(sorted(unknown))))
        values = {name: value for name, value in kwargs.items() if name in PASSED}
        self._connect_check_files(values.get("attachment_ids") or [])
        self._connect_check_text(values)
        self._connect_check_quoted(values.get("parent_id"))
        return values

    def _connect_check_text(self, values):
        body = values.get("body") or ""
        if not isinstance(body, str):
            raise ValidationError(self.env._("The text of a message is a string."))
        if is_html_empty(body) and not values.get("attachment_ids"):
            raise UserError(self.env._("The message is empty. Write something or add a file."))
        if len(body.encode()) > MAX_TEXT:
            raise UserError(
                self.env._("The text is longer than 64 KB and was not sent. Send it in parts or as a file.")
            )

    def _connect_check_files(self, attachment_ids):
        """One's own uploads that wait for this message, and for staff any file that they may read."""
        if not all(isinstance(attachment_id, int) for attachment_id in attachment_ids):
            raise ValidationError(self.env._("Files are given by their ids."))
        # sudo: ir.attachment - whose upload it is decides; a recipient has no right on files that are not sent yet
        files = self.env["ir.attachment"].sudo().browse(attachment_ids)
        if len(files.exists()) != len(set(attachment_ids)):
            raise AccessError(self.env._("This file is not there any more. Add it again."))
        foreign = files.filtered(
            lambda file: file.res_model != "mail.compose.message" or file.create_uid.id != self.env.uid
        )
        # sudo(False): what the user himself may read
        if foreign and not (self.env.user._is_internal() and foreign.sudo(False).has_access("read")):
            raise AccessError(self.env._("You can only send your own files."))
        if any(file.file_size > MAX_FILE for file in files):
            raise UserError(too_large(self.env))

    def _connect_check_quoted(self, parent_id):
        if not parent_id:
            return
        # sudo: mail.message - only looking whether the quoted message is of this conversation
        quoted = self.env["mail.message"].sudo().browse(parent_id).exists()
        if not quoted or quoted.model != self._name or quoted.res_id != self.id:
            raise AccessError(self.env._("Only a message of this conversation can be quoted."))
