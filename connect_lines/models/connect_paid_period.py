from odoo import api, fields, models


class ConnectPaidPeriod(models.Model):
    """From when to when an account was a paid one: what statements are made of. Written by the system alone."""

    _name = "connect.paid.period"
    _description = "Period of a paid account"
    _order = "id desc"

    user_id = fields.Many2one("res.users", "Account", index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one("res.company", "Company", required=True, index=True, ondelete="cascade")
    date_start = fields.Date("From", required=True)
    date_end = fields.Date("To", help="The last day, inclusive.")

    _one_open = models.UniqueIndex("(user_id) WHERE date_end IS NULL", "The account has an open period already.")
    _order_of_days = models.Constraint("CHECK (date_end IS NULL OR date_end >= date_start)", "A period has a day.")

    @api.model
    def _note(self, users):
        """Open or close periods as the accounts are now. A day on which an account was paid for a while counts."""
        # sudo: nobody but the system writes periods
        users, periods = users.sudo(), self.sudo()
        found = periods.search([("user_id", "in", users.ids), ("date_end", "=", False)])
        still_open = {period.user_id: period for period in found}
        for user in users:
            today = user.company_id._connect_today()
            period = still_open.get(user, periods.browse())
            is_paid = user.connect_paid and user.active
            if period and not (is_paid and period.company_id == user.company_id):
                period.date_end = max(today, period.date_start)
                period = periods.browse()
            if is_paid and not period:
                periods._begin(user, today)

    def _begin(self, user, today):
        ended_today = [("user_id", "=", user.id), ("company_id", "=", user.company_id.id), ("date_end", "=", today)]
        period = self.search(ended_today, limit=1)
        if period:
            period.date_end = False
        else:
            self.create({"user_id": user.id, "company_id": user.company_id.id, "date_start": today})
