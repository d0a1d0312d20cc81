from odoo import api, models
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    """Integrations are a paid feature: calls from outside need the subscription «api» (API-02).

    The gate stands where every single call proves whose it is: XML-RPC and JSON-RPC with a key or a password here,
    JSON-2 with a key in ``ir_http_api.py``. Whoever logged in with a browser never meets it.
    """

    _inherit = "res.users"

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        super()._check_uid_passwd(uid, passwd)  # Odoo remembers what it has checked; the subscription may end meanwhile
        self.browse(uid)._connect_check_api()

    def _connect_check_api(self):
        """Refuse the call, in the user's own language, unless his company has integrations today."""
        self.ensure_one()
        user = self.sudo()  # sudo: the user's own company and groups
        if (
            user._is_superuser()
            or user.has_group("connect_lines.group_platform")
            or user.company_id._connect_has("api")
        ):
            return
        _ = user.with_context(lang=user.lang).env._
        company = user.company_id
        raise AccessError(
            _(
                "Calls from other programs belong to the subscription «Integrations (API)», and «%(company)s» does not "
                "have it today. Nothing was done. Who connects it: %(who)s.",
                company=company.name,
                who=company.connect_distributor_id.name or _("the administrator of the platform"),
            )
        )
