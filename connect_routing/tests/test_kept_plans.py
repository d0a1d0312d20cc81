from unittest.mock import patch

from odoo import sql_db
from odoo.addons.connect_routing import kept_bus, kept_plans
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install")
class TestKeptPlans(BaseCase):
    """What ``kept_plans.py`` promises of a connection that goes back to Odoo's pool and is borrowed again."""

    def setUp(self):
        super().setUp()
        # what the server does when it loads the addon
        self.startPatcher(patch.object(sql_db.PsycoConnection, "reset", kept_plans._reset))
        self.startPatcher(patch.object(sql_db.ConnectionPool, "give_back", kept_bus._give_back))
        self.pool = sql_db.ConnectionPool(1)
        self.dsn = sql_db.connection_info_for(get_db_name())[1]
        self.addCleanup(self.pool.close_all)

    def borrowed(self, work):
        """What ``work`` makes of a cursor of the pool's only connection."""
        connection = self.pool.borrow(self.dsn)
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        finally:
            connection.commit()
            self.pool.give_back(connection)

    def one(self, query):
        def work(cursor):
            cursor.execute(query)
            return cursor.fetchone()

        return self.borrowed(work)

    def test_nothing_of_the_former_transaction_is_left(self):
        """As after DISCARD ALL: settings, temporary tables, locks, prepared statements, listening."""
        backend = self.one("SELECT pg_backend_pid()")
        self.borrowed(
            lambda cursor: cursor.execute(
                """CREATE TEMP TABLE left_over (id int); SET work_mem TO '77MB'; LISTEN somewhere;
                   PREPARE left_over AS SELECT 1; SELECT pg_advisory_lock(1)"""
            )
        )
        self.assertEqual(self.one("SELECT to_regclass('pg_temp.left_over')"), (None,))
        self.assertNotEqual(self.one("SHOW work_mem"), ("77MB",))
        self.assertEqual(self.one("SELECT count(*) FROM pg_listening_channels()"), (0,))
        self.assertEqual(self.one("SELECT count(*) FROM pg_prepared_statements"), (0,))
        self.assertEqual(
            self.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"), (0,)
        )
        self.assertEqual(self.one("SELECT pg_backend_pid()"), backend, "it is the same connection")

    def test_a_transaction_left_open_is_rolled_back(self):
        def work(cursor):
            cursor.execute("CREATE TABLE left_open (id int)")
            cursor.connection.reset()

        self.borrowed(work)
        self.assertEqual(self.one("SELECT to_regclass('left_open')"), (None,))

    def test_a_lost_connection_is_replaced(self):
        """PostgreSQL was started anew, or a firewall has forgotten: the pool opens another one."""
        (backend,) = self.one("SELECT pg_backend_pid()")
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s)", [backend])
        self.assertNotEqual(self.one("SELECT pg_backend_pid()"), (backend,))

    def test_the_bus_keeps_its_connection(self):
        """``kept_bus.py``: Odoo's cursor asks that it be closed, as each notification's would be."""
        self.dsn = sql_db.connection_info_for("postgres")[1]
        backends = set()
        for _time in range(2):
            connection = self.pool.borrow(self.dsn)
            backends.add(connection.get_backend_pid())
            self.pool.give_back(connection, keep_in_pool=False)
        self.assertEqual(len(backends), 1)
