from odoo import api, fields, models
from odoo.exceptions import ValidationError

PRIORITIES = [
    ("high", "High"),
    ("medium", "Medium"),
    ("standard", "Standard"),
    ("observer", "Observer"),
]


class ConnectLineMember(models.Model):
    """A specialist on a line, with the priority with which requests come to him."""

    _name = "connect.line.member"
    _description = "Specialist of a line"
    _inherit = ["connect.fixed.mixin"]
    _order = "line_id, sequence, id"
    _rec_name = "user_id"

    line_id = fields.Many2one("connect.line", "Line", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", "Specialist", required=True, index=True, ondelete="cascade", domain=[("share", "=", False)]
    )
    priority = fields.Selection(
        PRIORITIES,
        "Priority",
        default="standard",
        required=True,
        help="Requests go to the free specialists of the highest priority. An observer sees the line and gets none.",
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", "Company", related="user_id.company_id", store=True, index=True, precompute=True
    )
    owner_id = fields.Many2one(
        "res.company", "Owner", related="line_id.company_id", store=True, index=True, precompute=True
    )

    _line_user_unique = models.Constraint(
        "UNIQUE (line_id, user_id)", "This specialist serves the line already. Change his priority instead."
    )

    @api.constrains("line_id", "user_id")
    def _check_may_serve(self):
        for member in self.sudo():  # sudo: the rule concerns users that the caller may not see
            user, line = member.user_id, member.line_id
            if user.share:
                raise ValidationError(self.env._("Only specialists serve lines; %s is not one.", user.name))
            if not line._can_serve(user.company_id):
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot serve the line «%(line)s»: "
                        "%(company)s neither owns it nor has the first-line right.",
                        user=user.name,
                        line=line.name,
                        company=user.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self._on_members_changed(members.line_id)
        return members

    def write(self, vals):
        self._connect_check_fixed(vals, ("line_id", "user_id"))
        lines = self.line_id
        res = super().write(vals)
        self._on_members_changed(lines | self.line_id)
        return res

    def unlink(self):
        lines = self.line_id
        res = super().unlink()
        self._on_members_changed(lines.exists())
        return res

    @api.model
    def _on_members_changed(self, lines):
        """Hook: the set of specialists of the lines, or a priority, has changed."""
