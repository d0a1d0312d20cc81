"""Where a call goes: the dialled number, the line, the specialist, as stages for the bridge (bridge/stages.py)."""

import re

from odoo import api, models
from odoo.exceptions import UserError

INNER_SECONDS = 30
LINE_CODE = re.compile(r"\*\*([0-9]+)")
FETCH_CODE = re.compile(r"\*5([1-9])")
BUSY, NO_ROUTE, REJECTED, NO_ANSWER, CONGESTION = 17, 3, 21, 19, 34  # causes of Q.850


def end(cause, missed=""):
    return [{"kind": "End", "cause": cause, "missed": missed}]


class ConnectCallWay(models.Model):
    _inherit = "connect.call"

    @api.model
    def _way_of_number(self, company, number, caller, phone=None):
        """Where a number leads that somebody of this company has dialled.

        :param phone: the telephone it was dialled on, in sudo; None when it came from outside or from a transfer
        :return: ``(stages, values for the call)``
        """
        if match := LINE_CODE.fullmatch(number):
            return self._way_of_line(int(match[1]), phone)
        if phone and not phone.user_id:  # a person calls lines, whose calls the router knows, and nobody else
            return end(REJECTED, "refused"), {"direction": "inner"}
        if match := FETCH_CODE.fullmatch(number):
            return self._way_of_slot(company, int(match[1]))
        found = self.env["connect.number"]._find(company, number)
        if found:
            return found._way(caller), {"direction": "inner", **found._call_values()}
        return self._way_out(company, number, phone)

    @api.model
    def _way_of_slot(self, company, slot):
        parked = self.search([("company_id", "=", company.id), ("slot", "=", slot), ("state", "=", "parked")], limit=1)
        stages = [{"kind": "Fetch", "key": parked.key}] if parked else end(NO_ROUTE, "unreachable")
        return stages, {"direction": "inner"}

    @api.model
    def _way_of_line(self, line_id, phone):
        """A recipient calls a line from his own telephone."""
        line = self.env["connect.line"].browse(line_id).exists()
        partner = phone.partner_id if phone else self.env["res.partner"]
        if not line or not partner or not line._is_recipient(partner):
            return end(REJECTED, "refused"), {"direction": "incoming"}
        return self._way_of_person(line, partner, "portal")

    @api.model
    def _way_of_person(self, line, partner, origin):
        """A person calls a line: his call is a request like a message (ROU-15)."""
        values = {"direction": "incoming", "line_id": line.id, "partner_id": partner.id}
        try:
            with self.env.cr.savepoint():
                line = line._delivery_line(partner)
                request = line._contact(partner, kind="call", origin=origin)
        except UserError:  # the line is closed to him, as its page says
            return end(REJECTED, "refused"), values
        return [{"kind": "Ask", "what": "line", "ref": request.id}], {
            **values,
            "line_id": line.id,
            "request_id": request.id,
        }

    # --- asked when the call has come there ---

    @api.model
    def _ask_line(self, key, request_id):
        """Whose telephones ring for a call on a line. The router looks at it first, also when somebody has the person:
        he may have left (ROU-23), be it while she waited for the end of his wrap-up."""
        dispatcher = self.env["connect.dispatcher"]
        with dispatcher._short_transaction() as now:
            request = now.env["connect.request"].browse(request_id)
            line = request.line_id
            if request.state in ("active", "offered"):
                line._note_contact(request, "call", request.origin, None, handled=False)
        dispatcher._finish_now([("line", line.id)])
        with dispatcher._short_transaction() as now:  # this transaction began before what the router has decided
            return now.env["connect.call"]._way_of_request(request_id)

    @api.model
    def _way_of_request(self, request_id):
        """The router has decided, or nobody is free. A specialist who is there and takes no calls is busy for it, and
        the person stays his (ROU-27)."""
        request = self.env["connect.request"].browse(request_id)
        request.invalidate_recordset()
        if request.state in ("active", "offered"):
            if not self.env["connect.agent"]._takes_calls_of_own(request.user_id):
                return end(BUSY, "declined")
            return self._ring_specialist(request)
        limit = request.line_id.ring_timeout
        return [{"kind": "Wait", "seconds": limit}, *end(NO_ANSWER, "wait_limit")]

    @api.model
    def _ring_specialist(self, request):
        """The specialist's telephones, with the line's waiting time. One who is in a call already is busy (VOI-03); who
        is still writing down the last one is asked again when his wrap-up is over."""
        user, line = request.user_id, request.line_id
        # sudo: connect.extension - the telephone of whom the router has chosen
        phone = self.env["connect.extension"].sudo().search([("user_id", "=", user.id)], limit=1)
        rest = self.env["connect.agent"]._in_wrapup(user).get(user.id)
        if phone and rest:
            return [{"kind": "Wait", "seconds": rest}, {"kind": "Ask", "what": "line", "ref": request.id}]
        if not phone or self._is_busy(user):
            return end(BUSY, "declined" if phone else "unreachable")
        targets = phone._targets(line.ring_timeout, at_once=line._answers_at_once(user))
        return [{"kind": "Ring", "targets": targets, "music": "default"}, *end(NO_ANSWER)]

    @api.model
    def _is_busy(self, user):
        """He talks already (VOI-03)."""
        return bool(self._busy_among(user))

    @api.model
    def _busy_among(self, users):
        """Those of these users who talk already (VOI-03), or are in wrap-up, in which nothing new comes."""
        return self._talking_among(users) | users.browse(self.env["connect.agent"]._in_wrapup(users))

    @api.model
    def _talking_among(self, users):
        calls = self.search([("state", "in", ["talking", "held"]), ("party_ids", "in", users.ids)])
        return calls.party_ids & users

    def _space(self):
        """Asterisk's parking place for this call: five digits, of which there are 90,000."""
        self.ensure_one()
        return str(10_000 + self.id % 90_000)


class ConnectExtensionWay(models.Model):
    _inherit = "connect.extension"

    def _way(self, caller):
        """A colleague's number: his telephones ring; one who talks is busy (VOI-03)."""
        self.ensure_one()
        if self.user_id and self.env["connect.call"]._is_busy(self.user_id):
            return end(BUSY, "declined")
        return [{"kind": "Ring", "targets": self._targets(INNER_SECONDS), "music": ""}, *end(NO_ANSWER)]

    def _call_values(self):
        return {"user_id": self.user_id.id}
