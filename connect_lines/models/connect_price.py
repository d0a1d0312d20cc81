from odoo import fields, models

from .connect_subscription import FEATURES


class ConnectPrice(models.Model):
    """What a distributor asks for, for a month: an account, or a subscription to a paid feature."""

    _name = "connect.price"
    _description = "Price of a distributor"
    _inherit = ["connect.fixed.mixin"]
    _order = "company_id, id"
    _rec_name = "item"

    company_id = fields.Many2one(
        "res.company",
        "Distributor",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    item = fields.Selection([("account", "Paid account"), *FEATURES], "What for", required=True)
    price = fields.Monetary("Price for a month", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    _item_unique = models.Constraint(
        "UNIQUE (company_id, item)", "There is a price for this already. Change it instead."
    )
    _price_positive = models.Constraint("CHECK (price >= 0)", "A price cannot be negative.")

    def write(self, vals):
        self._connect_check_fixed(vals, ("company_id",))
        return super().write(vals)
