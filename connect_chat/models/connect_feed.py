from odoo import fields, models


class ConnectFeed(models.Model):
    """The last number given out in a conversation. Whoever numbers locks this row, so nobody numbers beside him."""

    _name = "connect.feed"
    _description = "Feed Counter"
    _log_access = False

    channel_id = fields.Many2one("discuss.channel", required=True, ondelete="restrict")
    head = fields.Integer(required=True, default=0)

    _one_per_channel = models.UniqueIndex("(channel_id)")
