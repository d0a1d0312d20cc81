from odoo import api, fields, models

from .verbs import trusted


class ConnectPaidPeriod(models.Model):
    """From when to when an account was a paid one: what statements are made of. Written by the system alone.

    Only while the company has permanent access: a trial is free, and whoever is suspended does not go on paying.
    """

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
        users, periods = users.sudo(), trusted(self).sudo()
        found = periods.search([("user_id", "in", users.ids), ("date_end", "=", False)])
        still_open = {period.user_id: period for period in found}
        beginning = users.browse()
        for user in users:
            period = still_open.get(user, periods.browse())
            is_paid = user.connect_paid and user.active and user.company_id.connect_access == "full"
            if period and not (is_paid and period.company_id == user.company_id):
                period.date_end = max(user.company_id._connect_today(), period.date_start)
                period = periods.browse()
            if is_paid and not period:
                beginning |= user
        periods._begin(beginning)

    def _begin(self, users):
        """From today on; a period that ended today goes on."""
        days = {company: company._connect_today() for company in users.company_id}
        ended = self.search([("user_id", "in", users.ids), ("date_end", "in", list(set(days.values())))])
        ended = ended.filtered(lambda period: period.date_end == days.get(period.company_id))
        going_on = {(period.user_id, period.company_id): period for period in ended}
        for user in users:
            if period := going_on.get((user, user.company_id)):
                period.date_end = False
        self.create(
            [
                {"user_id": user.id, "company_id": user.company_id.id, "date_start": days[user.company_id]}
                for user in users
                if (user, user.company_id) not in going_on
            ]
        )
