from datetime import timedelta
from unittest.mock import patch

from odoo.addons.connect_routing.models import connect_decision_verify, connect_proof
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RoutingCase

ALARM = "odoo.addons.connect_routing.models.connect_proof"
DAMAGE = "UPDATE connect_request SET is_missed = NOT is_missed WHERE id = %s"


@tagged("post_install", "-at_install")
class TestProof(RoutingCase):
    """Decision 3: the daily proof that nothing is lost and nothing doubled, and what becomes of its result."""

    def setUp(self):
        super().setUp()
        self.set_status(self.high, "free")
        self.request = self.write_to_line(self.anna)
        self.proofs = self.env["connect.proof"]

    def mails(self):
        return self.env["mail.mail"].sudo().search([("email_to", "=", "night@test.example")])

    def test_a_clean_proof_is_kept_and_nobody_is_woken(self):
        """The result stays, with what was compared; no mail."""
        self.env["ir.config_parameter"].set_param("connect_routing.alarm_email", "night@test.example")
        proof = self.proofs._prove("weekly")
        self.assertEqual((proof.state, proof.finding_count, proof.findings_text), ("clean", 0, ""))
        self.assertEqual(proof.request_count, self.env["connect.request"].search_count([]))
        self.assertEqual(proof.decision_count, self.env["connect.decision"].search_count([]))
        self.assertFalse(self.mails())
        self.assertEqual(self.proofs._metric()["findings"], 0)

    @mute_logger(ALARM)
    def test_the_alarm_rings_once_a_run_and_names_no_content(self):
        """A finding goes to the administrators' address, in words; what people wrote stays out of the mail."""
        self.env["ir.config_parameter"].set_param("connect_routing.alarm_email", "night@test.example")
        self.env.cr.execute(
            "UPDATE connect_request SET close_note = 'a secret', is_missed = TRUE WHERE id = %s", [self.request.id]
        )
        proof = self.proofs._prove("daily")
        mail = self.mails()
        self.assertEqual((proof.finding_count, len(mail)), (1, 1))
        self.assertIn(f"Request {self.request.id}: row and ledger differ in: Missed, Note.", proof.findings_text)
        self.assertIn(str(self.request.id), mail.body_html)
        self.assertNotIn("secret", mail.body_html)

    @mute_logger(ALARM)
    def test_without_a_parameter_the_main_company_is_told(self):
        """The address on the main company's card."""
        self.env.ref("base.main_company").connect_notify_email = "night@test.example"
        self.env["ir.config_parameter"].set_param("connect_routing.alarm_email", False)
        self.env.cr.execute(DAMAGE, [self.request.id])
        self.proofs._prove("daily")
        self.assertEqual(len(self.mails()), 1)

    @mute_logger(ALARM)
    def test_daily_what_moved_and_everything_after_a_finding(self):
        """The daily proof goes on from the last clean one; after a finding all is compared until it is mended."""
        self.proofs._prove("weekly")
        since = self.proofs._since()
        self.assertLess(since, self.proofs.search([], limit=1).checked_at)
        after = since + timedelta(hours=3)
        self.assertEqual(self.proofs._prove("daily", after).request_count, 0)
        self.env.cr.execute(DAMAGE, [self.request.id])
        self.assertEqual(self.proofs._prove("weekly").finding_count, 1)
        self.assertIsNone(self.proofs._since())
        self.assertEqual(self.env["connect.dispatcher"]._cron_verify(), 1)
        self.env.cr.execute(DAMAGE, [self.request.id])
        self.assertEqual(self.env["connect.dispatcher"]._cron_verify(), 0)
        self.assertTrue(self.proofs._since())

    @mute_logger(ALARM)
    def test_a_wrong_counter_names_the_specialist(self):
        """A counter that stays wrong is a finding, by the name of the specialist."""
        self.env.cr.execute("UPDATE connect_agent SET load = load + 1 WHERE user_id = %s", [self.high.id])
        self.assertIn("High: the number of requests in work", self.proofs._prove("daily").findings_text)

    def run_cron(self, name):
        """What Odoo's cron executes, as it executes it."""
        self.env.ref(f"connect_routing.{name}").ir_actions_server_id.run()
        return self.proofs.search([], order="id desc", limit=1)

    @mute_logger(ALARM)
    def test_the_crons_prove_and_ring(self):
        """Daily and weekly by themselves: what they find goes to the administrators, each time until it is mended."""
        self.env["ir.config_parameter"].set_param("connect_routing.alarm_email", "night@test.example")
        self.assertEqual(self.run_cron("ir_cron_prove").origin, "weekly")
        self.assertFalse(self.mails())
        self.env.cr.execute(DAMAGE, [self.request.id])
        daily = self.run_cron("ir_cron_verify")
        self.assertEqual((daily.origin, daily.finding_count, len(self.mails())), ("daily", 1, 1))
        self.assertEqual((self.run_cron("ir_cron_prove").finding_count, len(self.mails())), (1, 2))
        self.assertIn("1", self.mails()[0].subject)
        self.env.cr.execute(DAMAGE, [self.request.id])
        self.assertEqual((self.run_cron("ir_cron_verify").finding_count, len(self.mails())), (0, 2))

    @mute_logger(ALARM)
    def test_with_many_requests_the_button_leaves_it_to_the_cron(self):
        """The button answers at once; the cron compares part by part, and a finding in any of them rings."""
        admin = self.env.ref("base.user_admin")
        cron = self.env.ref("connect_routing.ir_cron_prove")
        self.write_to_line(self.boris)
        self.env.cr.execute(DAMAGE, [self.request.id])
        with patch.object(connect_proof, "PART", 1), patch.object(connect_decision_verify, "PART", 1):
            before = self.proofs.search_count([])
            action = call_kw(self.proofs.with_user(admin), "action_check_now", [[]], {})
            self.assertEqual(action["params"]["message"], "The check runs. Its result appears in this list.")
            self.assertEqual(self.proofs.search_count([]), before)
            self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))
            proof = self.run_cron("ir_cron_prove")
        self.assertEqual(proof.request_count, self.env["connect.request"].search_count([]))
        self.assertEqual(proof.finding_count, 1)

    def test_a_counter_that_is_right_again_is_no_finding(self):
        """Somebody was between his commit and his recount when the proof looked first."""
        ledger = type(self.env["connect.decision"])
        self.env.cr.execute("UPDATE connect_agent SET load = load + 1 WHERE user_id = %s", [self.high.id])
        looks = [self.env["connect.decision"]._wrong_counters(), []]
        self.assertTrue(looks[0])
        with patch.object(ledger, "_wrong_counters", lambda this: looks.pop(0)):
            self.assertEqual(self.proofs._prove("weekly").finding_count, 0)
        self.assertFalse(looks)

    def test_the_button_is_the_platforms(self):
        """ADM-01: nobody else starts it; the database changes no proof afterwards."""
        admin = self.env.ref("base.user_admin")
        # as the web client presses it: with the ids of the rows that are ticked, here none
        action = call_kw(self.proofs.with_user(admin), "action_check_now", [[]], {})
        proof = self.proofs.browse(action["res_id"])
        self.assertEqual(proof.origin, "button")
        for user in (self.supervisor, self.high, self.anna):
            with self.assertRaises(AccessError):
                self.proofs.with_user(user).action_check_now()
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "append-only"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE connect_proof SET finding_count = 1 WHERE id = %s", [proof.id])
