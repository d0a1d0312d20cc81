"""Numbers of tickets: 1, 2, 3… within each company, none missing, and nobody waits for anybody's commit.

A number is taken in a transaction of its own, which locks the company's row for a millisecond and leaves a
reservation with the id of the transaction that will use it. When that one is rolled back, or its process dies, or it
drops the ticket in a savepoint, PostgreSQL knows that it has ended and no ticket has the number: the next one who
asks gets it. A plain counter would make everybody wait for the longest transaction and, at REPEATABLE READ, fail; a
sequence would leave gaps.

What is not promised: that a ticket with a higher number was created later, when one between them was rolled back.
"""

from contextlib import contextmanager

from odoo import api, fields, models, modules
from odoo.tools import config
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED


class ConnectTicketNumber(models.Model):
    _name = "connect.ticket.number"
    _description = "Number of tickets that is taken"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    number = fields.Integer(required=True, help="0: the row that holds the highest number given out.")
    highest = fields.Integer(required=True)
    # xid8 is wider than the Integer of the ORM
    taker = fields.Char(help="Id of the transaction that is going to use it.")

    _number_unique = models.UniqueIndex("(company_id, number)")

    @api.model
    def _take(self, company_id, count):
        """The next ``count`` numbers of a company, as texts of six digits."""
        self.env.cr.execute("SELECT pg_current_xact_id()::text")
        taker = self.env.cr.fetchone()[0]
        with self._own_transaction() as cr:
            cr.execute(
                """INSERT INTO connect_ticket_number (company_id, number, highest) VALUES (%s, 0, 0)
                   ON CONFLICT (company_id, number) DO NOTHING""",
                [company_id],
            )
            cr.execute(
                "SELECT highest FROM connect_ticket_number WHERE company_id = %s AND number = 0 FOR NO KEY UPDATE",
                [company_id],
            )
            numbers = self._left_over(cr, company_id, count)
            fresh = count - len(numbers)
            if fresh:
                cr.execute(
                    """UPDATE connect_ticket_number SET highest = highest + %s WHERE company_id = %s AND number = 0
                       RETURNING highest""",
                    [fresh, company_id],
                )
                highest = cr.fetchone()[0]
                numbers += range(highest - fresh + 1, highest + 1)
            cr.execute(
                """INSERT INTO connect_ticket_number (company_id, number, highest, taker)
                   SELECT %s, unnest(%s), 0, %s""",
                [company_id, numbers, taker],
            )
        return [f"{number:06d}" for number in numbers]

    @api.model
    def _left_over(self, cr, company_id, count):
        """Clear away the reservations whose transaction has ended; up to ``count`` numbers that it did not use."""
        cr.execute(
            """DELETE FROM connect_ticket_number n
                WHERE company_id = %s AND number > 0
                  -- ended before this statement looks, so that it sees the ticket, too; an id from the future is
                  -- that of another cluster, before a restore
                  AND (taker::xid8 >= pg_snapshot_xmax(pg_current_snapshot())
                       OR pg_visible_in_snapshot(taker::xid8, pg_current_snapshot()))
            RETURNING number, EXISTS (SELECT FROM connect_ticket t
                                       WHERE t.owner_id = n.company_id AND t.name = lpad(n.number::text, 6, '0'))""",
            [company_id],
        )
        free = sorted(number for number, is_used in cr.fetchall() if not is_used)
        if free[count:]:
            cr.execute(
                """INSERT INTO connect_ticket_number (company_id, number, highest, taker)
                   SELECT %s, unnest(%s), 0, '3'""",  # a transaction of the distant past: free at once
                [company_id, free[count:]],
            )
        return free[:count]

    @contextmanager
    def _own_transaction(self):
        """A cursor at READ COMMITTED: after waiting for the lock, the next statement sees what the one before wrote.
        Under Odoo's tests, theirs."""
        if self._in_test() or not self.env.registry.ready:  # while addons are installed, nothing is committed yet
            self.env.flush_all()
            yield self.env.cr
            return
        with self.env.registry.cursor() as cr:
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            yield cr

    @staticmethod
    def _in_test():
        """Odoo's tests never commit: their one transaction sees what nobody else would."""
        return bool(modules.module.current_test or config["test_enable"])
