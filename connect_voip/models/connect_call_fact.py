from odoo import fields, models
from odoo.addons.connect_routing.models.append_only import forbid_changes


class ConnectCallFact(models.Model):
    """What happened in a call, in order: who rang, answered, held, transferred, parked. The bridge alone writes it."""

    _name = "connect.call.fact"
    _description = "Call: what happened"
    _order = "id"
    _log_access = False

    call_id = fields.Many2one("connect.call", required=True, readonly=True, ondelete="restrict", index=True)
    at = fields.Datetime(required=True, readonly=True)
    name = fields.Selection(
        [
            ("ringing", "Rings"),
            ("answered", "Answered"),
            ("unreached", "Not answered"),
            ("held", "On hold"),
            ("resumed", "Resumed"),
            ("transferred", "Transferred"),
            ("consulting", "Consults a colleague"),
            ("colleague_answered", "The colleague has answered"),
            ("colleague_unreached", "The colleague has not answered"),
            ("colleague_left", "The colleague has left"),
            ("client_left", "The person has left"),
            ("switched", "Switched"),
            ("parked", "Parked"),
            ("park_over", "Parking time is over"),
            ("fetched", "Taken from parking"),
            ("conference", "Conference"),
            ("voicemail", "Message left"),
            ("fetch", "Takes a parked call"),
            ("rejoined", "Back after the page was loaded anew"),
            ("cut", "Cut: the minutes of the company have run out"),
            ("left", "The specialist is out of the conversation"),
            ("ended", "Ended"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict", index="btree_not_null")
    data = fields.Json(readonly=True)

    _last_left = models.Index("(user_id, id) WHERE name = 'left'")

    def init(self):
        forbid_changes(self.env.cr, self._table)
