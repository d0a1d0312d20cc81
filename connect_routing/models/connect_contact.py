from odoo import api, fields, models


class ConnectContact(models.Model):
    """Each further contact of a person whose request is open: an outbox that the dispatcher works off.

    The transaction that stores a message must not write the request's row: fifty people may post at once, and the
    specialist may finish in the same instant. It leaves a row here instead, and after the commit the dispatcher
    looks what became of the request meanwhile: closed (a new one is opened, nothing is lost), its specialist gone
    (ROU-23), or in good hands (nothing to do). Rows of the day are kept for ``idempotency_key``.
    """

    _name = "connect.contact"
    _description = "Contact to Review"
    _log_access = False

    line_id = fields.Many2one("connect.line", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    request_id = fields.Many2one("connect.request", ondelete="cascade", index=True)
    kind = fields.Char(required=True)
    origin = fields.Char(required=True)
    at = fields.Datetime(required=True)
    handled = fields.Boolean(default=False)
    idempotency_key = fields.Char()

    _to_handle = models.Index("(line_id, id) WHERE NOT handled")
    _key_unique = models.UniqueIndex("(line_id, partner_id, idempotency_key) WHERE idempotency_key IS NOT NULL")

    @api.autovacuum
    def _gc_handled(self):
        """Handled contacts older than a day: an idempotency key is promised for 24 hours."""
        self.env.cr.execute(
            """DELETE FROM connect_contact WHERE id IN (
                   SELECT id FROM connect_contact
                    WHERE handled AND at < (now() AT TIME ZONE 'UTC') - interval '1 day' LIMIT 100000)"""
        )
        return self.env.cr.rowcount, self.env.cr.rowcount == 100000
