from odoo import fields, models
from odoo.addons.connect_routing.models.connect_request import NOW
from odoo.tools import SQL

# the codes that give whoever has the request now the call that waits with it; by the latter he may have turned to the
# person in another way, too (ROU-15, ROU-24)
GIVES_CALL = frozenset({"assigned", "pulled", "transferred", "accepted"})
MAY_GIVE_CALL = frozenset({"started", "taken_over"})


class ConnectRequest(models.Model):
    """What a call does to its request, and a request that is assigned to the call that waits with it."""

    _inherit = "connect.request"

    origin = fields.Selection(selection_add=[("phone", "Telephone")], ondelete={"phone": "cascade"})
    call_ids = fields.One2many("connect.call", "request_id", string="Calls")

    def _waits_on_the_telephone(self):
        waits = [("request_id", "=", self.id), ("state", "=", "ringing"), ("direction", "=", "incoming")]
        calls = self.kind == "call" and self.env["connect.call"].search_count(waits, limit=1)
        return bool(calls) or super()._waits_on_the_telephone()

    def _talked_until(self):
        """The end of the last call that was answered (ROU-47)."""
        self.env.cr.execute(
            SQL(
                """SELECT max(coalesce(end_at, %s)) FROM connect_call
                    WHERE request_id = %s AND answer_at IS NOT NULL""",
                NOW,
                self.id,
            )
        )
        talked = self.env.cr.fetchone()[0]
        return max(filter(None, (talked, super()._talked_until())), default=None)

    def _call_missed(self, reason):
        """Nobody has taken the call: the binding stays, the companies get their mail (ROU-25)."""
        self.ensure_one()
        self._lock()
        if self.state == "closed":
            return
        known = reason if reason in ("not_answered", "declined", "wait_limit") else "not_answered"
        self._move("call_missed", {"is_missed": True, "missed_reason": known}, reason=known)

    def _on_settled(self, decisions):
        """A call that waits is offered to whoever the router has found; a missed one is told by mail."""
        super()._on_settled(decisions)
        for request, decision in zip(self, decisions, strict=True):
            if decision["code"] == "call_missed":
                if not (request.state == "queued" and request.is_told):  # one mail a case: it said that nobody is free
                    request._notify_missed()
            elif request.state == "active" and decision["code"] in GIVES_CALL | MAY_GIVE_CALL:
                request._offer_waiting_call(only_if_rings=decision["code"] in MAY_GIVE_CALL)

    def _offer_waiting_call(self, only_if_rings=False):
        """:param only_if_rings: otherwise the call goes on waiting; who wants to write ends nobody's call"""
        calls = self.env["connect.call"]
        for call in calls.search([("request_id", "=", self.id), ("state", "=", "ringing"), ("user_id", "=", False)]):
            stages = calls._ring_specialist(self)
            if not only_if_rings or stages[0]["kind"] != "End":
                self.env["connect.call.order"]._give(call.pbx_id, call.key, "offer", self.user_id, {"stages": stages})
