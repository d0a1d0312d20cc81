"""The self-test of an exchange: the bridge tries every way that a call needs and rings an echo (bridge/selftest.py)."""

import uuid

from markupsafe import Markup
from odoo import api, fields, models

ADMIN = "connect_lines.group_partner_admin,connect_lines.group_platform"


class ConnectPbxTest(models.Model):
    _inherit = "connect.pbx"

    tested_at = fields.Datetime("Checked at", readonly=True, copy=False)
    test_steps = fields.Json(readonly=True, copy=False, groups=ADMIN)
    test_report = fields.Html("Check", compute="_compute_test_report", groups=ADMIN)

    def action_test(self):
        """Button: have the bridge try the exchange; its report comes by itself within seconds."""
        self.ensure_one()
        self.check_access("write")
        if not self.is_connected:
            self._keep_test(self.env.uid, [{"step": "bridge", "ok": False, "detail": ""}])
            return True
        phones = self.env["connect.extension"]
        # sudo: connect.extension - any telephone that this exchange serves, for Asterisk to look up
        phone = phones.sudo().search([("pbx_id", "=", self.id)], limit=1)
        orders = self.env["connect.call.order"].sudo()  # the right to write the exchange was checked just above
        data = {"endpoint": f"{phone.sip_user}-web"} if phone else {}
        orders._give(self, f"test-{uuid.uuid4().hex}", "test", self.env.user, data)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("The exchange is being checked; the report appears here in seconds.")},
        }

    def _keep_test(self, user_id, steps):
        self.ensure_one()
        # sudo: connect.pbx - the report of a test that its administrator has ordered
        self.sudo().write({"test_steps": steps, "tested_at": fields.Datetime.now()})
        self.env["res.users"].browse(user_id)._bus_send("connect.pbx/tested", {"id": self.id})

    @api.depends("test_steps")
    def _compute_test_report(self):
        names, advice = self._test_names(), self._test_advice()
        row = Markup(
            '<li><i class="fa fa-fw {icon}" title="{title}"></i> {name} <span class="text-muted">{more}</span></li>'
        )
        for pbx in self:
            lines = [
                row.format(
                    icon="fa-check text-success" if step["ok"] else "fa-times text-danger",
                    title=self.env._("works") if step["ok"] else self.env._("does not work"),
                    name=names.get(step["step"], step["step"]),
                    more=step["detail"] if step["ok"] else advice.get(step["step"], ""),
                )
                for step in pbx.test_steps or ()
            ]
            pbx.test_report = (
                Markup('<ul class="list-unstyled mb-0">%s</ul>') % Markup().join(lines) if lines else False
            )

    @api.model
    def _test_names(self):
        _ = self.env._
        return {
            "bridge": _("The process «odoo voip» is running"),
            "ari": _("Asterisk answers at ARI, version 18 or newer"),
            "ami": _("The manager (AMI) lets us in"),
            "views": _("Asterisk reads its telephones in our database"),
            "call": _("A call to the echo is answered"),
            "echo": _("The echo says back what it has heard"),
            "hangup": _("The call is hung up"),
        }

    @api.model
    def _test_advice(self):
        """What to do when a step has failed."""
        _ = self.env._
        return {
            "bridge": _(
                "Start «odoo voip» for this exchange; it must reach ARI with the address and password given here."
            ),
            "ari": _("Look at the address, the user and the password of ARI, and at Asterisk's version."),
            "ami": _("Look at the host, the port, the user and the password of AMI, and at manager.conf."),
            "views": _("Give a telephone to an employee, and the views to Asterisk's user: connect_grant_exchange."),
            "call": _("Look whether extensions.conf has the context connect-echo, and whether app_echo is loaded."),
            "echo": _("The call stands, but nothing comes back: look whether app_echo is loaded."),
            "hangup": _("Look into Asterisk's log."),
        }
