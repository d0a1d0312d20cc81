from odoo import api, fields, models

from ..engine import worked
from .connect_ticket_stage import KINDS

CODES = [("opened", "Opened"), ("stage", "Stage"), ("replied", "First reply")]


class ConnectTicketEvent(models.Model):
    """What the clock of a ticket goes by: opened, moved to a stage, answered. Only the server writes them."""

    _name = "connect.ticket.event"
    _description = "History of a service ticket"
    _order = "ticket_id, at, id"
    _log_access = False

    ticket_id = fields.Many2one("connect.ticket", required=True, ondelete="cascade", index=True)
    at = fields.Datetime("Since", required=True)
    code = fields.Selection(CODES, "Event", required=True)
    stage_id = fields.Many2one("connect.ticket.stage", "Stage", ondelete="restrict")
    # as it was then: a stage that gets another meaning does not change the past
    kind = fields.Selection(KINDS, "Meaning")
    user_id = fields.Many2one("res.users", "By", ondelete="restrict")
    spent = fields.Float("Time in the stage, h", compute="_compute_spent")
    spent_working = fields.Float("Of it working time, h", compute="_compute_spent")

    @api.depends("ticket_id.event_ids")
    def _compute_spent(self):
        now = fields.Datetime.now()
        for event in self:
            moves = event.ticket_id.event_ids.filtered("stage_id").sorted(lambda each: (each.at, each.id))
            following = moves[moves.ids.index(event.id) + 1 :][:1] if event.id in moves.ids else moves.browse()
            if not event.stage_id or (not following and event.kind in ("done", "cancelled")):
                event.spent = event.spent_working = 0
                continue
            end = following.at or now
            event.spent = (end - event.at).total_seconds() / 3600
            calendar = event.ticket_id.sudo().owner_id._connect_calendar()  # sudo: working hours of the line's owner
            event.spent_working = worked(calendar, event.at, end).total_seconds() / 3600
