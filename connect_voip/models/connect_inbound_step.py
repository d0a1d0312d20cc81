"""A step of an incoming scheme."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_call_way import NO_ANSWER, end

KINDS = [
    ("greeting", "Greeting"),
    ("ring", "Ring"),
    ("line", "Support line"),
    ("voicemail", "Answering machine"),
    ("hang_up", "Hang up"),
]
TARGETS = [
    ("connect.department", "Department"),
    ("connect.extension", "Employee"),
    ("connect.follow.me", "Follow Me"),
    ("connect.room", "Conference room"),
]
READ_OF = {"connect.extension": ["user_id", "sip_user", "has_phone"]}  # all that ringing needs; of others all there is


class ConnectInboundStep(models.Model):
    _name = "connect.inbound.step"
    _inherit = ["connect.fixed.mixin"]
    _description = "Step of an incoming scheme"
    _order = "scheme_id, sequence, id"
    _check_company_auto = True

    scheme_id = fields.Many2one("connect.inbound.scheme", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, "What happens", required=True, default="ring")
    prompt_id = fields.Many2one(
        "connect.prompt",
        string="Sound",
        check_company=True,
        ondelete="restrict",
        help="A greeting is heard to its end before anything rings; at «Ring» it is the music while telephones ring.",
    )
    target = fields.Reference(TARGETS, string="Whom")
    waiting = fields.Selection([("tone", "Tone"), ("music", "Music")], "Caller hears", default="tone")
    line_id = fields.Many2one("connect.line", string="Line", ondelete="cascade")

    @api.constrains("kind", "prompt_id", "target", "line_id", "company_id")
    def _check_step(self):
        for step in self:
            if step.kind == "greeting" and not step.prompt_id:
                raise ValidationError(self.env._("A greeting needs its sound."))
            if step.kind == "line" and step.line_id.company_id != step.company_id:
                raise ValidationError(self.env._("Choose a line of your own company."))
            if step.kind == "ring" and (not step.target or step.target.company_id != step.company_id):
                raise ValidationError(self.env._("Choose whose telephones ring, in your own company."))

    def _stages(self):
        """What the bridge does at this step; whose telephone rings is asked when the call has come here."""
        self.ensure_one()
        if self.kind == "greeting":
            return [{"kind": "Play", "media": self.prompt_id._media()}]
        if self.kind == "voicemail":
            return [{"kind": "Voicemail"}]
        if self.kind == "hang_up":
            return end(NO_ANSWER)
        return [{"kind": "Ask", "what": "step", "ref": self.id}]

    def _ring(self, caller):
        """``(stages, values for the call)`` of ringing; without stages when nobody can be rung now."""
        known = self.target and [("id", "=", self.target.id)]  # an active one alone
        target = self.target and self.target.search_fetch(known, READ_OF.get(self.target._name))
        if not target:
            return [], {}
        stages = [stage for stage in target._way(caller) if stage["kind"] != "End"]
        music = "tone"
        if self.waiting == "music":
            music = self.prompt_id._music_class() if self.prompt_id else "default"
        stages = [{**stage, "music": music} if stage["kind"] == "Ring" else stage for stage in stages]
        return stages, target._call_values()
