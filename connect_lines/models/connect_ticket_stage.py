from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import CLOSED, OPENED, PAUSED, RESUMED
from .connect_ticket_type import PROCESSES

KINDS = [
    ("new", "New"),
    ("work", "In work"),
    ("waiting", "Waiting for the client"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
OPEN_KINDS = ("new", "work", "waiting")
# what entering a stage of this kind does to the clock
CLOCK = {"new": OPENED, "work": RESUMED, "waiting": PAUSED, "done": CLOSED, "cancelled": CLOSED}


class ConnectTicketStage(models.Model):
    """A stage of tickets. Its kind says what it means for the clock; the name is free."""

    _name = "connect.ticket.stage"
    _description = "Stage of service tickets"
    _inherit = ["connect.fixed.mixin"]
    _order = "process, sequence, id"

    name = fields.Char("Name", required=True, translate=True)
    process = fields.Selection(PROCESSES, "Stages of", required=True, default="service", index=True)
    kind = fields.Selection(
        KINDS,
        "Meaning",
        required=True,
        help="The clock of the deadlines stands while the client is waited for, and ends when the ticket is done.",
    )
    sequence = fields.Integer(default=10)
    fold = fields.Boolean("Folded in the kanban view")

    def _first(self, process, kind=False):
        """The first stage of a process, or its first one of a kind."""
        domain = [("process", "=", process)] + ([("kind", "=", kind)] if kind else [])
        return self.search(domain, limit=1)

    def write(self, vals):
        self._connect_check_fixed(vals, ("process",))
        if "kind" in vals:
            self.filtered(lambda stage: stage.kind != vals["kind"])._check_not_last()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _check_not_last(self):
        """Tickets move by themselves, too: the client's words put them to work, merging cancels them."""
        for stage in self:
            same = [("process", "=", stage.process), ("kind", "=", stage.kind), ("id", "not in", self.ids)]
            if not self.search_count(same, limit=1):
                raise UserError(
                    self.env._("«%s» is the last stage of its meaning. Create another one of it first.", stage.name)
                )
