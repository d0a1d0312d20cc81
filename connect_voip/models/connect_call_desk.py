"""What people do with the telephones on their desks instead of their screens: a transfer by REFER, ``*5`` to park."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .connect_call_out import KEY


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
    def _wish(self, key, verb, user_id):
        """The same as if he had pressed the button of his screen; a refusal is told there."""
        user = self.env["res.users"].browse(user_id)
        call = self._of_key(key).with_user(user)
        try:
            {"park": call.park}[verb]()
        except (AccessError, UserError) as error:
            user._bus_send("connect.call/refused", {"key": key, "text": str(error)})
