from odoo import models


class ConnectLineMember(models.Model):
    _inherit = "connect.line.member"

    def _on_members_changed(self, lines):
        """Who serves a line no longer leaves its conversations at once; the record rules refuse him anyway."""
        super()._on_members_changed(lines)
        self.env["discuss.channel"]._connect_dismiss_strangers(lines)
