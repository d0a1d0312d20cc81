from odoo import fields, models

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
