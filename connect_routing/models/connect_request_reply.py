"""The line's limit for the first answer («Ответить за, с»): who lets a person wait longer loses the request.

His time begins when the request becomes his, by whatever way, and goes on while he asks a colleague to take it over.
Nobody is reminded of people whom he turned to himself: they wait for no answer.
"""

from odoo import fields, models

from ..engine import CODES

LOOK_AGAIN = 10  # s after which it is asked once more whether somebody else is free


class ConnectRequestReply(models.Model):
    _inherit = "connect.request"

    def _move(self, code, values, **told):
        decision = super()._move(code, values, **told)
        if CODES[code].target == "active":  # also when an offer is over: the timer does nothing while it lasts
            self._expect_reply()
        return decision

    def _expect_reply(self):
        """Have the specialist reminded when his time is over, as the dispatcher does for whom it chose."""
        timeout = self.line_id.reply_timeout
        if timeout and self.queued_at and not self.first_reply_at:
            self.env["connect.timer"]._set(self.id, "reply", max(self._time_to_reply(timeout), 0))

    def _time_to_reply(self, timeout):
        """The seconds that are left of his time; negative when it is over."""
        return timeout - (fields.Datetime.now() - self.assigned_at).total_seconds()

    def _on_timer_reply(self, _since):
        """The specialist has not answered in the time that the line gives him: back to its old place in the queue, if
        there is anybody else to have it."""
        timeout = self.line_id.reply_timeout
        if self.state != "active" or self.first_reply_at or not timeout:
            return
        left = self._time_to_reply(timeout)
        if left > 1:  # it was handed over since: his time began then
            self.env["connect.timer"]._set(self.id, "reply", left)
        elif not self.env["connect.dispatcher"]._has_others(self):
            self.env["connect.timer"]._set(self.id, "reply", min(timeout, LOOK_AGAIN))
        else:
            previous = self.user_id
            self._move("returned", {"user_id": None, "assigned_at": None}, reason="silence")
            self._count_after_commit(previous)
            self.env["connect.dispatcher"]._after_commit(("line", self.line_id.id))
