"""What people do with a request: contact, start, finish, rate. The public verbs check rights themselves."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from psycopg2.errors import SerializationFailure

from .connect_request import NO_OFFER, NOW
from .verbs import in_users_language

UNBIND_AFTER = 65  # s without a heartbeat: the specialist has left (ROU-03, ROU-23)
COMMENT_LIMIT = 10_000  # characters of a note or a comment


class ConnectRequestWork(models.Model):
    _inherit = "connect.request"

    # --- public verbs ---

    @api.model
    @in_users_language
    def start_work(self, line_id, partner_id):
        """Start work with a recipient («Начать работу», ROU-29), or take it over from a colleague (ROU-24).

        :param int line_id: a line on which the caller is a specialist, observers included
        :param int partner_id: the recipient (``res.partner``)
        :return: the request: ``{"id": int, "state": "active", "line_id": int, "partner_id": int, "user_id": int}``
        :rtype: dict
        :raise AccessError: the caller is not a specialist of the line, or the recipient is not on it
        :raise UserError: the line is closed to the recipient, or the caller has all the requests he may have
        """
        line, recipient = self._check_ids(line_id, partner_id)
        request = self._agent_contact(line, recipient, self.env.user, kind="work")
        return request._to_verb_result()

    @in_users_language
    def finish(self, topic_id=False, note="", ask_rating=None):
        """Finish the work («Завершить работу с обращением», ROU-22, ROU-30). Finishing twice is no error.

        :param int topic_id: refused for now: topics come with closing forms
        :param str note: what was done, for colleagues, at most 10,000 characters
        :param bool ask_rating: counts on lines whose rating is the specialist's choice
        :return: as ``start_work``
        :rtype: dict
        :raise AccessError: the caller neither works on it nor supervises its line
        :raise UserError: a topic or a note that cannot be
        """
        self.ensure_one()
        request = self._locked_for_agent()
        if topic_id:
            raise UserError(self.env._("This line has no topics: finish the work without one."))
        if len(note or "") > COMMENT_LIMIT:
            raise UserError(self.env._("The note is longer than %s characters. Shorten it.", COMMENT_LIMIT))
        if request.state == "closed":
            return request._to_verb_result()
        request._move(
            "finished",
            {
                "closed_at": NOW,
                "close_reason": "finished",
                "close_note": note or None,
                "ask_rating": request._asks_rating(ask_rating) and bool(request.user_id),
                **NO_OFFER,
            },
            actor_id=self.env.uid,
        )
        request._count_after_commit(request.user_id)
        return request._to_verb_result()

    @in_users_language
    def rate(self, score, comment=""):
        """Rate finished work (CHT-52): the recipient, once.

        :param int score: 1 to 5
        :param str comment: at most 10,000 characters
        :return: ``{"id": int, "rating": int}``
        :rtype: dict
        :raise AccessError: not the caller's request
        :raise UserError: a score that is none, work that is not finished, a second rating
        """
        self.ensure_one()
        request = self.sudo()  # the owner is checked in the next line; recipients have no right to write requests
        if not request.exists() or request.partner_id != self.env.user.partner_id:
            raise AccessError(self.env._("Only the person who was helped can rate the work."))
        if not isinstance(score, int) or isinstance(score, bool) or not 1 <= score <= 5:
            raise UserError(self.env._("Choose from one to five stars."))
        if len(comment or "") > COMMENT_LIMIT:
            raise UserError(self.env._("The comment is longer than %s characters. Shorten it.", COMMENT_LIMIT))
        request._lock()
        if request.state != "closed":
            raise UserError(self.env._("The work is not finished yet. You can rate it afterwards."))
        if request.rating:
            raise UserError(self.env._("You have rated this work already. Thank you!"))
        request._move("rated", {"rating": score, "rating_comment": comment or None}, actor_id=self.env.uid)
        return {"id": request.id, "rating": score}

    # --- contacts, in the transaction that stores the message ---

    @api.model
    def _agent_contact(self, line, recipient, user, kind="message"):
        """A specialist turns to a recipient: the open request becomes his, or one is started (ROU-15, ROU-24).

        Writes nothing when he works on it already and has replied before: forty messages, one request.

        :param kind: ``message``: he has written; ``call``: they speak, which is an answer, too, but nothing that the
            person could leave without one (ROU-47); ``work``: neither
        """
        line, recipient = line.sudo(), recipient.sudo()  # both are checked right below, for this user
        self._check_agent(line, recipient, user)
        request = self.sudo()._open_of(line, recipient)  # requests are written by these verbs alone
        if not request:
            request = self._start(line, recipient, user)
        if kind == "message":
            request._count_silence()
        replies = kind in ("message", "call") and not request.first_reply_at
        if request.user_id == user and not replies:
            return request
        request._lock()
        if request.state == "queued":
            request._take_seat(user.id)
            request._move("started", {"user_id": user.id, "assigned_at": NOW}, actor_id=user.id)
        elif request.state in ("active", "offered") and request.user_id != user:
            request._hand_to(user, "taken_over", actor=user)
        if replies and request.state in ("active", "offered"):
            request._move("first_reply", {"first_reply_at": NOW}, actor_id=user.id)
        return request

    @api.model
    def _start(self, line, recipient, user):
        refusal = line._refusal(recipient)
        if refusal:
            raise UserError(refusal[1])
        values = {"kind": "work", "origin": "agent", "user_id": user.id, "assigned_at": NOW}
        request = self.sudo()._open(line, recipient, "started", values, actor_id=user.id)  # rights were checked above
        if request:
            request._take_seat(user.id)
            return request
        return self.sudo()._open_of(line, recipient)  # opened by a parallel transaction that this one can see

    def _hand_to(self, user, code, actor):
        """It becomes the work of ``user``; whoever had it has one less."""
        previous = self.user_id
        self._take_seat(user.id)
        self._move(code, {"user_id": user.id, "assigned_at": NOW, **NO_OFFER}, actor_id=actor.id)
        self._count_after_commit(previous)

    # --- helpers ---

    def _lock(self):
        """Lock the row for this transaction's writes, and read it again from the table."""
        self.ensure_one()
        self.env.cr.execute("SELECT id FROM connect_request WHERE id = %s FOR NO KEY UPDATE", [self.id])
        self.invalidate_recordset()

    def _locked_for_agent(self):
        """The request in sudo, locked, when the caller works on it or supervises its line's owner or company."""
        request = self.sudo()  # the caller is checked below; nobody has the right to write requests
        if request.exists():
            request._lock_as_seen()  # first of all: whoever moved it a moment ago may have made it somebody else's
        if not request.exists() or not (request.user_id == self.env.user or request._is_supervised()):
            raise AccessError(self.env._("Only the specialist who works on it, or a supervisor, can do this."))
        return request

    def _lock_as_seen(self):
        """Lock the row for whoever wants to move what he sees. When it became somebody else's at this very instant he
        is told so: Odoo would repeat his call on what is there now, and of two who hand it over at once both would."""
        seen = self.user_id
        try:
            with self.env.cr.savepoint(flush=False):
                self._lock()
        except SerializationFailure:
            with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
                now = dispatcher.env["connect.request"].browse(self.id).user_id
                user_id, name = now.id, now.name
            if user_id == seen.id or not (seen == self.env.user or self._is_supervised()):
                raise
            if not user_id:
                raise UserError(self.env._("It has just gone back into the queue. Look at it once more.")) from None
            raise UserError(self.env._("It has just become the work of %s. Look at it once more.", name)) from None

    def _is_supervised(self):
        """The caller supervises the owner of the line or the company that serves the person."""
        user = self.env.user
        companies = self.line_id.company_id | self.company_id
        return user.has_group("connect_lines.group_platform") or bool(
            user.has_group("connect_lines.group_supervisor") and companies & user.company_ids
        )

    def _count_after_commit(self, user):
        """The work in hand of this specialist became less."""
        if user:
            self.env["connect.dispatcher"]._after_commit(("load", user.id))

    def _take_seat(self, user_id, beyond_limit=False):
        """Count one request more for a specialist; a clear error when he has all he may have.

        Taking is counted at once, under the guard of the capacity. Giving back is not: ``_recount`` follows the
        commit, so that finishing never collides with the dispatcher that gives the same specialist the next request.
        Until then his load is too high, never too low.
        """
        line = self.line_id
        self.env.cr.execute("UPDATE connect_agent SET load = load + 1 WHERE user_id = %s", [user_id])
        self.env.cr.execute(
            """UPDATE connect_line_member
                  SET load = load + 1, capacity = CASE %(limit)s WHEN 0 THEN 0 ELSE greatest(%(limit)s, load + 1) END
                WHERE line_id = %(line)s AND user_id = %(user)s
                  AND (%(limit)s = 0 OR load < %(limit)s OR %(beyond)s)""",
            {"limit": line.capacity or 0, "line": line.id, "user": user_id, "beyond": beyond_limit},
        )
        if not self.env.cr.rowcount:
            raise UserError(self._full_text(line, user_id))
        self.env["connect.agent"].invalidate_model(["load"])

    @api.model
    def _full_text(self, line, user_id):
        if user_id == self.env.uid:
            text = self.env._("You work on as many requests of this line as it allows (%s). Finish one of them first.")
            return text % line.capacity
        name = self.env["res.users"].sudo().browse(user_id).name  # a colleague on the line
        return self.env._(
            "%(name)s works on as many requests of this line as it allows (%(limit)s). Choose somebody else.",
            name=name,
            limit=line.capacity,
        )

    def _asks_rating(self, choice):
        mode = self.line_id.rating_mode
        return mode == "always" or (mode == "choice" and bool(choice))

    @api.model
    def _check_ids(self, line_id, partner_id):
        """Line and recipient by plain ids from outside; ids that are none get the same answer as foreign ones."""
        line = self.env["connect.line"].browse(line_id if type(line_id) is int else 0)
        recipient = self.env["res.partner"].browse(partner_id if type(partner_id) is int else 0)
        # existence is checked in sudo so that a foreign id and a missing one cannot be told apart
        if not line.sudo().exists() or not recipient.sudo().exists():
            raise AccessError(self._not_yours())
        return line, recipient

    @api.model
    def _not_yours(self):
        return self.env._("This line or person is not among yours. Ask your administrator to connect you to the line.")

    @api.model
    def _check_agent(self, line, recipient, user):
        """AccessError unless ``user`` is a specialist of ``line`` who may serve ``recipient`` on it."""
        if not self._who_serves(line, recipient, user):
            raise AccessError(self._not_yours())

    @api.model
    def _who_serves(self, line, recipient, users):
        """Those of these users who are specialists of the line and may serve this recipient on it."""
        line._fetch_rules()
        # sudo: connect.line.member - read for the check alone; of two thousand only those who are asked about
        members = self.env["connect.line.member"].sudo()
        members = members.search_fetch(
            [("line_id", "=", line.id), ("user_id", "in", users.ids)], ["company_id", "user_id"]
        )
        connections = self.env["connect.line.connection"].sudo()  # read for the check alone
        if not connections.search_count([("line_id", "=", line.id), ("partner_id", "=", recipient.id)], limit=1):
            return self.env["res.users"]
        own = line.company_id | line._serving_company(recipient)
        return members.filtered(lambda member: member.company_id in own).user_id

    def _to_verb_result(self):
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "line_id": self.line_id.id,
            "partner_id": self.partner_id.id,
            "user_id": self.user_id.id,
        }
