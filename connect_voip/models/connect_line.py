from odoo import api, fields, models
from odoo.addons.connect_lines.models.connect_line import STAFF
from odoo.exceptions import ValidationError


class ConnectLine(models.Model):
    """What a line says of its calls."""

    _inherit = "connect.line"

    auto_answer = fields.Selection(
        [
            ("operator", "The operator decides"),
            ("on", "Switched on by the administrator"),
            ("off", "Switched off by the administrator"),
        ],
        "Auto-answer",
        default="operator",
        required=True,
        groups=STAFF,
        help="With auto-answer a call of this line is connected at once, without «Answer».",
    )

    script_id = fields.Many2one(
        "connect.script",
        "Script",
        groups="connect_lines.group_supervisor",
        index="btree_not_null",
        ondelete="set null",
        help="It opens beside the conversation when a call of this line is answered.",
    )

    @api.constrains("script_id", "company_id")
    def _check_script(self):
        for line in self.sudo():  # sudo: another tenant's script is refused, not read
            if line.script_id and line.script_id.company_id != line.company_id:
                raise ValidationError(self.env._("The script belongs to another company than the line."))

    def _answers_at_once(self, user):
        """Whether this line's calls are connected to that specialist without his doing (VOI-21, VOI-23)."""
        self.ensure_one()
        if self.auto_answer != "operator":
            return self.auto_answer == "on"
        # sudo: connect.agent - the tick of whom the call is for
        return self.env["connect.agent"].sudo().search([("user_id", "=", user.id)]).auto_answer
