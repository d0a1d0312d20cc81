"""What people do with calls. Each verb checks that the call is the caller's, and leaves an order for the bridge; what
became of it comes over the bus (``connect.call/changed``, ``connect.call/refused``) and stands in ``get_calls``."""

import re
import uuid

from odoo import api, models
from odoo.addons.connect_lines.models.verbs import in_users_language
from odoo.exceptions import AccessError, UserError

from .connect_call import LIVE
from .connect_call_party import CONSULTATION

DIALLED = re.compile(r"[+*#0-9]{1,32}")
DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
SLOTS = range(1, 10)
PERSON_SECONDS = 30  # of ringing in his browser


class ConnectCallVerbs(models.Model):
    _inherit = "connect.call"

    @api.model
    @in_users_language
    def originate(self, to, line_id=False, partner_id=False):
        """Call a number: the caller's own telephone rings first, then the other end (VOI-06, VOI-07, VOI-37). Which of
        his telephones, he says in his preferences; when it is not there, the other one.

        :param str to: a short number, or one outside as it is dialled; empty: the person himself, first in his
            browser and then at his number
        :param int line_id: the line in whose name a person is called; with ``partner_id``
        :param int partner_id: the person
        :return: the call: ``{"id": int, "key": str, "state": "ringing", "rings": "browser" or "desk"}``
        :rtype: dict
        :raise UserError: no such number, no telephone, or the telephone exchange is away
        :raise AccessError: the person is not on that line of the caller's
        """
        # sudo: connect.extension - the caller's own telephone
        phone = self.env["connect.extension"].sudo()._own()
        is_person = to == "" and line_id and partner_id
        number = "" if is_person else self._read_number(to)
        pbx = self._check_pbx(phone)
        values = self._values_of_person(line_id, partner_id) if line_id or partner_id else {}
        key = f"c{uuid.uuid4().hex}"
        # sudo: connect.call - written by the bridge and these verbs alone; the telephone is the caller's
        calls = self.sudo().with_context(connect_call_key=key)
        if is_person:
            number, stages, found = calls._way_to_person(phone, partner_id)
        else:
            stages, found = calls._way_of_number(phone.company_id, number, phone.number, phone)
        self._refuse_in_words(stages, phone.company_id)
        call = calls._open_call(
            {
                "key": key,
                "pbx_id": pbx.id,
                "company_id": phone.company_id.id,
                "caller_user_id": phone.user_id.id,
                "caller_number": phone.number,
                "dialled": number,
                **found,
                **values,
            }
        )
        data = {"endpoints": phone._own_first(), "stages": stages, "seconds": 30, "caller_id": number}
        self._order_for(call, "originate", {**data, "own_caller_id": phone._caller_id()})
        rings = "browser" if data["endpoints"][0].endswith("-web") else "desk"
        return {"id": call.id, "key": key, "state": "ringing", "rings": rings}

    @in_users_language
    def answer(self):
        """Pick up a call that rings at the caller: his telephone in the browser answers (a desk telephone is lifted by
        hand). True.

        :raise AccessError: it does not ring at him
        """
        self.ensure_one()
        if self.id not in self._rung(self.env.user):
            raise AccessError(self.env._("This is not your call."))
        self.env.user._bus_send("connect.call/answer", {"id": self.id})
        return True

    @in_users_language
    def hangup(self, colleague=False):
        """End the call; while a colleague is consulted, only his part (VOI-18). True.

        :param bool colleague: end his part or nothing: it is refused when he has gone already, over the bus
        """
        call = self._own_call()
        data = {"is_person": self.env.user not in call.party_ids, "colleague": bool(colleague)}
        self._order_for(call, "hangup", data)
        return True

    @in_users_language
    def hold(self):
        """The other side hears music (VOI-14). True."""
        return self._ask_bridge("hold")

    @in_users_language
    def resume(self):
        """Back from hold. True."""
        return self._ask_bridge("resume")

    @in_users_language
    def rejoin(self):
        """The caller's telephone in the browser has lost its sound, since the page was loaded anew: it is rung again,
        and takes its place in the conversation. True."""
        return self._ask_bridge("rejoin")

    @in_users_language
    def transfer_blind(self, to):
        """«One step»: the other side goes there, the caller is free (VOI-16). True.

        :param str to: a short number, or one outside as it is dialled
        :raise UserError: no such number
        """
        return self._ask_bridge("blind", {"stages": self._stages_to(to, "Ring", "Ask", "Conference")})

    @in_users_language
    def transfer_consult(self, to):
        """Ring a colleague while the other side hears music (VOI-17). True.

        :raise UserError: no such number, or a conference room: nobody is asked there
        """
        stages = self._stages_to(to, "Ring", "Ask")
        return self._ask_bridge("consult", {"stages": stages, "number": self._read_number(to)})

    @in_users_language
    def transfer_switch(self):
        """Speak with the other of the two (VOI-17). True."""
        return self._ask_bridge("switch")

    @in_users_language
    def transfer_complete(self):
        """«Connect»: the other side and the colleague talk, the caller is out (VOI-18). True."""
        return self._ask_bridge("complete")

    @in_users_language
    def transfer_cancel(self):
        """Back to the other side, without the colleague. True."""
        return self._ask_bridge("cancel")

    @in_users_language
    def park(self):
        """Park the other side (VOI-42); anybody of the company takes it by dialling ``*5`` and the slot.

        :return: ``{"slot": int}``
        :rtype: dict
        :raise UserError: all nine places are taken
        """
        call = self._own_call()
        taken = set(call.search([("company_id", "=", call.company_id.id), ("state", "=", "parked")]).mapped("slot"))
        slot = next((each for each in SLOTS if each not in taken), None)
        if slot is None:
            raise UserError(self.env._("All nine parking places are taken. Wait until one is free."))
        self._order_for(call, "park", {"slot": slot, "space": call._space(), "company": call.company_id.id})
        return {"slot": slot}

    @in_users_language
    def send_digits(self, digits):
        """Dial digits into the conversation, such as an extension at the other end (VOI-19). True."""
        if not isinstance(digits, str) or not DIGITS.fullmatch(digits):
            raise UserError(self.env._("Send up to 32 of the signs 0 to 9, * and #."))
        return self._ask_bridge("digits", {"digits": digits})

    @api.model
    @in_users_language
    def get_calls(self):
        """The caller's own calls that have not ended, the latest first.

        :return: ``[{"id", "key", "state", "direction", "name", "client", "line", "number", "start_at", "answer_at",
            "rings_at_me": bool,
            "part": "" or what he does in a consultation: "asks", "asked", "waits", "colleague": {"name": str,
            "is_answered": bool, "is_connected": bool} for whom asks, else False…}]``
        :rtype: list
        """
        # sudo: connect.call - the caller's own: he is in them, or they ring at him
        return self.sudo()._calls_of(self.env.user)._to_client()

    @api.model
    @in_users_language
    def get_person_calls(self):
        """The calls of the person in the portal that have not ended, the latest first, with whom he speaks.

        :return: ``[{"id": int, "state": str, "line": str, "is_answered": bool, "specialist": {"name", "avatar"…} or
            False}]``
        :rtype: list
        """
        # sudo: connect.call - the caller's own calls
        calls = self.sudo().search([("partner_id", "=", self.env.user.partner_id.id), ("state", "in", LIVE)], limit=5)
        cards = self.env["discuss.channel"]
        return [
            {
                "id": call.id,
                "state": call.state,
                "line": call.line_id.name or "",
                "is_answered": bool(call.answer_at),
                "specialist": cards._connect_specialist_card(call._specialist()),
            }
            for call in calls
            if not call._is_without_person()
        ]

    # --- how ---

    @api.model
    def _rung(self, user):
        """Ids of calls that ring at this user's telephones."""
        self.env.cr.execute(
            """SELECT f.call_id FROM connect_call c
                 JOIN LATERAL (SELECT * FROM connect_call_fact WHERE call_id = c.id AND name = ANY(%s)
                                ORDER BY id DESC LIMIT 1) f ON TRUE
                WHERE c.state IN ('ringing', 'held') AND c.company_id = %s
                  AND f.name = CASE c.state WHEN 'held' THEN 'consulting' ELSE 'ringing' END
                  AND f.data -> 'user_ids' @> to_jsonb(%s)""",
            [["ringing", *CONSULTATION], user.company_id.id, user.id],
        )
        return [call_id for (call_id,) in self.env.cr.fetchall()]

    def _own_call(self):
        """The call in sudo, when the caller takes part in it."""
        self.ensure_one()
        call = self.sudo()  # whose it is, is checked in the next lines
        user = self.env.user
        mine = call.exists() and (user in call.party_ids or call._is_person(user))
        if not mine:
            raise AccessError(self.env._("This is not your call."))
        if call.state not in LIVE:
            raise UserError(self.env._("This call has ended."))
        return call

    def _ask_bridge(self, verb, data=None):
        self._order_for(self._own_call(), verb, data)
        return True

    @api.model
    def _order_for(self, call, verb, data=None):
        self._check_connected(call.pbx_id)
        # sudo: connect.call.order - written by these verbs alone, after their checks
        self.env["connect.call.order"].sudo()._give(call.pbx_id, call.key, verb, self.env.user, data)

    def _stages_to(self, to, *kinds):
        call = self._own_call()
        number = self._read_number(to)
        # sudo: connect.extension - the caller's own telephone
        phone = self.env["connect.extension"].sudo()._own()
        call = call.with_context(connect_call_key=call.key)
        stages, _values = call._way_of_number(call.company_id, number, call.caller_number, phone)
        self._refuse_in_words(stages, call.company_id)
        if any(stage["kind"] == "Conference" for stage in stages) and "Conference" not in kinds:
            raise UserError(self.env._("%s is a conference room: transfer to it in one step.", number))
        if not any(stage["kind"] in kinds for stage in stages):
            raise UserError(self.env._("There is nobody with the number %s, or he is busy.", number))
        return stages

    @api.model
    def _read_number(self, to):
        number = re.sub(r"[\s().-]", "", to if isinstance(to, str) else "")
        if not DIALLED.fullmatch(number):
            raise UserError(self.env._("Enter the number as it is dialled, for example 101 or +375 29 666 66 66."))
        return number

    @api.model
    def _way_to_person(self, phone, partner_id):
        """To a person whom the caller may serve: his browser, then his number. In sudo.

        :return: ``(number, stages, values for the call)``
        """
        partner = self.env["res.partner"].browse(partner_id)
        own = self.env["connect.extension"]._of_person(partner, phone.pbx_id)
        number = re.sub(r"[^+0-9]", "", partner.phone or "")
        stages = [{"kind": "Ring", "targets": own._targets(PERSON_SECONDS), "music": ""}] if own else []
        outside, values = self._way_of_number(phone.company_id, number, phone.number, phone) if number else ([], {})
        if any(stage["kind"] != "End" for stage in outside):
            stages += outside
        elif outside and not own:
            self._refuse_in_words(outside, phone.company_id)
        if not stages:
            raise UserError(
                self.env._("%s has not been in the portal yet, and no number leads to him. Write to him.", partner.name)
            )
        return number, stages, {"direction": "outgoing", "trunk_id": values.get("trunk_id")}

    @api.model
    def _refuse_in_words(self, stages, company):
        """Somebody at a screen is told at once why there is no way out, instead of hearing it."""
        if text := self._no_way_text(stages, company):
            raise UserError(text)

    @api.model
    def _no_way_text(self, stages, company):
        """Why an employee of this company cannot call out; empty: he can, or it is something else."""
        code = stages[0].get("missed") if stages[0]["kind"] == "End" else ""
        if code == "no_line":
            return self.env._("There is no free line. Wait until a call of your company has ended.")
        if code != "refused":
            return ""
        if self.env["connect.outbound.limit"]._of_company(company).is_suspended:
            return self.env._(
                "Outgoing calls of your company are suspended: its minutes were used up."
                " Your administrator releases them."
            )
        return self.env._("Your telephone may not call this number now. Ask your administrator.")

    @api.model
    def _values_of_person(self, line_id, partner_id):
        requests = self.env["connect.request"]
        line, partner = requests._check_ids(line_id, partner_id)
        request = requests._agent_contact(line, partner, self.env.user, kind="work")
        return {"line_id": line.id, "partner_id": partner.id, "request_id": request.id, "direction": "outgoing"}

    @api.model
    def _check_pbx(self, phone):
        if not phone.pbx_id:
            raise UserError(self.env._("Your company has no telephone exchange yet. Ask its administrator."))
        self._check_connected(phone.pbx_id)
        return phone.pbx_id

    @api.model
    def _check_connected(self, pbx):
        if not pbx.is_connected:
            raise UserError(
                self.env._("The telephone exchange is not connected at the moment. Calls under way go on; try again.")
            )
