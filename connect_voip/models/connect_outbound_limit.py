"""What keeps a company's outgoing calls from costing a fortune: where they may go, how many, how long, and when."""

import re
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError

PREFIXES = re.compile(r"\+?[0-9]{1,15}([,;\s]+\+?[0-9]{1,15})*")
CALLS, MINUTES = 10, 600


class ConnectOutboundLimit(models.Model):
    _name = "connect.outbound.limit"
    _inherit = ["connect.fixed.mixin"]
    _description = "Safety of outgoing calls"
    _rec_name = "company_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="cascade"
    )
    prefixes = fields.Char(
        "Allowed destinations",
        help="Beginnings of numbers: +375, +7495. Empty: only what a direction of an outgoing scheme names.",
    )
    calls = fields.Integer("Calls at once", default=CALLS, required=True)
    minutes = fields.Integer("Minutes in 24 hours", default=MINUTES, required=True)
    calendar_id = fields.Many2one(
        "resource.calendar", "Only within working hours", check_company=True, help="Empty: round the clock."
    )
    alarm_at = fields.Datetime("Last alarm", readonly=True, copy=False)
    is_suspended = fields.Boolean("Suspended", readonly=True, copy=False)
    suspended_at = fields.Datetime("Suspended since", readonly=True, copy=False)

    _one_of_company = models.UniqueIndex("(company_id)", "Your company has set its limits already.")
    _limits_positive = models.Constraint(
        "CHECK(calls BETWEEN 0 AND 1000 AND minutes BETWEEN 0 AND 100000)",
        "The limits are 0 to 1000 calls at once and 0 to 100000 minutes.",
    )

    @api.constrains("prefixes")
    def _check_prefixes(self):
        for limit in self:
            if limit.prefixes and not PREFIXES.fullmatch(limit.prefixes.strip()):
                raise ValidationError(self.env._("Write the destinations like this: +375, +7495."))

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    @api.model
    def _of_company(self, company):
        """The limits of a company; those of a new form when it has set none."""
        # sudo: connect.outbound.limit - asked for a call of the company's own
        limits = self.sudo()
        return limits.search([("company_id", "=", company.id)], limit=1) or limits.create({"company_id": company.id})

    def _allows(self, digits, rules):
        """Whether a number may be called: it is on the list, or there is no list and a direction names it."""
        known = [each.lstrip("+") for each in re.split(r"[,;\s]+", (self.prefixes or "").strip()) if each]
        if known:
            return any(digits.startswith(each) for each in known)
        return any(rule._digits() for rule in rules)

    def _is_open(self):
        """Now is a time for outgoing calls."""
        calendar = self.calendar_id
        if not calendar:
            return True
        now = fields.Datetime.now()
        return bool(calendar.get_work_hours_count(now, now + timedelta(minutes=1), compute_leaves=True))

    def _minutes_left(self):
        return self.env["connect.trunk.use"]._minutes(self.company_id) < self.minutes

    def action_release(self):
        """Button: calls may go out again, as far as the limits allow."""
        self.check_access("write")
        self.sudo().is_suspended = False  # sudo: connect.outbound.limit - his right to write it is checked just above
        return True

    def _watch(self, *, is_full=False):
        """Once in 24 hours each: when the minutes are used up, outgoing calls are suspended until an administrator
        releases them; when all calls at once are taken, they are refused meanwhile. The company is told by mail."""
        now = fields.Datetime.now()
        day_ago = now - timedelta(hours=24)
        if not self._minutes_left() and not (self.suspended_at and self.suspended_at > day_ago):
            self.write({"is_suspended": True, "suspended_at": now})
            self._alarm(is_full=False)
        elif is_full and not (self.alarm_at and self.alarm_at > day_ago):
            self._alarm(is_full=True)

    def _alarm(self, *, is_full):
        self.alarm_at = fields.Datetime.now()
        company = self.company_id
        limit = self.with_context(lang=company.partner_id.lang or self.env.lang)
        values = {"company": company.name, "calls": self.calls, "minutes": self.minutes}
        if is_full:
            subject = limit.env._("Limit of outgoing calls reached")
            text = limit.env._(
                "All outgoing calls that %(company)s allows at once are under way: %(calls)s. Further ones are refused"
                " until one has ended. If this was not you, change the passwords of your telephones.",
                **values,
            )
        else:
            subject = limit.env._("Outgoing calls are suspended")
            text = limit.env._(
                "The minutes of outgoing calls of %(company)s are used up: %(minutes)s in 24 hours. Outgoing calls are"
                " suspended until an administrator releases them under «Safety of outgoing calls». If this was not you,"
                " change the passwords of your telephones first.",
                **values,
            )
        self.env["mail.mail"].create(
            {
                "subject": subject,
                "body_html": Markup("<p>%s</p>") % text,
                "email_to": company.connect_notify_email or company.email,
                "auto_delete": True,
            }
        )
