from odoo import api, fields, models

from .connect_extension import CALLS_FROM


class ResUsers(models.Model):
    _inherit = "res.users"

    connect_calls_from = fields.Selection(
        CALLS_FROM,
        "Rings first",
        compute="_compute_connect_calls_from",
        inverse="_inverse_connect_calls_from",
        compute_sudo=True,
        help="When a call is begun with a click, this telephone rings, then the other end.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_READABLE_FIELDS, "connect_calls_from"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_WRITEABLE_FIELDS, "connect_calls_from"]

    @api.depends_context("uid")
    def _compute_connect_calls_from(self):
        phones = self.env["connect.extension"].search([("user_id", "in", self.ids)])
        chosen = {phone.user_id: phone.calls_from for phone in phones}
        for user in self:
            user.connect_calls_from = chosen.get(user, False)

    def _inverse_connect_calls_from(self):
        for user in self.filtered("connect_calls_from"):
            # sudo: connect.extension - whoever may write the user, himself included, chooses
            phone = self.env["connect.extension"].sudo().search([("user_id", "=", user.id)], limit=1)
            phone.calls_from = user.connect_calls_from
