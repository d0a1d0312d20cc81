from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import Span, charge, charged_days, group_accounts, month_of
from .connect_subscription import FEATURES
from .verbs import trusted

BATCH = 20  # statements made and mailed before what is done is kept


class ConnectStatement(models.Model):
    """What a service company pays its distributor for a month: counts and days, no account and no client by name."""

    _name = "connect.statement"
    _description = "Monthly statement"
    _order = "month desc, company_id, id desc"

    company_id = fields.Many2one("res.company", "Service company", required=True, index=True, ondelete="restrict")
    distributor_id = fields.Many2one("res.company", "Distributor", required=True, index=True, ondelete="restrict")
    month = fields.Date("Month", required=True, help="The first day of the month.")
    currency_id = fields.Many2one("res.currency", "Currency", required=True)
    line_ids = fields.One2many("connect.statement.line", "statement_id", "Lines")
    total = fields.Monetary("Total", compute="_compute_total", store=True)
    state = fields.Selection([("draft", "Draft"), ("sent", "Sent")], "State", default="draft", required=True)
    sent_at = fields.Datetime("Sent on", readonly=True)

    _month_unique = models.UniqueIndex("(company_id, month)", "There is a statement of this company for the month.")

    @api.depends("line_ids.amount")
    def _compute_total(self):
        for statement in self:
            statement.total = sum(statement.line_ids.mapped("amount"))

    @api.depends("company_id", "month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for statement in self:
            # sudo: the name of the company that the statement is for
            statement.display_name = f"{statement.sudo().company_id.name}, {statement._month_name()}"

    # ------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------

    def action_compute(self):
        """Count once more: prices or subscriptions were corrected."""
        self._check_maker()
        for statement in self:
            if statement.state != "draft":
                raise UserError(self.env._("«%s» has been sent and stays as it is.", statement.display_name))
            statement._compute_lines()
        return True

    def action_send(self):
        """Mail the statements with their PDF and table to the service companies; those that went stay as they are."""
        self._check_maker()
        for statement in self.filtered(lambda each: each.state == "draft"):
            statement._send()
        return True

    def action_send_again(self):
        """Mail a statement once more: the letter was lost, or the address was wrong."""
        self._check_maker()
        for statement in self:
            statement._send()
        return True

    def action_pdf(self):
        return self._download("pdf")

    def action_xlsx(self):
        return self._download("xlsx")

    def _download(self, kind):
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/connect/statement/{self.id}.{kind}", "target": "self"}

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(statement.state == "sent" for statement in self):
            raise UserError(self.env._("A statement that was sent stays: the service company has it, too."))

    # ------------------------------------------------------------
    # counting
    # ------------------------------------------------------------

    @api.model
    def _make(self, companies, day):
        """The statements of companies for the month of a day; drafts that exist are counted again.

        :raise AccessError: a company that the caller does not distribute
        """
        month = month_of(day)
        statements = self.browse()
        for company in companies:
            distributor = company.connect_distributor_id
            if not self.env.su and not self._may_make(distributor):
                raise AccessError(self.env._("Statements are made by the distributor of the company."))
            values = {"company_id": company.id, "month": month.first}
            found = self.search([(name, "=", value) for name, value in values.items()])
            # sudo: distributors write no amounts; whose company it is was checked
            statement = trusted(found or self).sudo()
            if not found:
                values.update(distributor_id=distributor.id, currency_id=distributor.currency_id.id)
                statement = statement.create(values)
            if statement.state == "draft":
                statement._compute_lines()
            statements |= statement
        return statements.sudo(self.env.su)  # sudo: back to the caller's own rights

    def _check_maker(self):
        """Nobody writes a statement by hand; its distributor counts and sends it."""
        self.check_access("read")
        if not self.env.su and not all(self._may_make(statement.distributor_id) for statement in self):
            raise AccessError(self.env._("Statements are made by the distributor of the company."))

    def _may_make(self, distributor):
        user = self.env.user
        if user.has_group("connect_lines.group_platform"):
            return bool(distributor)
        return user.has_group("connect_lines.group_distributor") and bool(distributor & user.company_ids)

    def _compute_lines(self):
        self.ensure_one()
        month = month_of(self.month)
        # sudo: periods of accounts are nobody's to read, the lines hold how many there were and for how long
        record = trusted(self).sudo()
        asked = record.env["connect.price"].search([("company_id", "=", record.distributor_id.id)])
        prices = {price.item: price.price for price in asked}
        values = record._account_lines(month, prices) + record._subscription_lines(month, prices)
        record.line_ids.unlink()
        record.line_ids.create([{**line, "statement_id": record.id} for line in values])

    def _account_lines(self, month, prices):
        periods = self.env["connect.paid.period"].search(
            [("company_id", "=", self.company_id.id), ("date_start", "<=", month.last),
             "|", ("date_end", "=", False), ("date_end", ">=", month.first)]
        )  # fmt: skip
        accounts = {}
        for period in periods:
            key = period.user_id.id or f"gone-{period.id}"
            accounts.setdefault(key, []).append(Span(period.date_start, period.date_end or None))
        price = Decimal(str(prices.get("account", 0)))
        return [
            {"item": "account", "count": group.count, "days": group.days, "price": price, "amount": group.amount}
            for group in group_accounts(accounts.values(), price, month)
        ]

    def _subscription_lines(self, month, prices):
        """Trials are free; a feature that was subscribed to twice in the month is paid for once a day."""
        subscriptions = self.company_id.connect_subscription_ids.filtered(lambda each: not each.is_trial)
        lines = []
        for feature, _name in FEATURES:
            spans = [
                Span(each.date_start or None, each.date_end or None)
                for each in subscriptions
                if each.feature == feature
            ]
            days = charged_days(spans, month)
            if days:
                price = Decimal(str(prices.get(feature, 0)))
                amount = charge(price, days, month)
                lines.append({"item": feature, "count": 1, "days": days, "price": price, "amount": amount})
        return lines

    @api.model
    def _make_all(self):
        """Daily: the statements of last month that do not exist yet, mailed. A trial costs nothing."""
        month = month_of(fields.Date.subtract(fields.Date.today().replace(day=1), days=1))
        done = self.search([("month", "=", month.first)]).company_id
        paid = self.env["connect.paid.period"]._read_group(
            [("date_start", "<=", month.last), "|", ("date_end", "=", False), ("date_end", ">=", month.first)],
            ["company_id"],
        )
        due = self.env["res.company"].search(
            [("connect_distributor_id", "!=", False), ("id", "not in", done.ids),
             "|", ("connect_access", "!=", "trial"), ("id", "in", [company.id for (company,) in paid])]
        )  # fmt: skip
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            companies = due[start : start + BATCH]
            for statement in self._make(companies, month.first):
                # without an address it stays a draft that the distributor sees
                if statement.total and statement.company_id.email:
                    statement._send()
            self.env["ir.cron"]._commit_progress(len(companies))


class ConnectStatementLine(models.Model):
    """So many accounts for so many days, or one subscription."""

    _name = "connect.statement.line"
    _description = "Line of a monthly statement"
    _order = "id"

    statement_id = fields.Many2one("connect.statement", required=True, index=True, ondelete="cascade")
    item = fields.Selection([("account", "Paid account"), *FEATURES], "What for", required=True)
    count = fields.Integer("Quantity", required=True)
    days = fields.Integer("Days", required=True)
    price = fields.Monetary("Price for a month")
    amount = fields.Monetary("Amount")
    currency_id = fields.Many2one(related="statement_id.currency_id")
