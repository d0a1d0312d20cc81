"""What becomes of an open request whose person turns to the line once more, and of those whose specialist has left.

After the commit, in the dispatcher's transaction; ``_unbind_strangers`` excepted.
"""

from odoo import api, models
from odoo.tools import SQL

from .connect_request import NO_OFFER, NOW
from .connect_request_work import UNBIND_AFTER

REVIEWED_AT_ONCE = 50


class ConnectRequestReview(models.Model):
    _inherit = "connect.request"

    @api.model
    def _review_contacts(self, line_id):
        """Look after contacts on open requests: see ``connect.contact``. Returns the ids of requests that moved."""
        self.env.cr.execute(
            """
            SELECT c.id AS contact_id, c.partner_id, c.kind, c.origin, c.at, r.id AS request_id, r.user_id, r.state,
                   r.state IN ('active', 'offered') AND NOT coalesce(s.keeps_binding AND a.last_seen
                        > (clock_timestamp() AT TIME ZONE 'UTC') - make_interval(secs => %s), FALSE) AS left_alone
              FROM connect_contact c
              LEFT JOIN connect_request r
                     ON r.line_id = c.line_id AND r.partner_id = c.partner_id AND r.state <> 'closed'
              LEFT JOIN connect_agent a ON a.user_id = r.user_id
              LEFT JOIN connect_status s ON s.id = a.status_id
             WHERE c.line_id = %s AND NOT c.handled ORDER BY c.id LIMIT %s FOR NO KEY UPDATE OF c
            """,
            [UNBIND_AFTER, line_id, REVIEWED_AT_ONCE],
        )
        moved = []
        contacts = self.env.cr.dictfetchall()
        for contact in contacts:
            moved += self._review(line_id, contact)
        self.env.cr.execute(
            "UPDATE connect_contact SET handled = TRUE WHERE id = ANY(%s)", [[c["contact_id"] for c in contacts]]
        )
        return moved

    @api.model
    def _review(self, line_id, contact):
        if not contact["request_id"]:  # it was finished while the person wrote: his words open the next one
            line = self.env["connect.line"].browse(line_id)
            recipient = self.env["res.partner"].browse(contact["partner_id"])
            values = {"kind": contact["kind"], "origin": contact["origin"], "queued_at": contact["at"]}
            return self._open(line, recipient, "opened", values).ids
        request = self.browse(contact["request_id"])
        if contact["state"] == "queued":
            return request._change_kind(contact["kind"])
        if not contact["left_alone"]:
            return []
        request._lock()
        user_id = contact["user_id"]
        if request.state not in ("active", "offered") or request.user_id.id != user_id:
            return []  # moved between the two statements, to somebody who was there when he got it
        values = {"user_id": None, "assigned_at": None, "queued_at": contact["at"], **NO_OFFER}
        if "call" in (request.kind, contact["kind"]):  # what he does now says who may have him
            values["kind"] = contact["kind"]
        request._move("unbound", values, reason="left")
        self.env["connect.agent"]._recount([user_id])
        return request.ids

    def _change_kind(self, kind):
        """Who waits calls now, or writes: what he does last says who may have him, at his place in the queue (ROU-06).
        Whose call waits still may write beside it."""
        self._lock()
        if self.state != "queued" or (self.kind == "call") == (kind == "call") or self._waits_on_the_telephone():
            return []
        self._move("changed", {"kind": kind})
        return self.ids

    def _waits_on_the_telephone(self):
        """Hook: a call of the person waits at this moment."""
        return False

    @api.model
    def _unbind_strangers(self, lines):
        """Whoever serves these lines no longer leaves his requests there to the queue: he may not answer them any
        more, and who waits for him would reach nobody. In the transaction that takes him off the line. Who had no
        answer yet waits on from his old place (ROU-21)."""
        self.env.cr.execute(
            """SELECT id FROM connect_request r
                WHERE line_id = ANY(%s) AND state IN ('offered', 'active')
                  AND NOT EXISTS (SELECT FROM connect_line_member m WHERE m.line_id = r.line_id
                                     AND m.user_id = r.user_id)
                ORDER BY id FOR NO KEY UPDATE""",
            [lines.ids],
        )
        for request in self.browse([request_id for (request_id,) in self.env.cr.fetchall()]):
            request.invalidate_recordset()
            self._count_after_commit(request.user_id)
            since = NOW if request.first_reply_at else SQL("coalesce(queued_at, %s)", NOW)
            values = {"user_id": None, "assigned_at": None, "queued_at": since, **NO_OFFER}
            request._move("unbound", values, reason="left", actor_id=self.env.uid)
