"""«Постобработка» after a call on a line (ROU-04, ROU-08, VOI-27)."""

from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestWrapup(VoiceCase):
    def setUp(self):
        super().setUp()
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        self.partner = self.recipient_a.partner_id
        self.person = self.env["connect.extension"].search([("partner_id", "=", self.partner.id)])
        self.line_a.wrapup_time = 30
        self.me = self.env["connect.agent"].with_user(self.agent_a)
        self.mine = self.env["connect.agent"]._ensure(self.agent_a)
        self.mine.profile = "contact_center"
        self.me.set_status("ready")

    def follow(self, *facts, call=None):
        """What has happened, and what follows its commit."""
        self.note(call or self.call, *facts)
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def talk(self, channel="1"):
        _answer, self.call = self.enter(self.person, f"**{self.line_a.id}", channel)
        self.follow(("ringing", {"user_ids": [self.agent_a.id]}))
        self.follow(("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        self.assertEqual(self.status, "talk")

    def end(self, call=None):
        self.follow(("ended", {"cause": 16, "missed": ""}), call=call)

    @property
    def status(self):
        return self.me.get_state()["status"]

    def pass_time(self, seconds):
        """Everything of this test so far happened so long before."""
        ago = timedelta(seconds=seconds)
        for table, columns in (
            ("connect_status_log", ("date_start", "date_end")),
            ("connect_call_fact", ("at",)),
            ("connect_call", ("start_at", "answer_at", "end_at")),
            ("connect_agent", ("status_since", "call_status_until", "declared_at")),
        ):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            moved = ", ".join(f"{column} = {column} - %(ago)s" for column in columns)
            self.env.cr.execute(f"UPDATE {table} SET {moved}", {"ago": ago})
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def log(self, count):
        rows = self.env["connect.status.log"].search([("user_id", "=", self.agent_a.id)], order="id")
        for former, latter in pairwise(rows):
            self.assertEqual(former.date_end, latter.date_start, "no gap and no overlap")
        return rows[-count:]

    def test_the_log_is_exact_whenever_the_clock_looks(self):
        """VOI-27, ROU-10: talk, wrap-up of 30 s to the millisecond, then what he had declared; the clock came
        5 s late."""
        self.talk()
        self.end()
        state = self.me.get_state()
        self.assertEqual((state["status"], state["declared_name"], state["is_idle"]), ("wrapup", "Ready", False))
        self.assertTrue(state["until"] > state["now"])
        self.assertFalse(self.env["connect.status"].browse(self.mine.status_id.id).accepts_chats)
        self.pass_time(35)
        self.env["connect.timer"]._run_due()
        self.env.invalidate_all()
        self.assertEqual(self.status, "ready")
        rows = self.log(3)
        self.assertEqual(
            [(row.status_id.code, row.origin) for row in rows],
            [("talk", "system"), ("wrapup", "system"), ("ready", "system")],
        )
        self.assertEqual(rows[1].date_end - rows[1].date_start, timedelta(seconds=30))
        self.assertEqual(rows[0].date_end, self.call.end_at)
        self.assertEqual(self.me.get_state()["until"], "")

    def test_the_heartbeat_notices_too(self):
        """No clock has looked yet: the same end."""
        self.talk()
        self.end()
        self.pass_time(31)
        self.assertEqual(self.me.heartbeat()["status"], "ready")
        self.env.invalidate_all()
        wrapup = self.log(2)[0]
        self.assertEqual(wrapup.date_end - wrapup.date_start, timedelta(seconds=30))

    def test_ended_early(self):
        """ROU-04: «Готов» ends it at once, and nothing brings it back, neither the clock nor another call of his."""
        self.talk()
        self.end()
        self.assertEqual(self.me.set_status("ready")["status"], "ready")
        self.env["connect.agent"]._check_forced()
        self.env["connect.timer"]._run_due()
        self._phone(self.supervisor_a, "102")
        _answer, inner = self.enter(self.phone_a, "102", "9")
        self.follow(("answered", {"user_id": self.supervisor_a.id, "channel": "x"}), call=inner)
        self.assertEqual(self.status, "talk")
        self.end(inner)
        self.assertEqual(self.status, "ready")

    def test_the_plan_follows_the_wrapup(self):
        """ROU-08: planned in the conversation or in wrap-up, it comes true when processing of the call ends, though the
        person's request is still open."""
        self.talk()
        self.assertEqual(self.me.plan_status("lunch")["planned"], "lunch")
        self.end()
        self.assertEqual((self.status, self.me.get_state()["planned"]), ("wrapup", "lunch"))
        self.pass_time(31)
        self.env["connect.timer"]._run_due()
        self.env.invalidate_all()
        self.assertEqual((self.status, self.me.get_state()["planned"]), ("lunch", ""))
        self.assertEqual(self.log(1).origin, "planned")
        self.assertEqual(self.call.request_id.state, "active")

    def test_what_has_none(self):
        """A time of 0; an inner call; a call nobody took; a specialist of the support profile."""
        self.line_a.wrapup_time = 0
        self.talk()
        self.end()
        self.assertEqual(self.status, "ready")
        self.line_a.wrapup_time = 30
        self._phone(self.supervisor_a, "102")
        _answer, inner = self.enter(self.phone_a, "102", "2")
        self.follow(("answered", {"user_id": self.supervisor_a.id, "channel": "x"}), call=inner)
        self.end(inner)
        self.assertEqual(self.status, "ready")
        _answer, self.call = self.enter(self.person, f"**{self.line_a.id}", "3")
        self.follow(("ringing", {"user_ids": [self.agent_a.id]}))
        self.assertEqual(self.status, "reserve")
        self.end()
        self.assertEqual(self.status, "ready")
        self.mine.profile = "support"
        self.me.set_status("free")
        _answer, self.call = self.enter(self.person, f"**{self.line_a.id}", "4")
        self.follow(("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        self.assertEqual(self.status, "talking")
        self.end()
        self.assertEqual(self.status, "free")

    def test_handed_over(self):
        """VOI-20: who has handed the call over is in wrap-up while the person talks on, and not again at its end; who
        has taken it over has his own."""
        self._phone(self.supervisor_a, "102")
        other = self.env["connect.agent"]._ensure(self.supervisor_a)
        other.profile = "contact_center"
        them = self.env["connect.agent"].with_user(self.supervisor_a)
        them.set_status("ready")
        self.talk()
        self.follow(
            ("transferred", {"user_id": self.agent_a.id}),
            ("answered", {"user_id": self.supervisor_a.id, "channel": "y"}),
        )
        self.assertEqual((self.status, them.get_state()["status"]), ("wrapup", "talk"))
        self.me.set_status("ready")
        self.end()
        self.assertEqual((self.status, them.get_state()["status"]), ("ready", "wrapup"))

    def test_parked_is_not_ended(self):
        """VOI-42: who has parked a call is free for the next one."""
        self.talk()
        self.follow(("parked", {"user_id": self.agent_a.id, "slot": 1}))
        self.assertEqual(self.status, "ready")
        self.end()
        self.assertEqual(self.status, "ready")

    def test_nothing_new_comes(self):
        """ROU-04: a colleague hears «busy», a department leaves him out; a person of his who calls again waits for the
        rest of it, then rings."""
        phone = self._phone(self.supervisor_a, "102")
        self.talk()
        self.end()
        answer, _call = self.enter(phone, "101", "5")
        self.assertEqual((answer["stages"][0]["kind"], answer["stages"][0]["cause"]), ("End", 17))
        _answer, again = self.enter(self.person, f"**{self.line_a.id}", "6")
        request = again.request_id
        self.assertEqual(request.user_id, self.agent_a)
        wait, ask = self.env["connect.call"]._ask("6", "line", request.id)
        self.assertEqual((wait["kind"], ask), ("Wait", {"kind": "Ask", "what": "line", "ref": request.id}))
        self.assertTrue(0 < wait["seconds"] <= 30)
        self.pass_time(31)
        self.env["connect.timer"]._run_due()
        self.assertEqual(self.env["connect.call"]._ask("6", "line", request.id)[0]["kind"], "Ring")

    def test_a_process_that_died(self):
        """The end of the call was noted, but nobody followed it: the minute cron does, with the same times; and when it
        comes after the wrap-up, the talk ends in the log when it ended."""
        self.talk()
        self.note(self.call, ("ended", {"cause": 16, "missed": ""}))
        self.env.cr.postcommit.clear()
        self.pass_time(10)
        self.assertEqual(self.status, "talk")
        self.env["connect.agent"]._check_forced()
        self.env.invalidate_all()
        self.assertEqual(self.status, "wrapup")
        self.assertEqual(self.log(1).date_start, self.call.end_at)
        self.assertEqual(self.mine.call_status_until, self.call.end_at + timedelta(seconds=30))
        self.me.set_status("ready")
        self.talk("2")
        self.note(self.call, ("ended", {"cause": 16, "missed": ""}))
        self.env.cr.postcommit.clear()
        self.pass_time(60)
        self.env["connect.agent"]._check_forced()
        self.env.invalidate_all()
        self.assertEqual(self.status, "ready")
        self.assertEqual(self.log(1).date_start, self.call.end_at)

    def test_gone_meanwhile(self):
        """ROU-03, ROU-04: a screen that went dark in wrap-up: «Отключен» from its last heartbeat; back: «Готов»."""
        self.talk()
        self.end()
        self.pass_time(100)
        seen = fields.Datetime.now() - timedelta(seconds=90)
        self.env.cr.execute("UPDATE connect_agent SET last_seen = %s WHERE id = %s", [seen, self.mine.id])
        self.env["connect.agent"]._close_lost()
        self.env["connect.timer"]._run_due()
        self.env.invalidate_all()
        self.assertEqual((self.mine.status_id.code, self.mine.call_status_until), ("disconnected", False))
        self.assertEqual(self.me.heartbeat()["status"], "ready")
