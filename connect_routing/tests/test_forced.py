"""What a call forces, and what is behind it: idleness, a login, a word of his own."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import RoutingCase

TEN = 600  # s, the company's time of inactivity


@tagged("post_install", "-at_install")
class TestForced(RoutingCase):
    def setUp(self):
        super().setUp()
        self.set_status(self.high, "free")
        self.me = self.env["connect.agent"].with_user(self.high)
        self.mine = self.agent(self.high)

    def untouched(self, seconds):
        """His hands have rested for so long, and his screen says so."""
        since = fields.Datetime.now() - timedelta(seconds=seconds)
        self.env.cr.execute("UPDATE connect_agent SET last_active = %s WHERE id = %s", [since, self.mine.id])
        self.env.invalidate_all()
        return self.me.heartbeat(idle=seconds)["status"]

    def in_call(self, code, **how):
        self.mine._in_call(code, **how)
        self.dispatch()

    @property
    def status(self):
        self.env.invalidate_all()
        return self.mine.status_id.code

    def test_a_long_call_is_no_idleness(self):
        """ROU-02, ROU-07: twelve minutes of talk without the mouse; afterwards he is what he was."""
        self.in_call("talking")
        self.assertEqual(self.untouched(12 * 60), "talking")
        self.in_call("")
        self.assertEqual(self.status, "free")
        self.assertEqual(self.me.heartbeat(idle=12 * 60 + 5)["status"], "free")
        self.assertEqual(self.untouched(TEN), "away", "ten minutes later he is")

    def test_what_ends_by_itself_counts_until_then(self):
        """ROU-07: the wrap-up has ended two minutes ago, when the clock looks."""
        self.mine.profile = "contact_center"
        self.set_status(self.high, "ready")
        self.in_call("wrapup", until=fields.Datetime.now() + timedelta(seconds=30))
        self.untouched(12 * 60)
        ended = fields.Datetime.now() - timedelta(seconds=120)
        self.env.cr.execute("UPDATE connect_agent SET call_status_until = %s WHERE id = %s", [ended, self.mine.id])
        self.env.invalidate_all()
        self.env["connect.timer"]._run_due()
        self.assertEqual((self.status, self.mine.last_active), ("ready", ended))

    def test_ringing_alone_is_no_activity(self):
        """ROU-07: calls that ring at an empty desk keep nobody there."""
        self.mine.profile = "contact_center"
        self.set_status(self.high, "ready")
        self.in_call("reserve")
        self.assertEqual(self.untouched(TEN), "reserve")
        self.in_call("")
        self.assertEqual(self.status, "inactive")

    def test_a_login_during_a_call(self):
        """ROU-02, ROU-05, ROU-27: on a second device. He talks on and gets nothing; then he is as after a login."""
        for profile, declared, forced, login in (
            ("support", "busy_new", "talking", "free"),
            ("contact_center", "ready", "talk", "not_ready"),
        ):
            with self.subTest(profile=profile):
                self.mine.profile = profile
                self.set_status(self.high, declared)
                self.in_call(forced)
                self.mine._on_login(self.high.ids)
                self.dispatch()
                request = self.write_to_line(self.anna)
                self.assertEqual((self.status, request.state), (forced, "queued"))
                self.in_call("")
                self.assertEqual(self.status, login)
                request.with_user(self.supervisor).finish()
                self.dispatch()

    def test_a_status_by_hand_cancels_the_plan(self):
        """ROU-08: also during a call, where it shows afterwards."""
        request = self.write_to_line(self.anna)
        self.in_call("talking")
        self.assertEqual(self.me.plan_status("away")["planned"], "away")
        state = self.me.set_status("busy_new")
        self.assertEqual((state["status"], state["planned"]), ("talking", ""))
        self.in_call("")
        self.assertEqual(self.status, "busy_new")
        request.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual(self.status, "busy_new")
