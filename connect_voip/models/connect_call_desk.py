"""What people do with the telephones on their desks instead of their screens: a transfer by REFER, ``*5`` to park. And
what becomes of a call that they have let go of, when nobody takes it."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .connect_call_out import KEY
from .connect_call_way import INNER_SECONDS


class ConnectCallDesk(models.Model):
    _inherit = "connect.call"

    @api.model
    def _ask_refer(self, key, user_id, number):
        """Where a number leads to which this employee's telephone has transferred the other side; no stages: nowhere,
        and the call goes back to him."""
        call = self._of_key(key)
        phone = self.env["connect.extension"].search([("user_id", "=", user_id)], limit=1)
        if not call or not phone or phone.company_id != call.company_id:
            return []
        way = call.with_context(**{KEY: key})
        stages, _values = way._way_of_number(call.company_id, number, call.caller_number, phone)
        return [stage for stage in stages if stage["kind"] not in ("End", "Fetch")]

    @api.model
    def _ask_back(self, key, user_id):
        """A transfer or a parked call that nobody has taken rings at the one who made it, at all his telephones; no
        stages while he talks (VOI-03) or has none."""
        call, user = self._of_key(key), self.env["res.users"].browse(user_id)
        phone = self.env["connect.extension"].search([("user_id", "=", user.id)], limit=1)
        if not call or not phone or phone.company_id != call.company_id or self._talking_among(user):
            return []
        return [{"kind": "Ring", "targets": phone._targets(INNER_SECONDS), "music": "default"}]

    def _tell_left_alone(self, reason):
        """Somebody has been transferred or parked, and nobody spoke with him any more: who let go of him is told, and,
        of a call on a line, the companies like of a missed one."""
        facts = [("call_id", "=", self.id), ("name", "in", ["transferred", "parked"]), ("user_id", "!=", False)]
        user = self.env["connect.call.fact"].search(facts, order="id desc", limit=1).user_id
        if not user:
            return
        text = user.with_context(lang=user.lang).env._(
            "%s was transferred or parked by you, and nobody has taken the call. Call back.",
            self.partner_id.name or self.caller_number or self.dialled,
        )
        self._say(user, self.key, text)
        if self.line_id and self.request_id:
            self.request_id._call_missed(reason)

    def _on_not_fetched(self, data):
        """Who wanted to fetch a parked call cannot."""
        user = self.env["res.users"].browse(data["user_id"])
        text = user.with_context(lang=user.lang).env._(
            "The parked call cannot be fetched at the moment: the exchange's manager (AMI) does not answer."
            " It comes back to whoever has parked it."
        )
        self._say(user, self.key, text)

    @api.model
    def _wish(self, key, verb, user_id):
        """The same as if he had pressed the button of his screen; a refusal is told there."""
        user = self.env["res.users"].browse(user_id)
        call = self._of_key(key).with_user(user)
        try:
            {"park": call.park}[verb]()
        except (AccessError, UserError) as error:
            self._say(user, key, str(error))
