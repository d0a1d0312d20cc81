"""Closing by itself when a person is silent (ROU-47): first a warning, then the end, both so many minutes after the
specialist's last message. Whatever the person says stops the count; the specialist's next message starts it anew, and
so does the end of their last conversation after it: nobody is silent while they speak."""

from datetime import timedelta

from odoo import fields, models

from .connect_request import NO_OFFER, NOW


class ConnectRequestSilence(models.Model):
    _inherit = "connect.request"

    def _count_silence(self, since=None):
        """The specialist has written: from now on, or ``since`` (naive UTC), the person's silence counts."""
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
            self._count_silence(since=talked)
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
        return None

    def _has_written(self, since):
        """Each word of a person whose request is open leaves a row in `connect.contact`, kept for a day."""
        contacts = self.env["connect.contact"]
        return bool(contacts.search_count([("request_id", "=", self.id), ("at", ">", since)], limit=1))

    def _was_warned(self, since):
        decisions = self.env["connect.decision"]
        warned = [("request_id", "=", self.id), ("code", "=", "warned"), ("at", ">", since)]
        return bool(decisions.search_count(warned, limit=1))
