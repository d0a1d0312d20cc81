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


def iso(value):
    return f"{value.isoformat(timespec='milliseconds')}Z" if value else ""


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
    department_id = fields.Many2one(
        "connect.department", readonly=True, ondelete="set null", index="btree_not_null"
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
    recording_ids = fields.One2many(
        "connect.recording", "call_id", string="Recordings", groups="connect_lines.group_agent"
    )
    can_hear = fields.Boolean("Recordings can be heard", compute="_compute_can_hear")
    snapshot = fields.Json(readonly=True, groups="base.group_system")  # the bridge's, for the time after a crash

    _key_unique = models.UniqueIndex("(key)")
    _live = models.Index("(pbx_id) WHERE state IN ('ringing', 'talking', 'held', 'parked')")
    _journal = models.Index("(company_id, id DESC)")
    _slot_once = models.UniqueIndex("(company_id, slot) WHERE state = 'parked'")

    @api.depends("company_id")
    def _compute_can_hear(self):
        for call in self:
            # sudo: res.company - whether the call's company has the subscription (VOI-09)
            call.can_hear = call.sudo().company_id._connect_has("recording")

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

    @api.model
    def _say(self, users, key, text):
        """A word about a call on the screens of these employees: what could not be done, or is about to happen."""
        users._bus_send("connect.call/refused", {"key": key, "text": text})

    def _to_client(self):
        """What the telephone in the browser shows of these calls: plain dicts; times as ISO in UTC."""
        return [call._card() for call in self]

    def _card(self):
        """For the one who looks. Who is asked by a colleague sees that colleague, and nothing of the person."""
        asked = self._consultation()
        part = self._part_of(self.env.user, asked)
        shown = self.browse() if part == "asked" else self
        partner = shown.partner_id.browse() if self._is_without_person() else shown.partner_id
        return {
            "id": self.id,
            "key": self.key,
            "state": self._state_for(self.env.user, asked),
            "rings_at_me": self.env.user not in self.party_ids,
            "direction": self.direction,
            "name": asked["asker"].name if part == "asked" else self._other_end(partner, asked),
            "client": partner.commercial_partner_id.name or "",
            "line": shown.line_id.name or "",
            "line_id": shown.line_id.id,
            "partner_id": partner.id,
            "request_id": shown.request_id.id,
            "number": (shown.dialled if self.direction == "outgoing" else shown.caller_number) or "",
            "start_at": iso(self.start_at),
            "answer_at": iso(asked["answer_at"] if part == "asked" else self.answer_at),
            "slot": self.slot,
            "part": part,
            "colleague": self._second_line(asked) if part == "asks" else False,
        }

    def _second_line(self, asked):
        is_connected = asked["side"] == "colleague"
        return {"name": asked["name"], "is_answered": bool(asked["answer_at"]), "is_connected": is_connected}

    def _other_end(self, partner, asked):
        """Who is at the other end, for the one who looks: the person, the colleague, or the number. Whom he consults is
        not: that is the second line."""
        mine = self.caller_user_id == self.env.user
        colleague = (self.party_ids - self.env.user - asked.get("colleague", self.env["res.users"]))[:1]
        if mine and not self.answer_at:
            colleague = colleague or self.user_id  # whom he has dialled
        number = self.dialled if mine or self.direction == "outgoing" else self.caller_number
        return partner.name or colleague.name or number or self.display_name
