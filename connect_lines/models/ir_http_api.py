from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """A call with a key is an integration (API-02); without one it is the user's own browser.

        Not while the key itself is checked: there Odoo turns whatever we say into «Access Denied».
        """
        super()._pre_dispatch(rule, args)
        if rule.endpoint.routing["auth"] == "bearer" and request.httprequest.headers.get("Authorization"):
            request.env.user._connect_check_api()
