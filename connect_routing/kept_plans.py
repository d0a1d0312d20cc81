"""Plans of functions and of foreign keys outlive a transaction.

Odoo's pool cleans a connection each time it is borrowed, by psycopg2's ``reset``: ``DISCARD ALL``. That throws away the
plans of the session, too, so that each transaction plans its functions (``decide_functions.py``), and the check of each
foreign key it touches, anew: 3 ms of the 3.5 in which an ordinary message is stored. Here everything is discarded that
``DISCARD ALL`` discards, in its order (PostgreSQL's documentation, DISCARD), except the plans. PostgreSQL itself makes
a plan anew when a table, its statistics or a function has changed.
"""

from odoo import sql_db

CLEAN = """CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *;
SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES"""


def _reset(connection):
    """As ``psycopg2.extensions.connection.reset``; a connection that is lost raises OperationalError, too."""
    connection.rollback()
    connection.set_session(isolation_level="DEFAULT", readonly="DEFAULT", deferrable="DEFAULT")
    connection.autocommit = True  # in a step of its own PostgreSQL need not be asked
    with connection.cursor() as cursor:
        cursor.execute(CLEAN)
    connection.autocommit = False


def install():
    sql_db.PsycoConnection.reset = _reset
