"""Writing in a conversation: one door for the portal, for Discuss and for integrations.

Only comments by the two sides come through it. Type, subtype and author are ours, not the caller's: whatever asks
for a note (it would reach the recipient's socket, E14), a notification (a forged event, E15) or another author is
refused and told why. The same transaction stores the message, its place in the feed and the contact or the
specialist's work; it writes no row that two posters share. Whom Discuss would tell while posting is told after the
commit (``connect_feed_tell.py``), and nearly every message is stored by one statement (``post_function.py``).
"""

import json

from markupsafe import escape
from odoo import models
from odoo.addons.connect_lines.models.verbs import trusted
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import is_html_empty

from . import post_function
from .ir_http import MAX_FILE, too_large

POSTING = object()  # the value of the context key connect_posting; a caller from outside cannot have it
MAX_TEXT = 64 * 1024  # bytes of HTML
MAX_KEY = 64
PASSED = frozenset({"body", "attachment_ids", "parent_id", "partner_ids", "email_add_signature"})
ORDINARY = frozenset({"body", "message_type", "subtype_xmlid", "connect_key", "email_add_signature"})
OURS = frozenset({"message_type", "subtype_xmlid", "subtype_id", "author_id", "special_mentions", "connect_key"})


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    def init(self):
        super().init()
        post_function.install(self.env)

    def _get_allowed_message_params(self):
        return super()._get_allowed_message_params() | {"connect_key"}

    def message_post(self, **kwargs):
        """A message in a conversation, see the module; any other channel works as in Discuss.

        :param str connect_key: given by the sender's screen; the same key again returns the stored message.
        """
        if self.env.context.get("connect_posting") is POSTING:
            return super().message_post(**kwargs)  # checked: _connect_store
        # sudo: discuss.channel - only looking at the type; of a wide row what is needed here, for each message
        self.sudo().fetch(["channel_type", "connect_line_id", "connect_partner_id"])
        # sudo: as above
        if len(self) != 1 or self.sudo().channel_type != "connect":
            kwargs.pop("connect_key", None)
            return super().message_post(**kwargs)
        key = self._connect_key(kwargs)
        if message := self._connect_post_ordinary(key, kwargs):
            return message
        role = self._connect_role()
        if not role:
            raise AccessError(self.env._("You do not take part in this conversation."))
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

    def _connect_post_ordinary(self, key, kwargs):
        """The way of nearly every message, see ``post_function.py``; an empty record set when this one has to go the
        long way, where everything is checked once more and refused with its reason."""
        messages = self.env["mail.message"]
        # a picture pasted into the text becomes a file of its own: the long way
        if {name for name, value in kwargs.items() if value} - ORDINARY or "data:" in str(kwargs.get("body") or ""):
            return messages
        body = self._connect_checked(kwargs).get("body")
        self.env.flush_all()  # whatever the caller has in memory counts
        self.env.cr.execute(
            "SELECT id, line_id, by_recipient, is_new FROM connect_post(%s, %s, %s, %s, %s, %s)",
            [
                self.id,
                self.env.uid,
                messages._fields["body"].convert_to_column_insert(escape(body), messages),
                key or None,
                messages._get_message_id({"model": self._name, "res_id": self.id}),
                self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            ],
        )
        message_id, line_id, by_recipient, is_new = self.env.cr.fetchone() or (False, False, False, False)
        if is_new:
            self._connect_number_after_commit(message_id, line_id if by_recipient else 0)
        return messages.browse(message_id)

    def _connect_number_after_commit(self, message_id, line_id=0):
        # the sender's screen knows its own message by this until it has the real one
        temporary_id = self.env.context.get("temporary_id")
        self.env["connect.feed.item"]._number_after_commit(self.id, message_id, temporary_id, line_id)

    def _connect_store(self, author, key, values):
        """Store a checked message of ``author`` with its place in the feed."""
        # sudo: mail.message, ir.attachment - the values are checked, and recipients may not write files themselves
        channel = trusted(self).sudo().with_context(connect_posting=POSTING, mail_post_autofollow=False)
        email = author.sudo().email_formatted  # sudo: res.partner - his own address
        message = channel.message_post(
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
            # answers by mail have no way into a conversation, so no alias is looked for
            email_from=email,
            reply_to=email,
            record_alias_domain_id=False,
            record_company_id=channel.connect_line_id.company_id.id,
            **values,
        )
        self.env["connect.feed.item"]._place(self, author, key, message)
        self._connect_number_after_commit(message.id)
        return message.with_env(self.env)

    def _message_post_after_hook(self, message, msg_vals):
        if self.env.context.get("connect_posting") is POSTING:
            return None  # after the commit: connect.feed.item
        return super()._message_post_after_hook(message, msg_vals)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if self.env.context.get("connect_posting") is POSTING:
            return []  # after the commit: connect.feed.item
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def _web_push_send_notification(self, devices, private_key, public_key, payload_by_lang=None, payload=None):
        """By Odoo's queue of pushes, whose cron starts at once: whoever numbers holds the conversation's counter, and a
        push service may take seconds to answer."""
        if self.channel_type != "connect":
            return super()._web_push_send_notification(devices, private_key, public_key, payload_by_lang, payload)
        payloads = payload_by_lang or {}
        # sudo: mail.push - the system's own queue
        self.env["mail.push"].sudo().create(
            [
                {"mail_push_device_id": device.id, "payload": json.dumps(payloads.get(device.partner_id.lang, payload))}
                for device in devices
            ]
        )
        self.env.ref("mail.ir_cron_web_push_notification")._trigger()
        return None

    def _notify_thread_with_out_of_office(self, message, recipients_data, msg_vals=False, **kwargs):
        """Who is away is the router's affair."""
        if self.channel_type == "connect":
            return message.browse()
        return super()._notify_thread_with_out_of_office(message, recipients_data, msg_vals=msg_vals, **kwargs)

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
        if kwargs.get("author_id") and kwargs["author_id"] != self.env.user.partner_id.id:
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
