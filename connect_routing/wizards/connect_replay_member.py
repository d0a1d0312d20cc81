from odoo import fields, models
from odoo.addons.connect_lines.models.connect_line_member import PRIORITIES


class ConnectReplayMember(models.TransientModel):
    """A specialist in a replayed day: with another priority than he had, or not there at all."""

    _name = "connect.replay.member"
    _description = "Specialist of a replayed day"
    _order = "hours desc, id"

    replay_id = fields.Many2one("connect.replay", required=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", "Specialist", required=True, readonly=True, ondelete="cascade")
    priority = fields.Selection(PRIORITIES, "Priority", required=True)
    takes_part = fields.Boolean("Takes part", default=True)
    hours = fields.Float("Took requests, h", readonly=True, help="How long his status took new requests on that day.")
