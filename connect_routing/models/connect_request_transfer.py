"""Handing a request over: to a colleague, at once or with his consent, or to another line (ROU-42..46).

An offer is a state of the request. While it lasts, the request stays with whoever offered it, who goes on answering;
the timer ``offer`` ends it. Whatever happens meanwhile happens on the locked row, and the offer is over: the person
writes while its specialist is gone, a supervisor moves it, somebody takes it over. Who comes too late is told so.
"""

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .connect_request import NO_OFFER, NOW
from .verbs import in_users_language


class ConnectRequestTransfer(models.Model):
    _inherit = "connect.request"

    # --- public verbs ---

    @in_users_language
    def transfer_to_user(self, user_id):
        """Hand the request over to a colleague. On lines with consent he is asked first (ROU-43).

        :param int user_id: a specialist who serves the person on this line, and is there
        :return: as ``start_work``; ``state`` is ``offered`` while the colleague is asked
        :rtype: dict
        :raise AccessError: the caller neither works on it nor supervises its line
        :raise UserError: it cannot go to him; the text says why
        """
        self.ensure_one()
        request = self._locked_for_agent()
        request._check_movable()
        user = request._transfer_target(user_id)
        if user == request.user_id:
            raise UserError(self.env._("%s works on it already.", user.name))
        if request.line_id.transfer_consent and request.state == "active":
            request._offer(user)
        else:
            request._hand_to(user, "transferred", actor=self.env.user)
        return request._to_verb_result()

    @in_users_language
    def transfer_to_line(self, line_id):
        """Hand the request over to another line: it ends here, and is routed anew there, without anybody's consent.

        :param int line_id: a line that the settings of this one allow, connected to the person
        :return: the request on the other line, as ``start_work``
        :rtype: dict
        :raise AccessError: the caller neither works on it nor supervises its line
        :raise UserError: the line is not allowed or closed to the person
        """
        self.ensure_one()
        request = self._locked_for_agent()
        request._check_movable()
        line = request.line_id._transfer_lines(request.partner_id).filtered(lambda each: each.id == line_id)
        if not line:
            raise UserError(
                self.env._(
                    "It cannot be moved to this line: it is not connected to the person, or not among the lines to "
                    "which requests of this one may be moved."
                )
            )
        previous = request.user_id
        values = {"closed_at": NOW, "close_reason": "moved", "moved_to_id": line.id}
        request._move("moved", values, actor_id=self.env.uid)
        request._count_after_commit(previous)
        return request._reopen_on(line)._to_verb_result()

    @in_users_language
    def accept_transfer(self):
        """Take over what a colleague offers. Accepting twice is no error.

        :return: as ``start_work``
        :rtype: dict
        :raise AccessError: it was not offered to the caller
        :raise UserError: the offer is over, or the caller has all he may have
        """
        self.ensure_one()
        request = self._locked_offer()
        if request.user_id == self.env.user and request.state == "active":
            return request._to_verb_result()
        request._check_offered(self.env.user)
        request._hand_to(self.env.user, "accepted", actor=self.env.user)
        return request._to_verb_result()

    @in_users_language
    def decline_transfer(self):
        """Decline an offer, or take one's own back: the request stays where it was.

        :return: as ``start_work``
        :rtype: dict
        :raise AccessError: the caller neither offered it nor is it offered to him
        :raise UserError: the offer is over
        """
        self.ensure_one()
        request = self._locked_offer()
        request._check_offered(request.offered_to_id)
        is_asked = request.offered_to_id == self.env.user
        if not is_asked:
            self._locked_for_agent()
        request._move("declined" if is_asked else "withdrawn", NO_OFFER, actor_id=self.env.uid)
        return request._to_verb_result()

    # --- what screens offer ---

    def action_hand_over(self):
        """Button of supervisors, who need not be on the line: where is it to go (ROU-45)?"""
        self.ensure_one()
        self.check_access("read")
        if not self.sudo()._is_supervised():  # sudo: connect.request - only whether the caller supervises it
            raise AccessError(self.env._("Only a supervisor can do this."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand over"),
            "res_model": "connect.hand.over",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    def _transfer_choices(self):
        """Where this request may go now, for who may hand it over:
        ``{"consent": bool, "colleagues": [{"user_id", "name", "status", "icon", "load"}], "lines": [{"id", "name"}]}``;
        colleagues who would be refused are left out, those with the least work come first."""
        self.ensure_one()
        line = self.line_id
        candidates = line.member_ids.user_id - self.user_id
        serving = self._who_serves(line, self.partner_id, candidates)
        agents = self.env["connect.agent"].search([("user_id", "in", serving.ids)], order="load, user_id")
        full = line._full_user_ids()
        return {
            "consent": line.transfer_consent,
            "colleagues": [
                {
                    "user_id": agent.user_id.id,
                    "name": agent.user_id.name,
                    "status": agent.status_id.name,
                    "icon": agent.status_id.icon,
                    "load": agent.load,
                }
                for agent in agents
                if agent.user_id.id not in full and not self._absence(agent)
            ],
            "lines": [{"id": each.id, "name": each.name} for each in line._transfer_lines(self.partner_id)],
        }

    # --- what the verbs consist of; the rows are locked, the callers checked ---

    def _check_movable(self):
        if self.state == "offered":
            name = self.offered_to_id.name
            raise UserError(self.env._("%s is being asked already. Take the offer back first.", name))
        if self.close_reason == "moved":
            raise UserError(self.env._("It was moved to the line «%s»: the work goes on there.", self.moved_to_id.name))
        if self.state == "closed":
            raise UserError(self.env._("The work is finished: there is nothing to hand over."))

    def _transfer_target(self, user_id):
        """The colleague, if he serves this person on this line and is there now."""
        user = self.line_id.member_ids.user_id.filtered(lambda each: each.id == user_id)
        if not user:
            raise UserError(self.env._("He does not serve this line. Choose one of its specialists."))
        if not self._who_serves(self.line_id, self.partner_id, user):
            raise UserError(self.env._("%s serves the clients of another company only.", user.name))
        if absence := self._absence(self.env["connect.agent"].search([("user_id", "=", user.id)])):
            raise UserError(absence)
        if user.id in self.line_id._full_user_ids():  # at once, or when he accepts: he could not
            raise UserError(self._full_text(self.line_id, user.id))
        return user

    def _absence(self, agent):
        """Why a specialist who serves the person cannot have the request now, or None."""
        line, user, status = self.line_id, agent.user_id, agent.status_id
        if not agent._is_there():
            return self.env._("%s is not connected. Choose somebody who is.", user.name)
        if not (status.accepts_chats if line.transfer_consent else status.keeps_binding):
            return self.env._("%(name)s has the status «%(status)s» now.", name=user.name, status=status.name)
        return None

    def _offer(self, user):
        # who leaves at this instant is not asked: like a request that he gets, this fails on his change of status
        self.env.cr.execute("SELECT FROM connect_agent WHERE user_id = %s FOR SHARE", [user.id])
        seconds = self.line_id.transfer_timeout
        until = SQL("%s + make_interval(secs => %s)", NOW, seconds)
        values = {"offered_to_id": user.id, "offered_until": until}
        self._move("offered", values, actor_id=self.env.uid)
        self.env["connect.timer"]._set(self.id, "offer", seconds)

    def _reopen_on(self, line):
        """The request on the line it was moved to; the one that is open there already, if so."""
        values = {"kind": self.kind, "origin": self.origin, "queued_at": NOW, "previous_id": self.id}
        request = self._open(line, self.partner_id, "opened", values, actor_id=self.env.uid)
        if not request:
            request = self._open_of(line, self.partner_id)
            line._note_contact(request, self.kind, self.origin, None, handled=False)
        self.env["connect.dispatcher"]._after_commit(("line", line.id))
        return request

    def _locked_offer(self):
        """The request in sudo, locked, for somebody who sees it: he is told whether the offer still stands."""
        request = self.sudo()  # nobody has the right to write requests; the caller's right to see it is checked here
        if not request.exists() or not self.env.user.has_group("connect_lines.group_agent"):
            raise AccessError(self._not_yours())
        self.check_access("read")
        request._lock()
        return request

    def _check_offered(self, user):
        if self.state != "offered" or self.offered_to_id != user:
            raise UserError(self.env._("The offer is over: it was accepted, taken back, or not answered in time."))

    # --- the timer ---

    def _on_timer_offer(self, _since):
        """Nobody answered: it stays where it was."""
        if self.state == "offered":
            self._move("expired", NO_OFFER)
