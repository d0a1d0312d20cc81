"""Calls from outside on their way through an incoming scheme (VOI-45)."""

from odoo import api, models


class ConnectCallIn(models.Model):
    _inherit = "connect.call"

    @api.model
    def _ask_step(self, key, step_id):
        """Where a call goes that has come to this step; no stages: to the next step."""
        call = self._of_key(key)
        step = self.env["connect.inbound.step"].browse(step_id).exists()
        if not call or not step:
            return []
        way = self.with_context(connect_call_key=key)
        stages, values = way._way_of_step(step, call.company_id, call.partner_id, call.caller_number)
        if values:
            call._set_row(values)
        return stages

    @api.model
    def _way_of_step(self, step, company, partner, caller):
        """Where a call of this company goes at this step: ``(stages, values for the call)``.

        :param partner: who calls, as far as it is known: the person, or the client whose number it is
        """
        if step.company_id != company:
            return [], {}
        if step.kind == "line":
            if not partner or partner.is_company:
                partner = self._person_of_number(step.company_id, caller, partner)
            self._connect_caller(step.line_id, partner)
            stages, values = self._way_of_person(step.line_id, partner, "phone")
        else:
            stages, values = step._ring(caller)
        return stages, {name: value for name, value in values.items() if value}

    @api.model
    def _connect_caller(self, line, partner):
        """The company's own scheme leads callers to this line: who has never been connected to it is from now on. A
        connection that was limited or has ended stays as it is."""
        if not line._is_recipient(partner):
            # sudo: connect.line.connection - by the scheme of the line's owner
            self.env["connect.line.connection"].sudo().create({"line_id": line.id, "partner_id": partner.id})

    @api.model
    def _known_by_number(self, company, number):
        """Whom the company knows by this number: a person, else a client; nobody is created (VOI-13)."""
        # sudo: res.partner - people of the company that the call has come to
        people = self.env["res.partner"].sudo()
        known = [("phone_sanitized", "=", number), ("company_id", "=", company.id)]
        return people.search(known, order="is_company, id", limit=1) if number else people

    @api.model
    def _person_of_number(self, company, number, client=None):
        """The person whom the company knows by this number, or a new contact of it: no call is lost because nobody
        knows him.

        :param client: whose number it is, when it is known that it is no person's
        """
        found = client or self._known_by_number(company, number)
        if found and not found.is_company:
            return found
        name = number or self.env._("Hidden number")
        return found.create(
            {"name": name, "phone": number or False, "company_id": company.id, "parent_id": found.id or False}
        )
