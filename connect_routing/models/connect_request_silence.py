"""Closing by itself when a person is silent (ROU-47): first a warning, then the end, both so many minutes after the
specialist's last message. Whatever the person says stops the count; the specialist's next message starts it anew, and
so does the end of their last conversation after it: nobody is silent while they speak."""

import logging
from datetime import timedelta

from odoo import fields, models

from .connect_request import NO_OFFER, NOW

_logger = logging.getLogger(__name__)


class ConnectRequestSilence(models.Model):
    _inherit = "connect.request"

    def _count_silence(self):
        """The specialist has written: from now on the person's silence counts. Noted after the commit, for all who
        write in a conversation share the row, and would fail on each other. A process that dies in between leaves the
        count as it was."""
        if self.line_id.warn_after or self.line_id.close_after:
            self.env.cr.postcommit.add(self._count_silence_now)

    def _count_silence_now(self):
        dispatcher = self.env["connect.dispatcher"]
        try:
            with dispatcher._short_transaction() as own:
                own.env["connect.request"].browse(self.id)._await_silence()
        except Exception:  # what was written is stored: its sender is not to hear that it failed
            if dispatcher._in_test():
                raise
            _logger.exception("The silence in request %s is not counted from this message on", self.id)

    def _await_silence(self, since=None):
        """:param since: when it began, as naive UTC, if that is not now"""
        line = self.line_id
        first = line.warn_after or line.close_after
        if first:
            gone = fields.Datetime.now() - since if since else timedelta()
            self.env["connect.timer"]._set(self.id, "silence", first * 60 - gone.total_seconds(), since=since)

    def _on_timer_silence(self, since):
        """The time is over in which the person was to be warned, or the warning was to help."""
        line = self.line_id
        if self.state not in ("active", "offered") or self._has_written(since):
            return
        talked = self._talked_until()
        if talked and talked > since:
            self._await_silence(since=talked)
            return
        if line.warn_after and not self._was_warned(since):
            left = max(line.close_after - line.warn_after, 0)
            self._move("warned", {}, reason=str(left))
            if left:
                self.env["connect.timer"]._set(self.id, "silence", left * 60, since=since)
        elif line.close_after:
            previous = self.user_id
            values = {"closed_at": NOW, "close_reason": "silence", "ask_rating": self._asks_rating(None), **NO_OFFER}
            self._move("silenced", values)
            self._count_after_commit(previous)

    def _talked_until(self):
        """Hook: until when the person and a specialist have spoken to each other because of this request, as naive UTC;
        now, while they do; None when they never have."""

    def _has_written(self, since):
        """Each word of a person whose request is open leaves a row in `connect.contact`, kept for a day."""
        contacts = self.env["connect.contact"]
        return bool(contacts.search_count([("request_id", "=", self.id), ("at", ">", since)], limit=1))

    def _was_warned(self, since):
        decisions = self.env["connect.decision"]
        warned = [("request_id", "=", self.id), ("code", "=", "warned"), ("at", ">", since)]
        return bool(decisions.search_count(warned, limit=1))
