from odoo import api, fields, models


class ConnectUnsettled(models.Model):
    """Outbox: what moved and was not told to people yet. A transition adds its row in its own transaction; settling
    deletes it in the transaction that writes the mails and notices, so a crash loses none and doubles none."""

    _name = "connect.unsettled"
    _description = "Transition to Tell"
    _log_access = False
    _order = "id"

    request_id = fields.Many2one("connect.request", required=True, ondelete="cascade", index=True)
    code = fields.Char(required=True)
    retry_at = fields.Datetime(help="Telling it failed; not before then again.")

    @api.model
    def _take(self, limit):
        """Take the oldest rows that nobody else is telling: ``[(request_id, code)]``."""
        self.env.cr.execute(
            """DELETE FROM connect_unsettled WHERE id IN (
                   SELECT id FROM connect_unsettled
                    WHERE retry_at IS NULL OR retry_at < (clock_timestamp() AT TIME ZONE 'UTC')
                    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
               RETURNING request_id, code""",
            [limit],
        )
        return self.env.cr.fetchall()

    @api.model
    def _postpone(self, limit):
        """After a failure: leave the oldest rows for the cron of the next minute."""
        self.env.cr.execute(
            """UPDATE connect_unsettled SET retry_at = (clock_timestamp() AT TIME ZONE 'UTC') + interval '50 seconds'
                WHERE id IN (SELECT id FROM connect_unsettled
                              WHERE retry_at IS NULL OR retry_at < (clock_timestamp() AT TIME ZONE 'UTC')
                              ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)""",
            [limit],
        )
