from odoo import fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL

from .connect_request import KINDS, NOW
from .connect_status import HEARTBEAT_TIMEOUT
from .verbs import in_users_language

BODY_LIMIT = 65_536  # characters of one message
KEY_LIMIT = 64  # of an idempotency key


class ConnectLine(models.Model):
    _inherit = "connect.line"

    request_ids = fields.One2many("connect.request", "line_id", string="Requests")
    queue_size = fields.Integer(string="Waiting now", compute="_compute_queue_size")
    active_size = fields.Integer(string="In work now", compute="_compute_queue_size")

    def _compute_queue_size(self):
        counts = {}
        if self.ids:
            self.env.cr.execute(
                """SELECT line_id, count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'active')
                     FROM connect_request WHERE line_id = ANY(%s) AND state <> 'closed' GROUP BY line_id""",
                [self.ids],
            )
            counts = {line_id: sizes for line_id, *sizes in self.env.cr.fetchall()}
        for line in self:
            line.queue_size, line.active_size = counts.get(line.id, (0, 0))

    def write(self, vals):
        result = super().write(vals)
        if "capacity" in vals:
            self._apply_capacity()
        if {"capacity", "delivery_rule", "active", "kind"} & vals.keys():
            self._dispatch_later()
        return result

    # --- public ---

    @in_users_language
    def open_request(self, recipient_id=False, kind="message", body="", idempotency_key=""):
        """Turn to this line: for oneself, or as a specialist of the line in the name of a recipient.

        The router delivers the request or keeps it in the queue; it is never lost (ROU-12). While a request of the
        recipient is open on the line, that one is returned.

        :param int recipient_id: ``res.partner``; empty: the caller himself
        :param str kind: ``message``, ``call`` or ``remote``
        :param str body: text of the message, at most 65,536 characters
        :param str idempotency_key: the same key within 24 hours returns the same request and does nothing else; at
            most 64 characters
        :return: ``{"id": int, "state": str, "position": int}``; position in the queue from 1, 0 when it does not
            wait, and while no place can be told because younger requests that demand another language may come first
        :rtype: dict
        :raise AccessError: the line is not the caller's
        :raise UserError: the line is closed to the recipient, the text says why; or an argument that cannot be
        """
        self.ensure_one()
        recipient = self._check_opener(recipient_id)
        if kind not in dict(KINDS) or kind == "work":
            raise UserError(self.env._("The kind of a request is one of: message, call, remote."))
        if len(body or "") > BODY_LIMIT:
            raise UserError(self.env._("The message is longer than %s characters. Send it in parts.", BODY_LIMIT))
        key = idempotency_key or ""
        if not isinstance(key, str) or len(key) > KEY_LIMIT:
            raise UserError(self.env._("The key of a request is a text of at most %s characters.", KEY_LIMIT))
        line = self._delivery_line(recipient)
        # both: the contract may have been extended, or have ended, between two calls with the same key
        known = (self | line)._request_of_key(recipient, key)
        request = known or line._accept(recipient, kind, body, key)
        return {"id": request.id, "state": request.state, "position": request._queue_position()}

    # --- contacts, in the transaction that stores the message ---

    def _accept(self, recipient, kind, body, key):
        """What ``open_request`` does once its arguments are checked; the chat stores ``body`` here, too."""
        return self._contact(recipient, kind=kind, origin="api", key=key)

    def _contact(self, recipient, kind="message", origin="portal", key=None):
        """A recipient turns to this line: his open request, or a new one that the dispatcher takes after the commit.

        Call it in the transaction that stores what he says. Nothing hot is written: see ``connect.contact``.
        """
        self.ensure_one()
        line, recipient = self.sudo(), recipient.sudo()  # _refusal decides about the recipient, not about the caller
        refusal = line._refusal(recipient)
        if refusal:
            raise UserError(refusal[1])
        requests = line.env["connect.request"]
        values = {"kind": kind, "origin": origin, "queued_at": NOW}
        request = requests._open_of(line, recipient)
        is_new = not request
        if is_new:
            request = requests._open(line, recipient, "opened", values, actor_id=self.env.uid)
        if key or not is_new:
            line._note_contact(request, kind, origin, key, handled=is_new)
        self.env["connect.dispatcher"]._after_commit(("line", line.id))
        return request.with_env(self.env)

    def _note_contact(self, request, kind, origin, key, handled):
        self.env.cr.execute(
            SQL(
                """INSERT INTO connect_contact
                          (line_id, partner_id, request_id, kind, origin, at, handled, idempotency_key)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                   ON CONFLICT (line_id, partner_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
                   RETURNING id""",
                self.id,
                request.partner_id.id,
                request.id,
                kind,
                origin,
                NOW,
                handled,
                key or None,
            )
        )
        if not self.env.cr.fetchone():  # at this very instant by another call with this key: Odoo calls this one again
            raise ConcurrencyError(self.env._("This request is being opened already."))

    def _request_of_key(self, recipient, key):
        if not key:
            return self.env["connect.request"]
        contacts = self.env["connect.contact"].sudo()  # the caller's right to the line was checked before
        known = [("line_id", "in", self.ids), ("partner_id", "=", recipient.id), ("idempotency_key", "=", key)]
        return contacts.search(known, limit=1).request_id

    def _check_opener(self, recipient_id):
        """The recipient the caller may speak for on this line; the same error for a missing id and a foreign one."""
        requests = self.env["connect.request"]
        partner = self.env.user.partner_id
        if not recipient_id or recipient_id == partner.id:
            if not self.sudo().exists() or not self._is_recipient(partner):  # existence alone is read
                raise AccessError(requests._not_yours())
            return partner
        line, recipient = requests._check_ids(self.id, recipient_id)
        requests._check_agent(line.sudo(), recipient.sudo(), self.env.user)  # it checks this very user
        return recipient

    def _is_recipient(self, partner):
        connections = self.env["connect.line.connection"].sudo()  # about the caller himself
        return bool(connections.search_count([("line_id", "=", self.id), ("partner_id", "=", partner.id)], limit=1))

    # --- for the dispatcher and screens ---

    def _dispatch_later(self):
        for line in self:
            self.env["connect.dispatcher"]._after_commit(("line", line.id))

    def _apply_capacity(self):
        """Let the last guard follow the setting; whoever has more now keeps them and gets no further ones."""
        for line in self:
            self.env.cr.execute(
                """UPDATE connect_line_member
                      SET capacity = CASE WHEN %(limit)s = 0 THEN 0 ELSE greatest(%(limit)s, load) END
                    WHERE line_id = %(line)s""",
                {"limit": line.capacity or 0, "line": line.id},
            )
        self.member_ids.invalidate_recordset(["capacity"])

    def _pool_sizes(self, recipient):
        """``{line id: {"free": n, "online": n}}``: specialists the router may choose for this person now, and those who
        are there. First-line specialists serve the people of their own company alone (LIN-24)."""
        serving = [line._serving_company(recipient).id for line in self]
        sizes = {line_id: {"free": 0, "online": 0} for line_id in self.ids}
        if self.ids:
            self.env.cr.execute(
                """SELECT m.line_id,
                          count(*) FILTER (WHERE s.accepts_chats
                                             AND (coalesce(l.capacity, 0) = 0 OR m.load < l.capacity)),
                          count(*) FILTER (WHERE s.stat_class <> 'offline')
                     FROM connect_line_member m
                     JOIN connect_line l ON l.id = m.line_id
                     JOIN connect_agent a ON a.user_id = m.user_id
                     JOIN connect_status s ON s.id = a.status_id
                     JOIN unnest(%s, %s) AS serving (line_id, company_id) ON serving.line_id = m.line_id
                    WHERE m.priority <> 'observer' AND a.company_id IN (l.company_id, serving.company_id)
                      AND a.last_seen > (clock_timestamp() AT TIME ZONE 'UTC') - make_interval(secs => %s)
                    GROUP BY m.line_id""",
                [self.ids, serving, HEARTBEAT_TIMEOUT],
            )
            for line_id, free, online in self.env.cr.fetchall():
                sizes[line_id] = {"free": free, "online": online}
        return sizes

    def action_open_requests(self):
        """Button: the requests of this line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_routing.action_connect_request")
        return {**action, "domain": [("line_id", "=", self.id)], "context": {"search_default_open": 1}}
