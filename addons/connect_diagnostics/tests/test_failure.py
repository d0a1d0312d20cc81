from odoo.addons.connect_lines.tests.common import LinesCase
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from ..models import connect_failure

REPORT = {
    "message": "TypeError: x is undefined",
    "traceback": "TypeError: x is undefined\n    at open (https://alpha.example/web/assets/1/ab12cd34/web.js:12:7)",
    "path": "/odoo/discuss?token=secret",
    "browser": "Chrome",
}


@tagged("post_install", "-at_install")
class TestFailure(LinesCase):
    def setUp(self):
        super().setUp()
        connect_failure._reported.clear()
        self.failures = self.env["connect.failure"]

    def test_the_same_failure_is_one_row_that_counts(self):
        """ADM-14: however many people meet it, and after an update moved its line."""
        self.assertTrue(self.failures._report(self.agent_a, REPORT))
        moved = REPORT["traceback"].replace("12:7", "13:9").replace("alpha", "beta")
        self.assertTrue(self.failures._report(self.recipient_b, {**REPORT, "traceback": moved}))
        self.failures.invalidate_model()
        failure = self.failures.search([("message", "=", REPORT["message"])])
        self.assertEqual((len(failure), failure.times, failure.user_id), (1, 2, self.recipient_b))

    def test_no_address_leaves_the_screen(self):
        """ADM-14: what follows the «?» of an address may be a secret."""
        self.failures._report(self.agent_a, REPORT)
        self.assertEqual(self.failures.search([("user_id", "=", self.agent_a.id)]).path, "/odoo/discuss")

    def test_who_forbids_it_sends_nothing(self):
        """ADM-14: the user allows or forbids the sending."""
        self.recipient_a.with_user(self.recipient_a).connect_send_failures = False
        self.assertFalse(self.failures._report(self.recipient_a, REPORT))
        self.assertFalse(self.failures.search_count([("user_id", "=", self.recipient_a.id)]))

    def test_a_flood_is_cut_off(self):
        """A screen that fails in a loop writes no more than the limit; somebody else still reports."""
        kept = [self.failures._report(self.agent_a, {"message": f"Error {'x' * n}"}) for n in range(40)]
        self.assertEqual(sum(kept), connect_failure.PER_HOUR)
        self.assertTrue(self.failures._report(self.agent_b, REPORT))

    def test_rubbish_is_cut_or_dropped(self):
        self.assertFalse(self.failures._report(self.agent_a, {"message": 5}))
        self.assertTrue(self.failures._report(self.agent_a, {"message": "a\x00" + "b" * 10_000, "traceback": ["x"]}))
        failure = self.failures.search([("user_id", "=", self.agent_a.id)])
        self.assertEqual((len(failure.message), failure.traceback), (500, ""))

    def test_the_developers_get_a_letter_once(self):
        """ADM-14: sent by itself, each failure once; without an address nothing is sent."""
        self.failures._report(self.agent_a, REPORT)
        mails = self.env["mail.mail"]
        before = mails.search_count([])
        self.failures._cron_tell()
        self.assertEqual(mails.search_count([]), before)
        self.env["ir.config_parameter"].set_param("connect_diagnostics.address", "developers@test.example")
        self.failures._cron_tell()
        self.failures._cron_tell()
        mail = mails.search([("email_to", "=", "developers@test.example")])
        self.assertEqual(len(mail), 1)
        self.assertIn("x is undefined", mail.body_html)


@tagged("post_install", "-at_install")
class TestFailureRoute(LinesCase, HttpCase):
    def report(self, report):
        return self.make_jsonrpc_request("/connect/failure", {"report": report})

    def test_people_report_and_read_nothing(self):
        connect_failure._reported.clear()
        self.recipient_a.password = self.recipient_a.login
        self.authenticate(self.recipient_a.login, self.recipient_a.login)
        self.assertEqual(self.report(REPORT), {"kept": True})
        self.assertEqual(self.report("no dictionary"), {"kept": False})
        with self.assertRaises(AccessError):
            self.env["connect.failure"].with_user(self.recipient_a).search([])

    def test_the_portal_asks(self):
        """ADM-14: a user of the portal forbids the sending on the page of security, and allows it again."""
        self.recipient_a.password = self.recipient_a.login
        self.authenticate(self.recipient_a.login, self.recipient_a.login)
        self.assertIn("connect_send", self.url_open("/my/security").text)
        from_form = {"csrf_token": Request.csrf_token(self)}
        self.url_open("/my/failures", data=from_form)
        self.assertFalse(self.recipient_a.connect_send_failures)
        self.url_open("/my/failures", data={**from_form, "send": "1"})
        self.assertTrue(self.recipient_a.connect_send_failures)
