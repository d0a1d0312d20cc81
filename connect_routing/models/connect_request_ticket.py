from odoo import models


class ConnectRequest(models.Model):
    """Rules that create tickets (LIN-49): looked at after the commit, beside telling people."""

    _inherit = "connect.request"

    def _on_settled(self, decisions):
        super()._on_settled(decisions)
        self.env["connect.ticket.firing"]._note(self)
