from odoo import api, fields, models
from odoo.exceptions import AccessError


class RatingRating(models.Model):
    """Ratings of requests: seen by the companies of the line and of the client, written by the recipient alone."""

    _inherit = "rating.rating"

    connect_line_id = fields.Many2one("connect.line", string="Support line", readonly=True, index="btree_not_null")
    connect_company_id = fields.Many2one("res.company", string="Serving company", readonly=True)

    _connect_once = models.UniqueIndex("(res_id) WHERE connect_line_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        ratings = super().create(vals_list)
        ratings._connect_protect()
        return ratings

    def write(self, vals):
        self._connect_protect()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_connect(self):
        self._connect_protect()

    def _connect_protect(self):
        """A specialist may write ratings by Odoo's own rights, and must not write his own."""
        if not self.env.su and any(rating.res_model == "connect.request" for rating in self):
            raise AccessError(self.env._("A rating is given by the person who was served, and never changed."))
