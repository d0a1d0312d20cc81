"""The dialog in which a supervisor who is not on the line hands a request over: to a line or to a person (ROU-45)."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ConnectHandOver(models.TransientModel):
    _name = "connect.hand.over"
    _description = "Handing over a request"

    request_id = fields.Many2one("connect.request", required=True, readonly=True, ondelete="cascade")
    to = fields.Selection(
        [("line", "To another line"), ("user", "To a specialist")], "Where to", default="line", required=True
    )
    line_id = fields.Many2one("connect.line", "Line", ondelete="cascade", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Specialist", ondelete="cascade")
    allowed_line_ids = fields.Many2many("connect.line", compute="_compute_choices", compute_sudo=False)
    allowed_user_ids = fields.Many2many("res.users", compute="_compute_choices", compute_sudo=False)

    @api.depends("request_id")
    def _compute_choices(self):
        """What the verbs would not refuse; they are asked again when it is done."""
        for dialog in self:
            choices = {"lines": [], "colleagues": []}
            request = dialog.request_id
            # sudo: connect.request - only whether the caller supervises it
            if request and request.has_access("read") and request.sudo()._is_supervised():
                choices = request._transfer_choices()
            dialog.allowed_line_ids = [line["id"] for line in choices["lines"]]
            dialog.allowed_user_ids = [colleague["user_id"] for colleague in choices["colleagues"]]

    def action_hand_over(self):
        """Button: it goes there, or words say why it cannot. The verbs check the caller's right."""
        self.ensure_one()
        if not (self.line_id if self.to == "line" else self.user_id):
            raise UserError(self.env._("Choose where the request is to go."))
        if self.to == "line":
            self.request_id.transfer_to_line(self.line_id.id)
        else:
            self.request_id.transfer_to_user(self.user_id.id)
        return {"type": "ir.actions.act_window_close"}
