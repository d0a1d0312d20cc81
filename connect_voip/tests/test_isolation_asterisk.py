"""What an Asterisk of one company's own can see and do in the database, and its administrator in the form (ADM-07)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL
from psycopg2 import IntegrityError
from psycopg2.errors import InsufficientPrivilege

from .test_trunks import TrunkCase


@tagged("post_install", "-at_install")
class TestIsolationAsterisk(TrunkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        exchanges = cls.env["connect.pbx"].with_user(cls.admin_b)
        cls.own = exchanges.create({"name": "Own Asterisk", "ari_url": "http://192.0.2.1:8088"}).sudo()

    def as_role(self, role, query):
        """What an Asterisk with this user of PostgreSQL gets."""
        with self.env.cr.savepoint():
            self.env.cr.execute(SQL("SET LOCAL ROLE %s", SQL.identifier(role)))
            self.env.cr.execute(query)
            found = self.env.cr.fetchall() if self.env.cr.description else []
            self.env.cr.execute("RESET ROLE")
        return found

    def grant(self, *roles):
        self.env.flush_all()
        for role in roles:
            self.env.cr.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not self.env.cr.fetchone():
                self.env.cr.execute(SQL("CREATE ROLE %s", SQL.identifier(role)))
            self.env.cr.execute("SELECT connect_grant_exchange(%s)", [role])

    def test_record(self):
        """ADM-07: it adds to the record in its own name, and reads, changes and forges nothing of it."""
        roles = (self.pbx.db_role, self.own.db_role)
        add = f"""INSERT INTO connect_cel (id, eventtype, eventtime, linkedid, db_role)
                  VALUES (9000000, 'X', now(), 'isolated', '{roles[0]}')"""
        self.grant(*roles)
        for role in roles:
            self.as_role(role, add)
            for query in (
                "SELECT linkedid FROM connect_cel",
                "UPDATE connect_cel SET linkedid = 'x'",
                "DELETE FROM connect_cel",
                "SELECT setval('connect_cel_id_seq', 9000000)",
                "SELECT * FROM connect_ps_phones",
                "SELECT * FROM connect_extension",
            ):
                with self.assertRaises(InsufficientPrivilege), self.cr.savepoint():
                    self.as_role(role, query)
        self.env.cr.execute("SELECT db_role, id < 9000000 FROM connect_cel WHERE linkedid = 'isolated' ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), [(role, True) for role in roles])

    def test_each_sees_its_own(self):
        """ADM-07: telephones and lines of company B are at its own exchange, those of A at the shared one."""
        self.env["connect.trunk"].create({"name": "B", "host": "192.0.2.9", "company_id": self.company_b.id})
        self.grant(self.pbx.db_role, self.own.db_role)
        query = "SELECT id FROM connect_ps_endpoints"
        shared, own = ({row[0] for row in self.as_role(pbx.db_role, query)} for pbx in (self.pbx, self.own))
        self.assertIn(self.phone_a.sip_user, shared)
        self.assertIn(self.phone_b.sip_user, own)
        self.assertFalse(shared & own)

    def test_role_is_not_chosen(self):
        """ADM-07: an administrator's own exchange gets a user of PostgreSQL of its own, which he cannot change to
        another one's; nor are there two exchanges with the same."""
        self.assertEqual(self.own.company_id, self.company_b)
        self.assertEqual(self.own.db_role, f"connect_asterisk_{self.company_b.id}")
        for values in ({"db_role": self.pbx.db_role}, {"db_role": "postgres"}):
            with self.assertRaises(AccessError):
                self.own.with_user(self.admin_b).write(values)
            with self.assertRaises(AccessError):
                self.env["connect.pbx"].with_user(self.admin_a).create({"name": "A", **values})
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.own.db_role = self.pbx.db_role
            self.own.flush_recordset()

    def test_lines_stay_in_their_exchange(self):
        """ADM-07: nobody puts his lines or telephones into the exchange that another company runs."""
        for record in (self.trunk, self.phone_a):
            with self.assertRaises(UserError):
                record.with_user(self.admin_a).write({"pbx_id": self.own.id})
        self.own.company_id = self.company_a  # by the platform: B is served by the shared one again
        self.assertEqual((self.phone_b.pbx_id, self.phone_a.pbx_id), (self.pbx, self.own))
