import secrets

from odoo.addons.connect_routing.models.connect_metrics import TOKEN
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from prometheus_client.parser import text_string_to_metric_families

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestMetrics(RoutingCase, HttpCase):
    """The proof's result and the queues as figures for monitoring."""

    def setUp(self):
        super().setUp()
        self.token = secrets.token_hex(32)
        self.env["ir.config_parameter"].set_param(TOKEN, self.token)

    def fetch(self, token=None, header=None):
        header = header if header is not None else f"Bearer {token}"
        return self.url_open("/connect/metrics", headers={"Authorization": header})

    def figures(self):
        answer = self.fetch(self.token)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/plain", answer.headers["Content-Type"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return {each.name: each.samples[0].value for each in text_string_to_metric_families(answer.text)}

    def test_what_waits_and_what_was_proven(self):
        """People in the queue and since when, what was not told yet, timers that are late, the last proof."""
        before = self.figures()
        self.line.with_user(self.anna).open_request()
        request = self.env["connect.request"]._open_of(self.line, self.anna.partner_id)
        self.env.cr.execute(
            "UPDATE connect_request SET queued_at = queued_at - interval '1 hour' WHERE id = %s", [request.id]
        )
        self.env["connect.timer"]._set(request.id, "skill", -90)
        self.env.flush_all()
        after = self.figures()
        for name in ("connect_requests_waiting", "connect_unsettled", "connect_timers_due"):
            self.assertEqual(after[name] - before[name], 1, name)
        self.assertGreaterEqual(after["connect_requests_waiting_oldest_seconds"], 3600)
        self.assertGreaterEqual(after["connect_timers_due_oldest_seconds"], 90)
        self.assertGreaterEqual(after["connect_unsettled_oldest_seconds"], 0)
        self.dispatch()
        self.assertEqual(self.figures()["connect_unsettled"], before["connect_unsettled"])

    def test_how_promptly_people_were_answered(self):
        """REP-16 over all lines and the last hour."""
        before = self.figures()["connect_answered_last_hour"]
        self.set_status(self.high, "free")
        self.write_to_line(self.anna)
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.high)
        after = self.figures()
        self.assertEqual(after["connect_answered_last_hour"], before + 1)
        self.assertTrue(0 < after["connect_service_level_percent"] <= 100)

    @mute_logger("odoo.addons.connect_routing.models.connect_proof")
    def test_a_finding_of_the_proof_is_a_figure(self):
        """0 after a clean proof, and as many as were found after another; when it was and how much it compared."""
        request = self.write_to_line(self.anna)
        proofs = self.env["connect.proof"]
        clean = proofs._prove("weekly")
        figures = self.figures()
        self.assertEqual(figures["connect_proof_findings"], 0)
        self.assertEqual(figures["connect_proof_requests"], clean.request_count)
        self.assertEqual(figures["connect_proof_decisions"], clean.decision_count)
        self.assertLess(figures["connect_proof_age_seconds"], 600)
        self.env.cr.execute("UPDATE connect_request SET is_missed = NOT is_missed WHERE id = %s", [request.id])
        proofs._prove("daily")
        self.assertEqual(self.figures()["connect_proof_findings"], 1)

    def test_nobody_sees_that_the_page_exists(self):
        """Abuse: no token, a wrong one, a longer one, one that is no ASCII, an empty one; all get what a page that is
        not there gives."""
        missing = self.url_open("/connect/metrics-that-do-not-exist")
        for header in (
            "",
            "Bearer",
            "Bearer ",
            f"Bearer {secrets.token_hex(32)}",
            f"Bearer {self.token}0",
            f"Bearer {self.token[:-1]}",
            f"Basic {self.token}",
            self.token,
            "Bearer ж".encode(),
        ):
            with self.subTest(header=header):
                answer = self.fetch(header=header)
                self.assertEqual((answer.status_code, missing.status_code), (404, 404))
                self.assertNotIn("connect_requests", answer.text)
        self.assertEqual(self.url_open(f"/connect/metrics?token={self.token}").status_code, 404, "not in addresses")

    def test_without_a_good_token_in_the_settings_nobody_comes_in(self):
        """Abuse: no parameter, an empty one, one that is short enough to be guessed."""
        for token in (False, "", "short", "x" * 31):
            with self.subTest(token=token):
                self.env["ir.config_parameter"].set_param(TOKEN, token)
                for header in ("", "Bearer ", f"Bearer {token or ''}", "Bearer False"):
                    self.assertEqual(self.fetch(header=header).status_code, 404)

    def test_a_login_is_no_token(self):
        """ADM-07: neither staff of a tenant, nor a person, nor the administrator by their sessions."""
        for user in (self.supervisor, self.stranger, self.anna):
            user.password = user.login
            self.authenticate(user.login, user.login)
            self.assertEqual(self.url_open("/connect/metrics").status_code, 404)
        self.authenticate("admin", "admin")
        self.assertEqual(self.url_open("/connect/metrics").status_code, 404)
