from odoo import api, fields, models
from odoo.tools import SQL

from .connect_request import NOW

# A request's later decisions wait until the earlier ones are told, also while another process tells these. By index
# alone: statistics of a time when the outbox was empty would make the planner compare each row with each. For the same
# reason the first of a request is asked for by a subselect: of a join it read the whole index for each row.
DUE = """
CREATE OR REPLACE FUNCTION connect_due(p_limit int) RETURNS SETOF int
LANGUAGE plpgsql VOLATILE SET enable_seqscan TO off SET enable_sort TO off SET enable_hashjoin TO off
SET enable_mergejoin TO off AS $due$
BEGIN
    RETURN QUERY
    SELECT u.id FROM connect_unsettled u
     WHERE (u.retry_at IS NULL OR u.retry_at < %(now)s)
       AND u.id = (SELECT first.id FROM connect_unsettled first
                    WHERE first.request_id = u.request_id ORDER BY first.request_id, first.id LIMIT 1)
     ORDER BY u.id LIMIT p_limit FOR UPDATE OF u SKIP LOCKED;
END $due$
"""


class ConnectUnsettled(models.Model):
    """Outbox: what moved and was not told to people yet. A transition adds its row in its own transaction; settling
    deletes it in the transaction that writes the mails and notices, so a crash loses none and doubles none."""

    _name = "connect.unsettled"
    _description = "Transition to Tell"
    _log_access = False
    _order = "id"

    request_id = fields.Many2one("connect.request", required=True, ondelete="cascade")
    decision_id = fields.Many2one("connect.decision", required=True, ondelete="cascade")
    retry_at = fields.Datetime(help="Telling it failed; not before then again.")

    _by_request = models.Index("(request_id, id)")

    def init(self):
        self.env.cr.execute(SQL(DUE, now=NOW))

    @api.model
    def _take(self, limit):
        """Take the oldest rows that nobody else is telling, one for each request: their decisions as dicts."""
        self.env.cr.execute(
            """WITH due AS MATERIALIZED (SELECT connect_due(%s) AS id),
                    taken AS (DELETE FROM connect_unsettled u USING due WHERE u.id = due.id RETURNING u.decision_id)
               SELECT d.* FROM taken JOIN connect_decision d ON d.id = taken.decision_id ORDER BY d.id""",
            [limit],
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _postpone(self, limit):
        """After a failure: leave the oldest rows for the cron of the next minute."""
        self.env.cr.execute(
            SQL(
                """WITH due AS MATERIALIZED (SELECT connect_due(%s) AS id)
                   UPDATE connect_unsettled u SET retry_at = %s + interval '50 seconds' FROM due WHERE u.id = due.id""",
                limit,
                NOW,
            )
        )
