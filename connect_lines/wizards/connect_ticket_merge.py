from odoo import fields, models


class ConnectTicketMerge(models.TransientModel):
    """The assistant that closes duplicates."""

    _name = "connect.ticket.merge"
    _description = "Merge duplicates of tickets"

    ticket_ids = fields.Many2many("connect.ticket", string="Tickets", required=True)
    target_id = fields.Many2one(
        "connect.ticket", "Goes on", required=True, ondelete="cascade", domain="[('id', 'in', ticket_ids)]"
    )

    def action_merge(self):
        self.ensure_one()
        (self.ticket_ids - self.target_id)._merge_into(self.target_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "connect.ticket",
            "res_id": self.target_id.id,
            "views": [[False, "form"]],
        }
