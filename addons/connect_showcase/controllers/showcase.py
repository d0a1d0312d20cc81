from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import UserError
from odoo.http import request, route
from werkzeug.exceptions import NotFound


class ConnectShowcase(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "connect_product_count" in counters:
            values["connect_product_count"] = len(self._products())
        return values

    @route("/my/showcase", type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def showcase(self, done="", **_query):
        """What the service company offers to the caller (LIN-48, POR-14)."""
        return self._showcase(done=done == "1")

    @route("/my/showcase/interest", type="http", auth="user", methods=["POST"], website=True)
    def interest(self, product_id="", **_post):
        """«Interesting»: an application goes to the service company."""
        product = self._product(product_id)
        try:
            if not product:
                raise UserError(request.env._("This product is no longer offered. Choose another one."))
            request.env["connect.application"]._apply({"type": "product", "product_id": product.id})
        except UserError as error:
            return self._showcase(error=error.args[0])
        return request.redirect("/my/showcase?done=1")

    @route("/my/showcase/<int:product_id>/image", type="http", auth="user", methods=["GET"], sitemap=False)
    def image(self, product_id):
        """The picture of a product that is shown to the caller."""
        product = self._product(product_id)
        if not product.image_512:
            raise NotFound()
        return request.env["ir.binary"]._get_image_stream_from(product, "image_512").get_response()

    def _showcase(self, **values):
        products = self._products()
        asked = request.env["connect.application"].search(
            [
                ("applicant_id", "=", request.env.user.partner_id.id),
                ("state", "=", "submitted"),
                ("product_id", "in", products.ids),
            ]
        )
        return request.render(
            "connect_showcase.portal_showcase",
            {"page_name": "connect_showcase", "products": products, "asked": asked.product_id.ids, **values},
        )

    def _products(self):
        return request.env["connect.product"]._shown(request.env.user.company_id)

    def _product(self, product_id):
        """The one with this id if it is shown to the caller; empty when not."""
        return self._products().filtered(lambda product: str(product.id) == str(product_id))
