"""What a line's settings say about its queue: «Молния», answering in time, where requests may be moved."""

from odoo import api, fields, models
from odoo.addons.connect_lines.models.connect_line import STAFF
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .connect_request import NOW
from .verbs import in_users_language

PULLED_AT_ONCE = 20
WAITING_SHOWN = 200


class ConnectLineQueue(models.Model):
    _inherit = "connect.line"

    transfer_timeout = fields.Integer(
        "Wait for consent, s", default=60, groups=STAFF, help="Then the request stays with whoever offered it."
    )
    reply_timeout = fields.Integer(
        "Answer within, s",
        default=0,
        groups=STAFF,
        help="A specialist who has not answered by then loses the request: it goes back to its place in the queue, and "
        "to somebody else if there is anybody. 0 means never.",
    )
    pull_enabled = fields.Boolean(
        "Specialists may take from the queue", default=True, groups=STAFF, help="The button «Lightning»."
    )
    pull_count = fields.Integer("Requests at one press", default=1, groups=STAFF)
    pull_beyond_limit = fields.Boolean("Also beyond the limit", default=True, groups=STAFF)

    # evidence that a person has written is kept for a day
    _silence_within_a_day = models.Constraint(
        "CHECK (coalesce(warn_after, 0) <= 1440 AND coalesce(close_after, 0) <= 1440)",
        "Silence counts for at most a day: enter up to 1440 minutes.",
    )
    _queue_times = models.Constraint(
        "CHECK (transfer_timeout BETWEEN 5 AND 3600 AND reply_timeout >= 0 AND pull_count BETWEEN 1 AND 20)",
        "Wait for consent from 5 seconds to an hour; at one press 1 to 20 requests are taken.",
    )

    # --- public verbs ---

    @in_users_language
    def pull_queue(self, count=0):
        """«Молния» (ROU-38): take the longest waiting requests of this line to oneself.

        :param int count: how many, at most 20; 0: as many as the line's settings say
        :return: ``{"pulled": [request ids]}``, the longest waiting first; empty when nobody waits
        :rtype: dict
        :raise AccessError: the caller does not serve this line
        :raise UserError: the line does not allow it, or the caller has all the requests he may have
        """
        self.ensure_one()
        line = self.sudo()  # the settings; the caller's seat at the line is checked in the next lines
        member = line.exists() and line.member_ids.filtered(lambda each: each.user_id == self.env.user)
        if not member or member.priority == "observer":
            raise AccessError(self.env["connect.request"]._not_yours())
        if not line.pull_enabled:
            raise UserError(self.env._("On the line «%s» requests are given out by the router alone.", line.name))
        if type(count) is not int or not 0 <= count <= PULLED_AT_ONCE:
            raise UserError(self.env._("Take from 1 to %s requests at once.", PULLED_AT_ONCE))
        user = self.env.user
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            # sudo: connect.line - as the system, who may is checked above; what is refused is said to him, not of him
            own = dispatcher.env["connect.line"].with_user(user.id).sudo().browse(line.id).with_context(lang=user.lang)
            return {"pulled": own._pull(user, member.company_id, count or line.pull_count)}

    # --- for verbs and screens ---

    def _pull(self, user, company, count):
        """In a transaction of its own at READ COMMITTED: under the lock of the line, as the router decides."""
        self.env.cr.execute("SELECT FROM connect_line WHERE id = %s FOR NO KEY UPDATE", [self.id])
        own_people = SQL("AND company_id = %s", company.id) if company != self.company_id else SQL()
        self.env.cr.execute(
            SQL(
                """SELECT id FROM connect_request WHERE line_id = %s AND state = 'queued' %s
                    ORDER BY queued_at, id LIMIT %s FOR NO KEY UPDATE""",
                self.id,
                own_people,
                count,
            )
        )
        pulled = []
        for (request_id,) in self.env.cr.fetchall():
            request = self.env["connect.request"].browse(request_id)
            if pulled and not self.pull_beyond_limit and user.id in self._full_user_ids():
                break
            request._take_seat(user.id, beyond_limit=self.pull_beyond_limit)
            request._move("pulled", {"user_id": user.id, "assigned_at": NOW}, actor_id=user.id)
            pulled.append(request_id)
        return pulled

    def _full_user_ids(self):
        """The specialists who work on as many requests of this line as it allows."""
        self.flush_recordset(["capacity"])
        self.env.cr.execute(
            """SELECT m.user_id FROM connect_line_member m JOIN connect_line l ON l.id = m.line_id
                WHERE l.id = %s AND l.capacity > 0 AND m.load >= l.capacity""",
            [self.id],
        )
        return {user_id for (user_id,) in self.env.cr.fetchall()}

    @api.model
    def _pull_lines(self, user):
        """The lines out of whose queues this specialist may take."""
        members = self.env["connect.line.member"].search([("user_id", "=", user.id), ("priority", "!=", "observer")])
        return members.line_id.filtered("pull_enabled")

    @api.model
    def _waiting_for(self, user):
        """``(requests, how many there are)``: who waits on this specialist's lines as far as he may see it, the longest
        first, at most ``WAITING_SHOWN``. By the index of each line's queue: the rules of requests say the same, but are
        asked of each row, and every screen of a line wants to know this whenever its queue moves."""
        self.env["connect.line.member"].flush_model(["line_id", "user_id"])
        self.env.cr.execute(
            SQL(
                """SELECT r.id FROM connect_line_member m JOIN connect_line l ON l.id = m.line_id
                    CROSS JOIN LATERAL (
                          SELECT id, queued_at FROM connect_request
                           WHERE line_id = l.id AND state = 'queued'
                             AND (l.company_id = ANY(%(own)s) OR company_id = ANY(%(own)s))
                           ORDER BY queued_at, id LIMIT %(shown)s) r
                    WHERE m.user_id = %(user)s ORDER BY r.queued_at, r.id LIMIT %(shown)s""",
                own=user.company_ids.ids,
                shown=WAITING_SHOWN,
                user=user.id,
            )
        )
        requests = self.env["connect.request"].browse([request_id for (request_id,) in self.env.cr.fetchall()])
        return requests, self._waiting_count(user) if len(requests) == WAITING_SHOWN else len(requests)

    @api.model
    def _waiting_count(self, user):
        """By the index alone, except for people of his own company on lines of others."""
        self.env.cr.execute(
            SQL(
                """SELECT coalesce(sum(CASE WHEN l.company_id = ANY(%(own)s)
                       THEN (SELECT count(*) FROM connect_request WHERE line_id = l.id AND state = 'queued')
                       ELSE (SELECT count(*) FROM connect_request WHERE line_id = l.id AND state = 'queued'
                                AND company_id = ANY(%(own)s)) END), 0)::int
                     FROM connect_line_member m JOIN connect_line l ON l.id = m.line_id WHERE m.user_id = %(user)s""",
                own=user.company_ids.ids,
                user=user.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _transfer_lines(self, partner):
        """The lines to which a request of this person may be moved from here (ROU-42, ROU-44)."""
        self.ensure_one()
        allowed = self.transfer_line_ids or self.search([("company_id", "=", self.company_id.id)])
        connected = self.env["connect.line.connection"].search(
            [("line_id", "in", (allowed - self).ids), ("partner_id", "=", partner.id)]
        )
        return connected.line_id.filtered(lambda line: not line._refusal(partner))
