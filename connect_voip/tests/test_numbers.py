"""Short numbers (VOI-38): one of a company, whatever it belongs to; telephones and what they are let do."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestNumbers(VoiceCase):
    def test_twice_in_a_company(self):
        """VOI-38: unique in the company; another company has its own 101."""
        self.assertEqual(self.phone_a.number, self.phone_b.number)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._phone(self.supervisor_a, "101")

    def test_archived_number_is_free(self):
        """An archived telephone gives its number back."""
        self.phone_a.active = False
        self.assertTrue(self._phone(self.supervisor_a, "101"))

    def test_format(self):
        """Two to six digits; the error says so."""
        for number in ("1", "1234567", "10a", "*51", "１０１"):
            with self.assertRaises(ValidationError):
                self._phone(self.supervisor_a, number)

    def test_credentials(self):
        """VOI-50: the caller's own telephone, and nobody else's password."""
        self.assertEqual(
            self.env["connect.extension"].with_user(self.agent_a).get_phone()["user"], f"{self.phone_a.sip_user}-web"
        )
        with self.assertRaises(AccessError):
            self.phone_a.with_user(self.agent_a).read(["sip_secret"])
        with self.assertRaises(UserError):
            self.env["connect.extension"].with_user(self.supervisor_a).get_phone()

    def test_recipient_gets_a_telephone(self):
        """VOI-02: a person in the portal needs none of his administrator; it is made once."""
        phones = self.env["connect.extension"].with_user(self.recipient_a)
        first = phones.get_phone()
        self.assertEqual(first, phones.get_phone())
        self.assertTrue(first["user"].endswith("-web"))

    def test_of_a_blocked_account(self):
        """ADM-08: whose account is blocked has no telephone, though he has noted its password; neither employee nor
        person. Unblocked, he has it again."""
        own = self.env["connect.extension"].sudo()
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        person = own.search([("partner_id", "=", self.recipient_a.partner_id.id)])
        for user, phone in ((self.agent_a, self.phone_a), (self.recipient_a, person)):
            self.assertTrue(self.endpoints(phone))
            user.active = False
            self.assertFalse(self.endpoints(phone))
            user.active = True
            self.assertTrue(self.endpoints(phone))

    def endpoints(self, phone):
        """What Asterisk, as its own user of PostgreSQL, sees of a telephone."""
        self.env.cr.execute("SELECT current_user")
        self.pbx.db_role = self.env.cr.fetchone()[0]
        self.env.flush_all()
        known = [phone.sip_user, f"{phone.sip_user}-web"]
        self.env.cr.execute(
            "SELECT e.id FROM connect_ps_endpoints e JOIN connect_ps_auths a ON a.id = e.id WHERE e.id = ANY(%s)",
            [known],
        )
        return self.env.cr.fetchall()

    def test_asterisk_sees_its_own(self):
        """The views show an exchange's user of PostgreSQL the telephones of that exchange alone."""
        self.env.flush_all()
        self.pbx.db_role = "connect_nobody"
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM connect_ps_endpoints")
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        self.env.cr.execute("SELECT current_user")
        self.pbx.db_role = self.env.cr.fetchone()[0]
        self.env.flush_all()
        own = f"{self.phone_a.sip_user}%"
        self.env.cr.execute("SELECT id, webrtc FROM connect_ps_endpoints WHERE id LIKE %s", [own])
        self.assertEqual(
            set(self.env.cr.fetchall()), {(self.phone_a.sip_user, "no"), (f"{self.phone_a.sip_user}-web", "yes")}
        )
