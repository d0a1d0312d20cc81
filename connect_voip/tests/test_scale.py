"""What is asked with every call or registration costs the same however many telephones, people and calls there are."""

import base64
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from .common import VoiceCase
from .test_isolation_office import silence


@tagged("post_install", "-at_install")
class TestScale(VoiceCase):
    def plan(self, query, *values):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")  # these tables are small: what could be used?
        self.env.cr.execute(f"EXPLAIN {query}", values)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.env.cr.execute("SET LOCAL enable_seqscan = on")
        return plan

    def test_telephone_by_index(self):
        """VOI-50: Asterisk asks for a telephone by its name: both of its kinds are found by an index, and it is the one
        that was asked for."""
        for view in ("endpoints", "auths", "aors"):
            plan = self.plan(f"SELECT * FROM connect_ps_{view} WHERE id = %s", f"{self.phone_a.sip_user}-web")
            self.assertIn("connect_extension_browser", plan, view)
            self.assertIn("connect_extension__sip_user_index", plan, view)
            self.assertNotIn("Seq Scan on connect_extension", plan, view)

    def test_caller_by_index(self):
        """VOI-45: who calls is found among the people of a company by his number."""
        plan = self.plan("SELECT id FROM res_partner WHERE phone_sanitized = %s AND company_id = %s", "+37529", 1)
        self.assertIn("res_partner_connect_by_number", plan)

    def test_uses_of_a_call_by_index(self):
        """VOI-48: what a refused order leaves, and whether a call was warned."""
        plan = self.plan("DELETE FROM connect_trunk_use WHERE key = %s AND NOT is_begun", "1")
        self.assertIn("connect_trunk_use_of_call", plan)
        plan = self.plan("SELECT FROM connect_call_order WHERE key = %s AND verb = 'warn'", "1")
        self.assertIn("connect_call_order_warnings", plan)

    def test_record_is_kept_for_a_month(self):
        """VOI-10: Asterisk's own record does not grow for ever; what is younger stays."""
        self.env.cr.execute("DELETE FROM connect_cel")
        for days in (1, 29, 31, 400):
            self.env.cr.execute(
                """INSERT INTO connect_cel (eventtype, eventtime, linkedid)
                   VALUES ('HANGUP', (now() AT TIME ZONE 'UTC') - make_interval(days => %s), %s)""",
                [days, str(days)],
            )
        self.assertEqual(self.env["connect.pbx"]._gc_record(), (2, False))
        self.env.cr.execute("SELECT linkedid FROM connect_cel ORDER BY id")
        self.assertEqual([row[0] for row in self.env.cr.fetchall()], ["1", "29"])

    def test_greeting_is_not_read_for_each_call(self):
        """VOI-46: a call asks for the place of its greeting alone; another sound has another place."""
        values = {"name": "Hello", "company_id": self.agent_a.company_id.id, "sound": silence(0.2)}
        prompt = self.env["connect.prompt"].create(values)
        place = prompt._place()
        with patch.object(base64, "b64decode", side_effect=AssertionError("it is read")):
            self.assertEqual(prompt._place(), place)
        prompt.sound = silence(0.4)
        self.assertNotEqual(prompt._place(), place)
        self.assertTrue(Path(f"{prompt._place()}.wav").exists())
        prompt.checksum = False  # made by an older version
        Path(f"{prompt._place()}.wav").unlink()
        self.assertTrue(Path(f"{prompt._place()}.wav").exists())
