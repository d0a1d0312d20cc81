from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

KINDS = [
    ("software", "Software"),
    ("service", "Service"),
    ("print", "Printed edition"),
    ("goods", "Other goods"),
]
FREE = 3  # products that are shown without the subscription, when the system parameter says nothing


class ConnectProduct(models.Model):
    """What a service company offers to its clients' people in the showcase.

    Recipients have no access to this model: they see what `_shown` gives. Without the subscription that is the first
    published products of their company, however many were published while there was one.
    """

    _name = "connect.product"
    _description = "Product of the showcase"
    _inherit = ["image.mixin", "connect.fixed.mixin"]
    _order = "sequence, id"

    name = fields.Char("Name", required=True)
    kind = fields.Selection(KINDS, "Kind", required=True, default="software")
    description = fields.Text("Description", help="Clients' people read it on the card, in the showcase.")
    price = fields.Monetary("Price", help="Zero: the card says «Price on request».")
    currency_id = fields.Many2one(related="company_id.currency_id")
    link = fields.Char("Link", help="A page with details. It opens in a window of its own.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_published = fields.Boolean("Published", help="Clients' people see it in the showcase.")
    is_shown = fields.Boolean("Shown now", compute="_compute_is_shown", compute_sudo=True)
    company_id = fields.Many2one(
        "res.company",
        "Company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    application_count = fields.Integer("Applications", compute="_compute_application_count")

    _price_positive = models.Constraint("CHECK (price >= 0)", "A price is not negative. Enter 0 for «on request».")

    @api.depends("is_published", "active", "sequence", "company_id")
    def _compute_is_shown(self):
        shown = {company: self._shown(company) for company in self.company_id}
        for product in self:
            product.is_shown = product._origin in shown.get(product.company_id, ())

    def _compute_application_count(self):
        counts = dict(
            self.env["connect.application"]._read_group([("product_id", "in", self.ids)], ["product_id"], ["__count"])
        )
        for product in self:
            product.application_count = counts.get(product._origin, 0)

    @api.constrains("link")
    def _check_link(self):
        for product in self.filtered("link"):
            parts = urlsplit(product.link)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValidationError(self.env._("Enter the whole address of the page, like https://company.com/page."))

    @api.constrains("is_published", "active")
    def _check_free(self):
        free = self._free_limit()
        for company in self.filtered(lambda product: product.is_published and product.active).company_id:
            if company._connect_has("showcase"):
                continue
            if self.search_count([("company_id", "=", company.id), ("is_published", "=", True)]) > free:
                raise ValidationError(
                    self.env._(
                        "Without the subscription «Showcase» at most %s products are published. Withdraw one of them, "
                        "or ask your distributor to connect the subscription.",
                        free,
                    )
                )

    def write(self, vals):
        self._connect_check_fixed(vals, ("company_id",))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unasked_only(self):
        # sudo: whether anybody has asked, whoever may read it
        asked = self.env["connect.application"].sudo().search([("product_id", "in", self.ids)], limit=1)
        if asked:
            raise UserError(self.env._("Somebody has asked for «%s». Archive it instead.", asked.product_id.name))

    def action_applications(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_application")
        return {**action, "domain": [("product_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    @api.model
    def _shown(self, company):
        """What the people of a company's clients see, in its order; nothing while the company is suspended."""
        products = self.sudo()  # sudo: recipients read no products but these
        if company._connect_is_suspended():
            return products.browse()
        limit = None if company._connect_has("showcase") else self._free_limit()
        return products.search([("company_id", "=", company.id), ("is_published", "=", True)], limit=limit)

    @api.model
    def _free_limit(self):
        # sudo: one number of the installation
        value = self.env["ir.config_parameter"].sudo().get_param("connect_showcase.free_limit") or ""
        return int(value) if value.isascii() and value.isdecimal() else FREE
