from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.http import request, route


class ConnectPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "connect_line_count" in counters:
            values["connect_line_count"] = len(
                request.env["connect.line"]._recipient_lines(request.env.user.partner_id)
            )
        return values

    @route()
    def account(self, **_kwargs):
        """«Edit information»: one's own card (POR-11), which asks for no address and no tax number."""
        return request.redirect("/my/profile")
