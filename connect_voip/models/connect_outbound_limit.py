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

    def _watch(self, *, is_full=False):
        """Tell the company by mail that a limit is reached; once in 24 hours."""
        now = fields.Datetime.now()
        if self.alarm_at and self.alarm_at > now - timedelta(hours=24):
            return
        if not is_full and self._minutes_left():
            return
        self.alarm_at = now
        company = self.company_id
        limit = self.with_context(lang=company.partner_id.lang or self.env.lang)
        text = limit.env._(
            "The limit of outgoing calls of %(company)s is reached: %(calls)s calls at once, %(minutes)s minutes in 24"
            " hours. Calls beyond it are refused. If this was not you, change the passwords of your telephones.",
            company=company.name,
            calls=self.calls,
            minutes=self.minutes,
        )
        self.env["mail.mail"].create(
            {
                "subject": limit.env._("Limit of outgoing calls reached"),
                "body_html": Markup("<p>%s</p>") % text,
                "email_to": company.connect_notify_email or company.email,
                "auto_delete": True,
            }
        )
