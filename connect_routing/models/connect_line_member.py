from odoo import api, fields, models


class ConnectLineMember(models.Model):
    """A specialist's seat at a line also counts what he works on there. Both counters are the dispatcher's."""

    _inherit = "connect.line.member"

    load = fields.Integer(default=0, readonly=True, copy=False, help="Requests of this line he works on now.")
    capacity = fields.Integer(
        default=0, readonly=True, copy=False, help="The line's limit as the guard sees it; 0 = none."
    )
    last_assigned_at = fields.Datetime(readonly=True, copy=False)

    _load_within_capacity = models.Constraint("CHECK(load >= 0 AND (capacity = 0 OR load <= capacity))")

    @api.model
    def _on_members_changed(self, lines):
        super()._on_members_changed(lines)
        members = lines.sudo().member_ids  # counters and agents are the system's own; nobody writes them by hand
        members.env["connect.agent"]._ensure(members.user_id)
        members.flush_model()
        self.env["connect.request"].sudo()._unbind_strangers(lines)  # requests are written by the system alone
        members._recount(line_ids=lines.ids)  # who returns to a line where he has work in hand starts with it
        lines._dispatch_later()

    @api.model
    def _recount(self, user_ids=None, line_ids=None):
        """Set the counters of these specialists, or of all on these lines, to what they work on there."""
        self.env.cr.execute(
            """
            WITH work AS (
                SELECT m.id, coalesce(l.capacity, 0) AS capacity,
                       (SELECT count(*) FROM connect_request r
                         WHERE r.line_id = m.line_id AND r.user_id = m.user_id
                           AND r.state IN ('offered', 'active')) AS load
                  FROM connect_line_member m JOIN connect_line l ON l.id = m.line_id
                 WHERE m.user_id = ANY(%s) OR m.line_id = ANY(%s))
            UPDATE connect_line_member m
               SET load = work.load,
                   capacity = CASE work.capacity WHEN 0 THEN 0 ELSE greatest(work.capacity, work.load) END
              FROM work WHERE m.id = work.id AND (m.load, m.capacity) IS DISTINCT FROM
                   (work.load, CASE work.capacity WHEN 0 THEN 0 ELSE greatest(work.capacity, work.load) END)
            """,
            [user_ids or [], line_ids or []],
        )
        self.invalidate_model(["load", "capacity"])
