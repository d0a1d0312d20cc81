from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class IrRule(models.Model):
    """VOI-39: the calls that an employee may know of who is restricted to his own departments."""

    _inherit = "ir.rule"

    @api.model
    def _eval_context(self):
        return {
            **super()._eval_context(),
            "connect_calls": self._connect_calls("id"),
            "connect_parts_of_calls": self._connect_calls("call_id"),
        }

    @api.model
    def _connect_calls(self, column):
        """A condition on the column that names the call; no condition for whom nothing restricts, whatever his role."""
        user_id = self.env.uid
        self.env["connect.extension"].flush_model(["user_id", "department_only", "active"])
        self.env.cr.execute(
            "SELECT 1 FROM connect_extension WHERE user_id = %s AND department_only AND active", [user_id]
        )
        if not self.env.cr.rowcount:
            return Domain.TRUE
        calls = SQL(
            """SELECT c.id FROM connect_call c
                WHERE c.user_id = ANY(ARRAY(%(circle)s)) OR c.caller_user_id = ANY(ARRAY(%(circle)s))
                   OR c.id IN (SELECT call_id FROM connect_call_participant WHERE user_id = ANY(ARRAY(%(circle)s)))
                   OR c.user_id IS NULL AND c.caller_user_id IS NULL
                      AND c.line_id = ANY(ARRAY(SELECT line_id FROM connect_line_member WHERE user_id = %(user)s))""",
            circle=self._connect_circle(user_id),
            user=user_id,
        )
        return Domain(column, "in", calls)

    @api.model
    def _connect_circle(self, user_id):
        """Himself and the colleagues of his departments."""
        table, department, phone = self._connect_membership()
        return SQL(
            """SELECT %(user)s::int UNION
               SELECT x.user_id FROM connect_extension mine
                 JOIN %(table)s m ON m.%(phone)s = mine.id
                 JOIN connect_department d ON d.id = m.%(department)s AND %(active)s
                 JOIN %(table)s n ON n.%(department)s = d.id
                 JOIN connect_extension x ON x.id = n.%(phone)s AND x.user_id IS NOT NULL
                WHERE mine.user_id = %(user)s""",
            user=user_id,
            table=table,
            department=department,
            phone=phone,
            active=SQL.identifier("d", "active", to_flush=self.env["connect.department"]._fields["active"]),
        )

    @api.model
    def _connect_membership(self):
        """Table and columns of who is in which department."""
        members = self.env["connect.department"]._fields["member_ids"]
        return SQL.identifier(members.relation), SQL.identifier(members.column1), SQL.identifier(members.column2)
