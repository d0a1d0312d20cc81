from odoo import api, fields, models

FEATURES = [
    ("recording", "Recording of calls"),
    ("monitor", "Online monitor"),
    ("api", "Integrations (API)"),
    ("personalization", "Personalization"),
    ("showcase", "Showcase"),
    ("mailing", "Mailings"),
    ("ticket", "Service tickets"),
]


class ConnectSubscription(models.Model):
    """A paid feature that a distributor has connected to a company for a period."""

    _name = "connect.subscription"
    _description = "Subscription to a paid feature"
    _inherit = ["connect.period.mixin", "connect.fixed.mixin"]
    _order = "company_id, feature, date_start desc, id desc"
    _rec_name = "feature"

    company_id = fields.Many2one("res.company", "Company", required=True, index=True, ondelete="cascade")
    feature = fields.Selection(FEATURES, "Feature", required=True)
    date_start = fields.Date(default=fields.Date.context_today)
    is_trial = fields.Boolean("Trial")
    state = fields.Selection(
        [("pending", "Not yet"), ("active", "Active"), ("expired", "Expired")],
        "State",
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("date_start", "date_end", "company_id")
    def _compute_state(self):
        for subscription in self:
            today = subscription.company_id._connect_today()
            subscription.state = subscription._period_state(today)

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._period_search(value)

    def write(self, vals):
        self._connect_check_fixed(vals, ("company_id", "feature"))
        return super().write(vals)
