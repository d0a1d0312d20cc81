from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConnectTopic(models.Model):
    """What requests and tickets of a company are about."""

    _name = "connect.topic"
    _description = "Topic"
    _order = "sequence, name, id"

    name = fields.Char("Name", required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        "Company",
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="Empty: for every company of the installation.",
    )
    line_ids = fields.Many2many("connect.line", string="Lines", help="Empty: for all lines of the company.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.constrains("company_id", "line_ids")
    def _check_lines(self):
        for topic in self.sudo():  # sudo: a foreign line named by its id must be refused, not hidden
            if topic.line_ids and topic.line_ids.company_id != topic.company_id:
                raise ValidationError(self.env._("A topic belongs to lines of its own company only."))

    def _fits(self, line):
        """Whether the topic may be chosen on a line."""
        self.ensure_one()
        topic, line = self.sudo(), line.sudo()  # sudo: a vendor's topics and line, compared by id
        return topic.company_id in (self.env["res.company"], line.company_id) and (
            not topic.line_ids or line in topic.line_ids
        )

    @api.model
    def _of_line(self, line):
        """The topics of a line, in superuser mode: recipients read their names where they choose one."""
        line = line.sudo()  # sudo: as said above
        return line.env["connect.topic"].search(
            [
                ("company_id", "in", [False, line.company_id.id]),
                "|",
                ("line_ids", "=", False),
                ("line_ids", "in", line.ids),
            ]
        )
