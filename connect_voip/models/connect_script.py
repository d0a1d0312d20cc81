"""What an operator says and asks during a call (VOI-25): steps with texts and fields, or a page of another system."""

from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConnectScript(models.Model):
    _name = "connect.script"
    _inherit = ["connect.fixed.mixin"]
    _description = "Script of a Conversation"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    kind = fields.Selection(
        [("form", "Steps with texts and questions"), ("url", "A page of another system")],
        default="form",
        required=True,
    )
    url = fields.Char("Address", help="It is shown beside the conversation, cut off from Connect and its login.")
    step_ids = fields.One2many("connect.script.step", "script_id", string="Steps", copy=True)
    line_ids = fields.One2many("connect.line", "script_id", string="Lines")

    @api.constrains("kind", "url", "step_ids")
    def _check_content(self):
        for script in self:
            if script.kind == "url" and not self._is_safe(script.url):
                raise ValidationError(self.env._("Enter the whole address of the page; it begins with https://."))
            if script.kind == "form" and not script.step_ids:
                raise ValidationError(self.env._("The script needs at least one step. The last one ends it."))

    @api.model
    def _is_safe(self, url):
        try:
            parts = urlsplit((url or "").strip())
        except ValueError:
            return False
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc

    def write(self, vals):
        self._connect_check_fixed(vals, ["company_id"])
        return super().write(vals)

    def _form(self):
        """The script as it is today, for a run: what an operator has begun does not change under his hands."""
        self.ensure_one()
        return {
            "name": self.name,
            "kind": self.kind,
            "url": (self.url or "").strip() if self.kind == "url" else "",
            "steps": [step._form() for step in self.step_ids] if self.kind == "form" else [],
        }


class ConnectScriptStep(models.Model):
    _name = "connect.script.step"
    _inherit = ["connect.fixed.mixin"]
    _description = "Step of a Script"
    _order = "sequence, id"

    script_id = fields.Many2one("connect.script", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="script_id.company_id", store=True, index=True, precompute=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Title", required=True)
    text = fields.Text(help="What the operator says.")
    field_ids = fields.One2many("connect.script.field", "step_id", string="Questions", copy=True)
    field_count = fields.Integer("Number of questions", compute="_compute_field_count")

    @api.depends("field_ids")
    def _compute_field_count(self):
        for step in self:
            step.field_count = len(step.field_ids)

    def write(self, vals):
        self._connect_check_fixed(vals, ["script_id"])
        return super().write(vals)

    def _form(self):
        return {"name": self.name, "text": self.text or "", "fields": [field._form() for field in self.field_ids]}


class ConnectScriptField(models.Model):
    _name = "connect.script.field"
    _inherit = ["connect.fixed.mixin"]
    _description = "Question of a Script"
    _order = "sequence, id"

    step_id = fields.Many2one("connect.script.step", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="step_id.company_id", store=True, index=True, precompute=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Question", required=True)
    kind = fields.Selection(
        [("text", "Text"), ("choice", "Choice"), ("check", "Check box")], default="text", required=True
    )
    options = fields.Text("Answers to choose from", help="One a line.")
    is_required = fields.Boolean("Must be answered")

    @api.constrains("kind", "options")
    def _check_options(self):
        for field in self:
            if field.kind == "choice" and len(field._options()) < 2:
                raise ValidationError(self.env._("«%s»: enter at least two answers, one a line.", field.name))

    def write(self, vals):
        self._connect_check_fixed(vals, ["step_id"])
        return super().write(vals)

    def _options(self):
        lines = (self.options or "").splitlines() if self.kind == "choice" else []
        return [line.strip() for line in lines if line.strip()]

    def _form(self):
        return {
            "id": str(self.id),
            "label": self.name,
            "kind": self.kind,
            "options": self._options(),
            "required": self.is_required,
        }
