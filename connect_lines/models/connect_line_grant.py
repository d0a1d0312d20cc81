from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConnectLineGrant(models.Model):
    """A vendor lets another company connect its clients to a line, and perhaps serve them there first."""

    _name = "connect.line.grant"
    _description = "Company admitted to a vendor's line"
    _inherit = ["connect.fixed.mixin"]
    _order = "line_id, company_id"

    line_id = fields.Many2one("connect.line", "Line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", "Company", required=True, index=True, ondelete="cascade")
    first_line = fields.Boolean(
        "First-line right", help="Specialists of that company may serve its own clients on this line."
    )
    owner_id = fields.Many2one(
        "res.company", "Owner", related="line_id.company_id", store=True, index=True, precompute=True
    )

    _line_company_unique = models.Constraint(
        "UNIQUE (line_id, company_id)", "The company is admitted to this line already."
    )

    @api.depends("line_id", "company_id")
    def _compute_display_name(self):
        for grant in self:
            # sudo: the two names, shown to whoever may read the grant
            grant.display_name = f"{grant.sudo().line_id.name} – {grant.sudo().company_id.name}"

    @api.constrains("line_id", "company_id")
    def _check_parties(self):
        for grant in self.sudo():  # sudo: the rule concerns a company that the vendor cannot read
            if grant.company_id == grant.owner_id:
                raise ValidationError(self.env._("The owner of a line needs no admission to it."))
            if not grant.owner_id.connect_is_vendor:
                raise ValidationError(
                    self.env._(
                        "Only a vendor may open its lines to other companies. Ask the administrator of the platform "
                        "to make «%s» a vendor.",
                        grant.owner_id.name,
                    )
                )
            if grant.company_id.connect_role != "partner":
                raise ValidationError(self.env._("Lines are opened to service companies, not to distributors."))

    def write(self, vals):
        self._connect_check_fixed(vals, ("line_id", "company_id"))
        res = super().write(vals)
        if "first_line" in vals and not vals["first_line"]:
            self._remove_members()
        return res

    def unlink(self):
        grants = [(grant.line_id, grant.company_id) for grant in self.sudo()]  # sudo: what is taken away with it
        self._remove_members()
        res = super().unlink()
        for line, company in grants:
            # sudo: the vendor cannot see the recipients' connections of another company as a whole
            self.env["connect.line.connection"].sudo().search(
                [("line_id", "=", line.id), ("company_id", "=", company.id)]
            ).unlink()
        return res

    def _remove_members(self):
        for grant in self.sudo():  # sudo: without the right, foreign specialists leave the vendor's line
            grant.line_id.member_ids.filtered_domain([("company_id", "=", grant.company_id.id)]).unlink()
