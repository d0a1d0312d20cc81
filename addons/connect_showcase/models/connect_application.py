from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class ConnectApplication(models.Model):
    """A client's person is interested in a product of the showcase; his service company decides."""

    _inherit = "connect.application"

    type = fields.Selection(selection_add=[("product", "Interest in a product")], ondelete={"product": "cascade"})
    product_id = fields.Many2one(
        "connect.product", "Product", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    product_name = fields.Char("Name of the product", compute="_compute_product_name", compute_sudo=True)

    @api.depends("product_id")
    def _compute_product_name(self):
        for application in self:
            application.product_name = application.product_id.name

    @api.depends("product_name")
    def _compute_name(self):
        super()._compute_name()
        for application in self.filtered("product_name"):
            application.name = f"{application.name}: {application.product_name}"

    @api.constrains("type", "product_id")
    def _check_product(self):
        for application in self:
            if (application.type == "product") != bool(application.product_id):
                raise ValidationError(self.env._("Choose the product."))

    @api.model
    def _content(self):
        return super()._content() | {"product_id"}

    def _check_named(self, vals):
        super()._check_named(vals)
        if "product_id" in vals:
            raise AccessError(self.env._("Products are asked for in the showcase of the portal."))

    def _deciding_company(self):
        return self.product_id.company_id if self.type == "product" else super()._deciding_company()

    def _make_open_key(self):
        if self.type == "product":
            record = self.sudo()  # sudo: ids of parties only
            return f"product:{record.product_id.id}:person-{record.applicant_id.id}"
        return super()._make_open_key()

    def _check_sendable(self):
        super()._check_sendable()
        record = self.sudo()  # sudo: recipients read no products
        if record.type != "product":
            return
        if record._of_staff():
            raise UserError(self.env._("The showcase is for the people of your clients."))
        if record.product_id not in record.product_id._shown(record.from_company_id):
            raise UserError(self.env._("This product is no longer offered. Choose another one."))

    def _approve_product(self):
        """Nothing is set up: the letter tells the person that the company takes it up with him."""
