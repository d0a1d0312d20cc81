"""ADM-07: a company's products are its own; people see them through the showcase, not through the model."""

from odoo.addons.connect_lines.tests.isolation import ADMIN_OF_OWN, STAFF_OF_OWN, register


@register("connect.product", read=STAFF_OF_OWN, write=ADMIN_OF_OWN)
def products(case):
    create = case.env["connect.product"].create
    return {
        "a": create({"name": "Book", "company_id": case.company_a.id, "is_published": True}),
        "b": create({"name": "Book", "company_id": case.company_b.id, "is_published": True}),
    }
