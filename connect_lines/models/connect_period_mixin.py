from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ConnectPeriodMixin(models.AbstractModel):
    """Something that is valid from a day to a day, both inclusive, in the time zone of a company.

    The state is never stored: it is computed from the dates whenever somebody looks, so it cannot be stale.
    """

    _name = "connect.period.mixin"
    _description = "Connect: period of validity"

    _period_company_field = "company_id"

    date_start = fields.Date("Valid from", help="Empty: from the beginning.")
    date_end = fields.Date("Valid until", help="The last day, inclusive. Empty: without limit.")

    @api.constrains("date_start", "date_end")
    def _check_period(self):
        for record in self:
            if record.date_start and record.date_end and record.date_end < record.date_start:
                raise ValidationError(
                    self.env._(
                        "The period ends on %(end)s, before it starts on %(start)s. "
                        "Exchange the dates or leave one empty.",
                        start=fields.Date.to_string(record.date_start),
                        end=fields.Date.to_string(record.date_end),
                    )
                )

    def _period_state(self, today):
        """:return: 'expired' after the last day, 'pending' before the first one, else 'active'"""
        self.ensure_one()
        if self.date_end and today > self.date_end:
            return "expired"
        if self.date_start and today < self.date_start:
            return "pending"
        return "active"

    @api.model
    def _period_search(self, states, prefixes=("",)):
        """Records whose state is one of `states`; the day differs by the time zone of their company.

        With several prefixes the period is the intersection: pending when one is ahead, expired when one has ended.
        """
        result = Domain.FALSE
        for today, companies in self.env["res.company"]._connect_days():
            ahead = Domain.OR(Domain(prefix + "date_start", ">", today) for prefix in prefixes)
            ended = Domain.OR(Domain(prefix + "date_end", "<", today) for prefix in prefixes)
            by_state = {"pending": ahead & ~ended, "expired": ended, "active": ~ahead & ~ended}
            of_day = Domain.OR(by_state[state] for state in states if state in by_state)
            result |= of_day & companies(self._period_company_field)
        return result
