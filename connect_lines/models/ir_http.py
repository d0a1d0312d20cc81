from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """The conversation of a ticket in the portal is Discuss's: its words, too, are the reader's."""
        return [*super()._get_translation_frontend_modules_name(), "mail"]
