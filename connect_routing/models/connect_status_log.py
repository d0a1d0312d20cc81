from odoo import fields, models

from .append_only import forbid_changes


class ConnectStatusLog(models.Model):
    """Who was in which status from when to when: append-only, one open interval a specialist (ROU-10).

    The database itself refuses a change of a row, but for the one that gives an open interval its end.
    """

    _name = "connect.status.log"
    _description = "Specialist Status Log"
    _order = "date_start desc, id desc"
    _log_access = False

    agent_id = fields.Many2one("connect.agent", required=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Specialist", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    status_id = fields.Many2one("connect.status", required=True, ondelete="restrict")
    date_start = fields.Datetime(required=True)
    date_end = fields.Datetime()
    origin = fields.Selection(
        [
            ("manual", "By hand"),
            ("login", "Login"),
            ("logout", "Logout"),
            ("system", "System"),
            ("lost", "Connection lost"),
            ("idle", "Inactivity"),
            ("back", "Active again"),
            ("planned", "As planned"),
        ],
        required=True,
    )

    _one_open = models.UniqueIndex("(agent_id) WHERE date_end IS NULL")
    _agent_start = models.Index("(agent_id, date_start)")
    _agent_last = models.Index("(agent_id, id)")  # each heartbeat asks for the last one
    _user_start = models.Index("(user_id, date_start)")
    _ends_after_start = models.Constraint("CHECK(date_end IS NULL OR date_end >= date_start)")

    def init(self):
        forbid_changes(self.env.cr, self._table, "OLD.date_end IS NULL AND NEW.date_end IS NOT NULL")
