from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    connect_send_failures = fields.Boolean(
        "Send reports of failures",
        default=True,
        help="When a screen fails, the error and the place in the program go to the developers by themselves: no "
        "messages, no files, no names of your clients.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_READABLE_FIELDS, "connect_send_failures"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802
        return [*super().SELF_WRITEABLE_FIELDS, "connect_send_failures"]
