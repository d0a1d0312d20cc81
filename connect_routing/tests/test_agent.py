import json
from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestAgent(RoutingCase):
    def log(self, user):
        return self.env["connect.status.log"].search([("user_id", "=", user.id)], order="id")

    def test_status_by_hand(self):
        """ROU-01, ROU-10: the statuses of the catalogue, each change logged with start and end."""
        agents = self.env["connect.agent"].with_user(self.high)
        for code in ("free", "away", "dnd", "busy_new"):
            state = agents.set_status(code)
            self.assertEqual(state["status"], code)
        log = self.log(self.high)
        self.assertEqual(log.status_id.mapped("code"), ["offline", "free", "away", "dnd", "busy_new"])
        for former, latter in pairwise(log):
            self.assertEqual(former.date_end, latter.date_start, "no gap and no overlap")
        self.assertFalse(log[-1].date_end)

    def test_system_statuses_are_not_chosen_by_hand(self):
        """ROU-02: «Разговариваю» and «Offline» are the system's; the error names what can be chosen."""
        for code in ("talking", "offline", "nonsense", "", None):
            with self.assertRaisesRegex(UserError, "Free"):
                self.env["connect.agent"].with_user(self.high).set_status(code)

    def test_recipients_have_no_status(self):
        for method in ("heartbeat", "get_state"):
            with self.assertRaises(AccessError):
                getattr(self.env["connect.agent"].with_user(self.anna), method)()

    def test_login_status_follows_the_profile(self):
        """ROU-05: support starts free, a contact centre not ready."""
        self.assertEqual(self.env["connect.agent"].with_user(self.high).heartbeat()["status"], "free")
        self.agent(self.medium).profile = "contact_center"
        self.assertEqual(self.env["connect.agent"].with_user(self.medium).heartbeat()["status"], "not_ready")

    def test_lost_connection_is_closed_at_the_last_heartbeat(self):
        """ROU-03: 65 s of silence; the log ends when he was last seen, not when it was noticed."""
        self.set_status(self.high, "dnd")
        agent = self.agent(self.high)
        began = fields.Datetime.now() - timedelta(minutes=30)
        seen = fields.Datetime.now() - timedelta(minutes=5)
        self.env.cr.execute("ALTER TABLE connect_status_log DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE connect_status_log SET date_start = %s WHERE agent_id = %s AND date_end IS NULL", [began, agent.id]
        )
        self.env.cr.execute("ALTER TABLE connect_status_log ENABLE TRIGGER USER")
        self.env.cr.execute("UPDATE connect_agent SET last_seen = %s WHERE id = %s", [seen, agent.id])
        self.env.invalidate_all()
        agent._close_lost()
        self.env.invalidate_all()
        self.assertEqual(agent.status_id.code, "offline")
        self.assertEqual(self.log(self.high)[-2].date_end, seen.replace(microsecond=seen.microsecond))
        self.env["connect.agent"].with_user(self.high).heartbeat()
        self.env.invalidate_all()
        self.assertEqual(agent.status_id.code, "dnd", "back without a new login: the status he had")

    def test_locked_out_is_offline_at_once(self):
        """LIN-39, ADM-06: a blocked account and a suspended company get no work any more, without waiting for 45 s."""
        for lock in (
            lambda: self.high.write({"active": False}),
            lambda: self.company.write({"connect_access": "suspended"}),
        ):
            with self.subTest(lock=lock):
                self.set_status(self.high, "free")
                lock()
                self.dispatch()
                self.assertEqual(self.agent(self.high).status_id.code, "offline")
                self.high.active = True

    def test_new_login_starts_afresh(self):
        self.set_status(self.high, "dnd", seconds_ago=100)
        agent = self.agent(self.high)
        agent._close_lost()
        agent._on_login(self.high.ids)
        self.env.invalidate_all()
        self.env["connect.agent"].with_user(self.high).heartbeat()
        self.env.invalidate_all()
        self.assertEqual(agent.status_id.code, "free")

    def test_a_short_silence_stays_out_of_the_log(self):
        self.set_status(self.high, "free", seconds_ago=60)
        self.agent(self.high)._close_lost()
        self.assertEqual(self.agent(self.high).status_id.code, "free")

    def test_the_log_cannot_be_changed(self):
        """Append-only, also for the system: the database refuses."""
        self.set_status(self.high, "free")
        for statement in (
            "UPDATE connect_status_log SET date_start = now()",
            "DELETE FROM connect_status_log",
            "UPDATE connect_decision SET code = 'rated'",
            "DELETE FROM connect_decision",
        ):
            self.set_status(self.medium, "free")
            self.write_to_line(self.anna)
            with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "append-only"), self.cr.savepoint():
                self.env.cr.execute(statement)

    def test_state_shows_own_work_and_who_waits(self):
        """ROU-09, ROU-39: one call for the whole screen; another tenant's waiting people are not in it."""
        self.line.capacity = 1
        self.set_status(self.high, "free")
        mine, waiting = self.write_to_line(self.anna), self.write_to_line(self.boris)
        state = self.env["connect.agent"].with_user(self.high).get_state()
        self.assertEqual([request["id"] for request in state["active"]], mine.ids)
        self.assertEqual([request["id"] for request in state["waiting"]], waiting.ids)
        self.assertEqual(state["waiting_count"], 1)
        self.assertEqual((state["name"], state["line_count"]), ("High", 1))
        self.assertEqual(state["waiting"][0]["company_name"], "Client Ltd")
        self.assertEqual({status["code"] for status in state["statuses"]}, {"free", "away", "dnd", "busy_new"})
        version = state["version"]
        self.assertEqual(self.env["connect.agent"].with_user(self.high).heartbeat()["version"], version)
        mine.with_user(self.high).finish()
        self.dispatch()
        self.assertGreater(self.env["connect.agent"].with_user(self.high).heartbeat()["version"], version)
        self.assertEqual(self.env["connect.agent"].with_user(self.stranger).get_state()["waiting_count"], 0)

    def test_who_waits_is_what_the_rules_say(self):
        """ADM-07, LIN-24: read by the queue's index, seen by the rules: own lines, and of others' the own people."""
        self.other_company.connect_is_vendor = True
        vendor = self.env["connect.line"].create(
            {"name": "Vendor line", "company_id": self.other_company.id, "is_published": True}
        )
        self.env["connect.line.grant"].create({"line_id": vendor.id, "company_id": self.company.id, "first_line": True})
        self.env["connect.line.member"].create([{"line_id": vendor.id, "user_id": self.high.id},
                                                {"line_id": vendor.id, "user_id": self.stranger.id}])  # fmt: skip
        foreign = self.env["res.partner"].create({"name": "Foreign", "company_id": self.other_company.id})
        people = (foreign, self.anna.partner_id)
        self.env["connect.line.connection"].create([{"line_id": vendor.id, "partner_id": each.id} for each in people])
        for person in people:
            vendor._contact(person)
        self.write_to_line(self.boris)
        for user, expected in ((self.high, 2), (self.medium, 1), (self.stranger, 2), (self.supervisor, 0)):
            allowed = self.env["connect.request"].with_user(user).search(
                [("state", "=", "queued"), ("line_id.member_ids.user_id", "=", user.id)], order="queued_at, id"
            )  # fmt: skip
            lines = self.env["connect.line"]
            waiting, count = lines._waiting_for(user)
            self.assertEqual((waiting.ids, count, lines._waiting_count(user)), (allowed.ids, expected, expected))

    def told(self, kind):
        """What the line's specialists were told by this event since one last asked for any."""
        self.env.cr.precommit.run()
        told = self.env["bus.bus"].search([("channel", "like", "agents")])
        messages = [json.loads(each.message) for each in told]
        told.unlink()
        mine = {"line_id": self.line.id}
        return [each["payload"] for each in messages if each["type"] == kind and each["payload"] == mine]

    def test_only_the_queue_wakes_everybody(self):
        """ROU-39: specialists of a line hear when somebody begins or ends to wait, not of each other's work."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        request.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual(self.told("connect.line/queue"), [], "nobody waited")
        self.set_status(self.high, "away")
        waiting = [self.write_to_line(person) for person in (self.anna, self.boris)]
        self.assertIn({"line_id": self.line.id}, self.told("connect.line/queue"))
        waiting[0].with_user(self.supervisor).finish()
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual(waiting[1].user_id, self.high)
        self.assertIn({"line_id": self.line.id}, self.told("connect.line/queue"))
        waiting[1].with_user(self.high).finish()
        self.dispatch()
        self.assertEqual(self.told("connect.line/queue"), [], "he did not wait any more")
