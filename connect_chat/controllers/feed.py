from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.mail.tools.discuss import Store, add_guest_to_context
from odoo.http import Controller, request, route
from werkzeug.exceptions import NotFound

from ..models.connect_feed_item import PAGE
from ..models.ir_http import MAX_FILE, too_large


class FeedController(Controller):
    @route("/connect/feed", type="jsonrpc", auth="user", methods=["POST"])
    def feed(self, channel_id, after_seq=0, limit=PAGE, with_session=False):
        """What a screen is missing of a conversation: the items after the last number it has.

        :param int channel_id: a conversation that the caller may read, else 404
        :param int after_seq: the last number the caller holds without a gap; 0 for the beginning
        :param int limit: 1 to 200 items
        :param bool with_session: also say where the current session begins (CHT-14)
        :return: ``{"head": int, "items": [{"seq": int, "message_id": int}], "data": {…}}``; ``data`` holds the
            messages for Discuss's store, events in the caller's language. Ask again while the last item is below head.
            ``before_session``, when asked for: id of the last message before the session, 0 when there is none.
        """
        # three plain numbers, whatever was sent
        channel_id, after_seq, limit = (value if type(value) is int else 0 for value in (channel_id, after_seq, limit))
        channel = request.env["discuss.channel"].search([("id", "=", channel_id), ("channel_type", "=", "connect")])
        if not channel:
            raise NotFound()
        with request.env["connect.feed.item"]._short_transaction() as items:
            head, rows = items._page(channel.id, max(after_seq, 0), min(max(limit, 1), PAGE))
            # the reader's own rights and language, in the transaction that sees what was numbered just now
            env = request.env(cr=items.env.cr)
            messages = env["mail.message"].search([("id", "in", [message_id for _seq, message_id in rows])])
            data = Store().add(messages).get_result()
        page = {"head": head, "items": [{"seq": seq, "message_id": message} for seq, message in rows], "data": data}
        if with_session:
            page["before_session"] = channel._connect_before_session()
        return page


class UploadController(AttachmentController):
    @route()
    @add_guest_to_context
    def mail_attachment_upload(self, ufile, thread_id, thread_model, is_pending=False, **kwargs):
        """The limit to the byte; a body far above it was refused before it was read (``ir_http``)."""
        size = ufile.stream.seek(0, 2)
        ufile.stream.seek(0)
        if size > MAX_FILE:
            return request.make_json_response({"error": too_large(request.env)})
        return super().mail_attachment_upload(ufile, thread_id, thread_model, is_pending, **kwargs)
