"""A call: one row from the first ring to the end, written by the bridge.

The row tells how the call stands and how it ended; what happened in between is in ``connect.call.fact``, which only
grows. Everything a report asks is kept here when it happens.
"""

from odoo import api, fields, models

DIRECTIONS = [("incoming", "Incoming"), ("outgoing", "Outgoing"), ("inner", "Inner")]
STATES = [
    ("ringing", "Ringing"),
    ("talking", "Talking"),
    ("held", "On hold"),
    ("parked", "Parked"),
    ("ended", "Ended"),
    ("missed", "Missed"),
]
LIVE = ("ringing", "talking", "held", "parked")
CONSULTATION = ("consulting", "colleague_answered", "switched", "resumed", "transferred", "held")
MISSED = [
    ("not_answered", "Not answered"),
    ("declined", "Declined"),
    ("abandoned", "The caller hung up"),
    ("wait_limit", "Nobody free within the waiting time"),
    ("unreachable", "Cannot be reached"),
    ("refused", "Not allowed"),
    ("no_line", "No free line"),
    ("full", "The conference room is full"),
]


class ConnectCall(models.Model):
    _name = "connect.call"
    _inherit = ["connect.plain.row"]
    _description = "Call"
    _order = "id desc"
    _log_access = False
    _rec_name = "caller_number"

    key = fields.Char(required=True, readonly=True, help="Its name in Asterisk.")
    pbx_id = fields.Many2one("connect.pbx", readonly=True, ondelete="set null", index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict", index=True)
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    line_id = fields.Many2one("connect.line", readonly=True, ondelete="restrict", index="btree_not_null")
    partner_id = fields.Many2one(
        "res.partner", string="Person", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    trunk_id = fields.Many2one(
        "connect.trunk", string="Operator's line", readonly=True, ondelete="set null", index="btree_not_null"
    )
    request_id = fields.Many2one("connect.request", readonly=True, ondelete="restrict", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users", string="Specialist", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    caller_user_id = fields.Many2one(
        "res.users", string="Called by", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    caller_number = fields.Char(readonly=True)
    dialled = fields.Char("Dialled number", readonly=True)
    start_at = fields.Datetime(required=True, readonly=True)
    answer_at = fields.Datetime(readonly=True)
    end_at = fields.Datetime(readonly=True)
    talk_ms = fields.Integer("Talk, ms", readonly=True, aggregator="sum")
    talk_time = fields.Float("Talk, min", compute="_compute_talk_time")
    hangup_cause = fields.Integer(readonly=True, aggregator=None, help="Cause of Q.850, such as 16: normal.")
    missed_reason = fields.Selection(MISSED, readonly=True)
    slot = fields.Integer("Parked at", readonly=True, aggregator=None)
    fact_ids = fields.One2many("connect.call.fact", "call_id", string="What happened")
    snapshot = fields.Json(readonly=True, groups="base.group_system")  # the bridge's, for the time after a crash

    _key_unique = models.UniqueIndex("(key)")
    _live = models.Index("(pbx_id) WHERE state IN ('ringing', 'talking', 'held', 'parked')")
    _live_of_user = models.Index("(user_id) WHERE state IN ('ringing', 'talking', 'held', 'parked')")
    _journal = models.Index("(company_id, id DESC)")
    _slot_once = models.UniqueIndex("(company_id, slot) WHERE state = 'parked'")

    @api.depends("talk_ms")
    def _compute_talk_time(self):
        for call in self:
            call.talk_time = call.talk_ms / 60_000

    @api.depends("partner_id", "caller_number", "dialled")
    def _compute_display_name(self):
        for call in self:
            call.display_name = call.partner_id.name or call.caller_number or call.dialled or self.env._("Call")

    @api.model
    def _of_key(self, key):
        return self.search([("key", "=", key)], limit=1)

    def _to_client(self):
        """What the telephone in the browser shows of these calls: plain dicts; times as ISO in UTC."""

        def iso(value):
            return f"{value.isoformat(timespec='milliseconds')}Z" if value else ""

        return [
            {
                "id": call.id,
                "key": call.key,
                "state": call.state,
                "direction": call.direction,
                "name": call._other_end(),
                "client": call.partner_id.commercial_partner_id.name or "",
                "line": call.line_id.name or "",
                "line_id": call.line_id.id,
                "partner_id": call.partner_id.id,
                "request_id": call.request_id.id,
                "number": (call.dialled if call.direction == "outgoing" else call.caller_number) or "",
                "start_at": iso(call.start_at),
                "answer_at": iso(call.answer_at),
                "slot": call.slot,
                "consulting": call._is_consulting(),
            }
            for call in self
        ]

    def _other_end(self):
        """Who is at the other end, for the one who looks: the person, the colleague, or the number."""
        self.ensure_one()
        mine = self.caller_user_id == self.env.user
        colleague = self.user_id if mine else self.caller_user_id
        number = self.dialled if mine else self.caller_number
        return self.partner_id.name or colleague.name or number or self.display_name

    def _is_consulting(self):
        """A colleague is being asked, while the person hears music."""
        self.ensure_one()
        asked = self.fact_ids.filtered(lambda fact: fact.name in CONSULTATION)[-1:] if self.state == "held" else False
        return bool(asked and asked.name in ("consulting", "colleague_answered", "switched"))
