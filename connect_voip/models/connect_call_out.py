"""Calls that leave the company over an operator's line (VOI-47, VOI-48), and whom nothing lets out: a caller who came
from outside, a person in the portal, a number that is not allowed, a limit that is reached."""

import re

import phonenumbers
from odoo import api, models

from .connect_call_way import CONGESTION, INNER_SECONDS, NO_ANSWER, NO_ROUTE, REJECTED, end

OUTSIDE = re.compile(r"\+?[0-9]{2,15}")
KEY = "connect_call_key"  # in the context: the call for which lines are taken; without it there is no way out


class ConnectCallOut(models.Model):
    _inherit = "connect.call"

    @api.model
    def _way_out(self, company, number, phone):
        """A number outside, dialled on an employee's telephone of ours; nobody else gets out."""
        values = {"direction": "outgoing"}
        if not phone or not phone.user_id:
            return end(REJECTED, "refused"), values
        if not OUTSIDE.fullmatch(number):
            return end(NO_ROUTE, "unreachable"), values
        target, code = self._outside(phone.company_id, number, phone.outbound_scheme_id)
        if not target:
            cause = {"no_line": CONGESTION, "unreachable": NO_ROUTE}.get(code, REJECTED)
            return end(cause, code), values
        trunk_id = target.pop("trunk_id")
        ring = {"kind": "Ring", "targets": [{**target, "seconds": 2 * INNER_SECONDS}], "music": ""}
        return [ring, *end(NO_ANSWER)], {**values, "trunk_id": trunk_id}

    @api.model
    def _leg_outside(self, company, number, user):
        """A number outside that the company itself has entered, such as a mobile telephone in «Follow Me».

        :return: the target without its times; None: it cannot be rung now
        """
        # sudo: connect.extension - whose scheme leads out
        phone = self.env["connect.extension"].sudo().search([("user_id", "=", user.id)], limit=1)
        target, _code = self._outside(company, number, phone.outbound_scheme_id)
        if target:
            target.pop("trunk_id")
        return target

    @api.model
    def _outside(self, company, number, scheme):
        """``(target, "")``, with a line taken for it; or ``(None, code)`` of what is in the way."""
        key = self.env.context.get(KEY)
        # sudo: connect.outbound.scheme - the company's own, for a call of its own
        schemes = self.env["connect.outbound.scheme"].sudo()
        scheme = scheme.filtered("active") or schemes.search(
            [("company_id", "=", company.id), ("is_default", "=", True)], limit=1
        )
        digits = self._digits_outside(company, number)
        rules = scheme._rules(digits)
        trunks = rules.trunk_ids.filtered(lambda trunk: trunk.active and trunk.company_id == company and trunk.pbx_id)
        if not key or not trunks:
            return None, "unreachable"
        limit = self.env["connect.outbound.limit"]._of_company(company)
        may = limit._allows(digits, rules) and limit._is_open() and not company._connect_is_suspended()
        if limit.is_suspended or not may or not limit._minutes_left():
            return None, "refused"
        ordered = self.env["connect.trunk"].sudo().union(*(rule.trunk_ids & trunks for rule in rules))  # as above
        return self._take_line(ordered, key, digits, limit)

    @api.model
    def _take_line(self, trunks, key, digits, limit):
        uses = self.env["connect.trunk.use"]
        for trunk in trunks:
            endpoint = f"PJSIP/{digits}@trunk-{trunk.id}"
            if uses._claim(trunk, key, endpoint, True, limit.calls):
                busy = [
                    ("company_id", "=", trunk.company_id.id),
                    ("is_outgoing", "=", True),
                    ("released_at", "=", False),
                ]
                if uses.search_count(busy) >= limit.calls:
                    limit._watch(is_full=True)
                caller_id = (trunk.caller_id or "").lstrip("+")
                return {"endpoint": endpoint, "user_id": 0, "caller_id": caller_id, "trunk_id": trunk.id}, ""
        return None, "no_line"

    @api.model
    def _digits_outside(self, company, number):
        """As operators want it: the country, then the rest, without «+». What is no number of the company's country
        stays as it was dialled."""
        if number.startswith("+"):
            return number[1:]
        try:
            found = phonenumbers.parse(number, self._country_of(company))
        except phonenumbers.NumberParseException:
            return number
        if not phonenumbers.is_valid_number(found):
            return number
        return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)[1:]

    @api.model
    def _country_of(self, company):
        """Two letters, or None. Read past ``company.country_id``, which gathers the whole address first: that took as
        long as all other decisions about a call together."""
        self.env["res.partner"].flush_model(["country_id"])
        self.env.cr.execute(
            """SELECT t.code FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                 JOIN res_country t ON t.id = p.country_id WHERE c.id = %s""",
            [company.id],
        )
        row = self.env.cr.fetchone()
        return row[0] if row else None
