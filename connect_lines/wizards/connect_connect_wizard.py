from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.connect_line_member import PRIORITIES


class ConnectConnectWizard(models.TransientModel):
    """Connect lines to every user of clients at once: one connection per person and line."""

    _name = "connect.connect.wizard"
    _description = "Connect lines to clients"
    _inherit = ["connect.period.mixin"]

    line_ids = fields.Many2many("connect.line", string="Lines", domain=[("active", "=", True)])
    partner_ids = fields.Many2many("res.partner", string="Clients and users", help="A client stands for all its users.")
    person_count = fields.Integer("People", compute="_compute_person_count")
    user_ids = fields.Many2many("res.users", string="Specialists", domain=[("share", "=", False)])
    priority = fields.Selection(PRIORITIES, "Priority", default="standard")

    @api.depends("partner_ids")
    def _compute_person_count(self):
        for wizard in self:
            wizard.person_count = len(wizard.partner_ids._connect_persons())

    def action_connect(self):
        """Create the connections; those that exist get the chosen period."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Choose at least one line."))
        if self.user_ids:
            return self._assign()
        persons = self.partner_ids._connect_persons()
        if not persons:
            raise UserError(self.env._("These clients have no users yet. Add a user first."))
        created, updated = self.env["connect.line.connection"]._connect_people(
            self.line_ids, persons, self.date_start, self.date_end
        )
        return self._notify(
            self.env._(
                "Connected: %(created)s, period changed: %(updated)s.", created=len(created), updated=len(updated)
            )
        )

    def action_disconnect(self):
        """Take the chosen lines away from the people. Nothing of what was said is lost."""
        self.ensure_one()
        if self.user_ids:
            return self._release()
        connections = self.env["connect.line.connection"].search(
            [
                ("line_id", "in", self.line_ids.ids),
                ("partner_id", "in", self.partner_ids._connect_persons().ids),
            ]
        )
        count = len(connections)
        connections.unlink()
        return self._notify(self.env._("Disconnected: %s.", count))

    def _members(self):
        return self.env["connect.line.member"].search(
            [("line_id", "in", self.line_ids.ids), ("user_id", "in", self.user_ids.ids)]
        )

    def _assign(self):
        """Every specialist serves every line; those who do already get the chosen priority."""
        existing = self._members()
        existing.write({"priority": self.priority})
        pairs = {(member.line_id, member.user_id) for member in existing}
        created = self.env["connect.line.member"].create(
            [
                {"line_id": line.id, "user_id": user.id, "priority": self.priority}
                for line in self.line_ids
                for user in self.user_ids
                if (line, user) not in pairs
            ]
        )
        counts = {"created": len(created), "updated": len(existing)}
        return self._notify(self.env._("Assigned: %(created)s, priority changed: %(updated)s.", **counts))

    def _release(self):
        members = self._members()
        count = len(members)
        members.unlink()
        return self._notify(self.env._("Disconnected: %s.", count))

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
