from odoo import fields, models


class ConnectLineConnection(models.Model):
    _inherit = "connect.line.connection"

    # Whoever begins the conversation locks this row and writes it: a parallel beginner fails and is called again.
    channel_id = fields.Many2one(
        "discuss.channel", string="Conversation", readonly=True, ondelete="set null", index="btree_not_null"
    )
