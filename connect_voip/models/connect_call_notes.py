"""What follows from what happened in a call: for its row, for its request, for the specialist and the feed."""

import logging

from odoo import api, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.exceptions import UserError
from odoo.tools import SQL

from .connect_call import LIVE

_logger = logging.getLogger(__name__)


class ConnectCallNotes(models.Model):
    _inherit = "connect.call"

    def _on_answered(self, data):
        """Somebody has picked up: from now on it is his call, and his request (ROU-15, ROU-24)."""
        user = self.env["res.users"].browse(data.get("user_id") or ())
        self._come(user.id)
        self._set_row(
            {
                "user_id": user.id or self.user_id.id or None,
                "answer_at": SQL("coalesce(answer_at, %s)", NOW),
            }
        )
        operator = user or (self.caller_user_id & self.party_ids)
        if operator and self.line_id:
            self.env["connect.script.run"]._begin(self, operator)
        if user and self.request_id.state in ("queued", "offered", "active"):
            self._work_of(user)

    def _work_of(self, user):
        """The request of a call is the work of whoever speaks with the person."""
        line, partner = self.line_id, self.partner_id
        requests = self.env["connect.request"]
        if not requests._who_serves(line, partner, user):
            return  # a colleague of another department helps: the request stays where it is
        try:
            with self.env.cr.savepoint():
                requests._agent_contact(line, partner, user, kind="call")
        except UserError as error:  # he has all the requests he may have; he speaks with the person nevertheless
            _logger.info("Call %s: the request stays where it is: %s", self.key, error)

    def _on_unreached(self, data):
        """Nobody picked up: a call on a line is told to its company, and stays with the specialist (ROU-25)."""
        self._set_row({"missed_reason": data.get("reason") or "not_answered"})

    def _on_conference(self, data):
        self._set_row({"answer_at": SQL("coalesce(answer_at, %s)", NOW)})

    def _on_parked(self, data):
        self._go(data.get("user_id"))
        self._set_row({"slot": data["slot"]})

    def _on_fetched(self, data):
        """From the parking place it is the call of whoever has fetched it."""
        self._on_answered(data)
        self._set_row({"slot": None})

    def _on_transferred(self, data):
        self._go(data.get("user_id"))
        self._leave(self.env["res.users"].browse(data.get("user_id") or ()))

    def _leave(self, users):
        """These specialists are out of a conversation on a line: their wrap-up begins (VOI-27), even if the person
        talks on with somebody else. A call that is on no line has none: nothing of it is to be written down."""
        if not self.line_id or not self.answer_at:
            return
        for user in users:
            data = {"user_id": user.id, "wrapup": self.line_id.wrapup_time}
            self._write_fact("left", data, at=self.end_at)

    def _on_ended(self, data):
        missed = data.get("missed") or None
        talked = [("call_id", "=", self.id), ("name", "=", "answered")]  # before he was transferred to the room
        if missed == "full" and not self.env["connect.call.fact"].search_count(talked, limit=1):  # its door was shut
            self._set_row({"answer_at": None})
        was_answered = bool(self.answer_at or data.get("handed"))  # handed: it went over into another call
        self._set_row(
            {
                "state": "ended" if was_answered else "missed",
                "end_at": NOW,
                "talk_ms": SQL("coalesce(extract(epoch FROM %s - answer_at) * 1000, 0)::int", NOW),
                "hangup_cause": data.get("cause") or 16,
                "missed_reason": None if was_answered else missed or self.missed_reason or "abandoned",
            }
        )
        self._leave(self._talked_last())
        if self.state == "missed" and self.direction == "outgoing" and self.partner_id:
            self._tell_unreached()
        elif was_answered and missed:
            self._tell_left_alone(missed)
        self._tell_end()

    def _talked_last(self):
        """The specialists who were in the conversation when it ended: whose call it was, but for who has handed it over
        or parked it before."""
        self.env.cr.execute(
            """SELECT DISTINCT ON (user_id) user_id, name FROM connect_call_fact
                WHERE call_id = %s AND name IN ('answered', 'fetched', 'transferred', 'parked') AND user_id IS NOT NULL
                ORDER BY user_id, id DESC""",
            [self.id],
        )
        gone = [user_id for user_id, name in self.env.cr.fetchall() if name in ("transferred", "parked")]
        return (self.user_id | self.caller_user_id).filtered(lambda user: user.id not in gone)

    def _tell_unreached(self):
        """Whoever has called a person learns why he hears nobody."""
        user = self.caller_user_id
        if user and self.missed_reason != "abandoned":
            text = user.with_context(lang=user.lang).env._("%s has not answered.", self.partner_id.name)
            self._say(user, self.key, text)

    def _tell_end(self):
        """In the conversation's feed; a call on a line that was not taken, to the companies (ROU-25), another one to
        those whom it was for."""
        self._go_all()
        if self.line_id and self.partner_id and self.missed_reason != "refused":
            self.env["connect.event"]._write_call(self)
        if self.state == "missed" and self.direction == "incoming" and self.request_id:
            self.request_id._call_missed(self.missed_reason)
        self._tell_missed()

    @api.model
    def _lost(self, keys):
        """Calls that have ended while no bridge watched: their end stands in Asterisk's own record."""
        for call in self.search([("key", "in", keys), ("state", "in", LIVE)]):
            self.env.cr.execute(
                """SELECT min(eventtime) FILTER (WHERE eventtype = 'BRIDGE_ENTER'), max(eventtime)
                     FROM connect_cel WHERE (linkedid = %s OR uniqueid = %s) AND db_role = %s""",
                [call.key, call.key, call.pbx_id.db_role or ""],
            )
            answered, ended = self.env.cr.fetchone()
            call._write_fact("ended", {"cause": 0, "reason": "found afterwards"})
            answer = call.answer_at or answered
            call._set_row(
                {
                    "state": "ended" if answer else "missed",
                    "answer_at": answer or None,
                    "end_at": SQL("coalesce(%s::timestamp, %s)", ended, NOW),
                    "talk_ms": SQL(
                        "coalesce(extract(epoch FROM coalesce(%s::timestamp, %s) - %s::timestamp) * 1000, 0)::int",
                        ended,
                        NOW,
                        answer or None,
                    ),
                    "missed_reason": None if answer else call.missed_reason or "abandoned",
                    "snapshot": None,
                }
            )
            call._leave(call._talked_last())
            self.env["connect.trunk.use"]._keep(call.key, None)
            call._tell_end()
            call._wake()
