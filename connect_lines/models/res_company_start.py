from odoo import api, fields, models

STEPS = ("connect_step_company", "connect_step_line", "connect_step_specialists", "connect_step_clients")


class ResCompany(models.Model):
    """The start page of a company's administrator: four steps until the first client can write."""

    _inherit = "res.company"

    connect_step_company = fields.Boolean("Company filled in", compute="_compute_connect_steps")
    connect_step_line = fields.Boolean("Line created", compute="_compute_connect_steps")
    connect_step_specialists = fields.Boolean("Somebody serves", compute="_compute_connect_steps")
    connect_step_clients = fields.Boolean("A line is connected", compute="_compute_connect_steps")
    connect_steps_done = fields.Integer("Steps done", compute="_compute_connect_steps")
    connect_steps_percent = fields.Integer("Set up", compute="_compute_connect_steps")

    @api.depends("connect_notify_email", "phone", "email")
    def _compute_connect_steps(self):
        # sudo: four answers yes or no about the company, the reader may be a distributor
        env = self.sudo().env
        for company in self:
            company.connect_step_company = bool(company.connect_notify_email and (company.phone or company.email))
            company.connect_step_line = bool(
                env["connect.line"].search_count([("company_id", "=", company.id), ("for_staff", "=", False)], limit=1)
            )
            company.connect_step_specialists = bool(
                env["connect.line.member"].search_count(
                    [("company_id", "=", company.id), ("priority", "!=", "observer")], limit=1
                )
            )
            company.connect_step_clients = bool(
                env["connect.line.connection"].search_count(
                    [("company_id", "=", company.id), ("partner_id.partner_share", "=", True)], limit=1
                )
            )
            company.connect_steps_done = sum(bool(company[step]) for step in STEPS)
            company.connect_steps_percent = company.connect_steps_done * 100 // len(STEPS)

    def _connect_start_action(self):
        return {
            # the menu and the address of the page are those of the action that was asked for
            "id": self.env.ref("connect_lines.action_start").id,
            "type": "ir.actions.act_window",
            "name": self.env._("Start"),
            "res_model": "res.company",
            "res_id": self.id,
            "views": [(self.env.ref("connect_lines.view_company_start").id, "form")],
        }

    def action_connect_own_company(self):
        """Open the card of the company that the caller works in."""
        return {
            # saving a company reloads the page: its address leads back to this card
            "id": self.env.ref("connect_lines.action_own_company").id,
            "type": "ir.actions.act_window",
            "name": self.env._("My company"),
            "res_model": "res.company",
            "res_id": self.env.company.id,
            "views": [(self.env.ref("connect_lines.view_company_own_form").id, "form")],
        }

    def action_connect_import_clients(self):
        """Open the import of clients and their contacts from a table."""
        return {
            "type": "ir.actions.client",
            "tag": "import",
            "params": {
                "active_model": "res.partner",
                "model": "res.partner",
                "context": {"default_company_id": self.env.company.id, "default_is_company": True},
            },
        }
