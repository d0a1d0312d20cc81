"""Calls as the bridge tells them, and the verbs of people; what Asterisk does with them is in tests/voice."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestCalls(VoiceCase):
    def test_colleague(self):
        """VOI-01: a short number of the own company; the same number of another one is never reached."""
        other = self._phone(self.supervisor_a, "102")
        answer, call = self.enter(self.phone_a, "102")
        self.assertEqual({each["endpoint"] for each in answer["stages"][0]["targets"]},
                         {f"PJSIP/{other.sip_user}", f"PJSIP/{other.sip_user}-web"})  # fmt: skip
        self.assertEqual((call.company_id, call.direction, call.state), (self.agent_a.company_id, "inner", "ringing"))
        answer, _call = self.enter(self.phone_b, "102", "2")
        self.assertEqual([stage["kind"] for stage in answer["stages"]], ["End"])

    def test_unknown_telephone(self):
        """A channel of no telephone of ours is refused, and leaves nothing."""
        entrance = {"channel": "9", "door": "inner", "endpoint": "7-999", "dialled": "101", "caller": ""}
        answer = self.env["connect.call"]._enter(self.pbx.id, entrance)
        self.assertEqual([stage["kind"] for stage in answer["stages"]], ["End"])
        self.assertFalse(self.env["connect.call"]._of_key("9"))

    def test_busy(self):
        """VOI-03: who talks already is busy."""
        other = self._phone(self.supervisor_a, "102")
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": other.user_id.id, "channel": "x"}))
        answer, _call = self.enter(self.phone_a, "102", "2")
        self.assertEqual((answer["stages"][0]["kind"], answer["stages"][0]["cause"]), ("End", 17))

    def test_the_row_tells_the_story(self):
        """VOI-10: successful and unsuccessful calls, with how long they talked."""
        self._phone(self.supervisor_a, "102")
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("ringing", {"user_ids": [self.supervisor_a.id]}))
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.assertEqual((call.state, call.user_id, call.missed_reason), ("ended", self.supervisor_a, False))
        self.assertEqual(call.fact_ids.mapped("name"), ["ringing", "answered", "ended"])
        _answer, call = self.enter(self.phone_a, "102", "2")
        self.note(call, ("ended", {"cause": 19, "missed": "not_answered"}))
        self.assertEqual((call.state, call.missed_reason, call.talk_ms), ("missed", "not_answered", 0))

    def test_verbs_of_strangers(self):
        """ADM-07: no other tenant, no colleague without a part in it, and nobody after its end."""
        self._phone(self.supervisor_a, "102")
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        for stranger in (self.agent_b, self.admin_b, self.admin_a, self.recipient_a, self.user_distributor):
            for verb, args in (("hangup", ()), ("hold", ()), ("park", ()), ("transfer_blind", ("101",)),
                               ("send_digits", ("1",)), ("rejoin", ())):  # fmt: skip
                with self.assertRaises(AccessError):
                    getattr(call.with_user(stranger), verb)(*args)
        self.assertTrue(call.with_user(self.agent_a).hold())
        order = self.env["connect.call.order"].search([], limit=1, order="id desc")
        self.assertEqual((order.key, order.verb, order.user_id), (call.key, "hold", self.agent_a))
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        with self.assertRaises(UserError):
            call.with_user(self.agent_a).hold()

    def test_what_is_typed_stays_a_number(self):
        """Safety: nothing that a user types reaches a variable or an application."""
        for typed in ("101,1)", "${SHELL(x)}", "101\r\nAction: Command", "PJSIP/1@x", "", None, 101, "１０１"):
            with self.assertRaises(UserError):
                self.env["connect.call"].with_user(self.agent_a).originate(typed)
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        for typed in ("1&2", "x", "1" * 33, "", None, 5):
            with self.assertRaises(UserError):
                call.with_user(self.agent_a).send_digits(typed)

    def test_exchange_away(self):
        """An order that nobody would carry out is refused at once, in words."""
        self._phone(self.supervisor_a, "102")
        self.pbx.seen_at = "2020-01-01"
        with self.assertRaises(UserError):
            self.env["connect.call"].with_user(self.agent_a).originate("102")

    def test_parking_places(self):
        """VOI-42: nine places of a company; the tenth call is told so."""
        for slot in range(1, 10):
            call = self.env["connect.call"]._open_call(
                {"key": f"p{slot}", "company_id": self.agent_a.company_id.id, "direction": "inner"}
            )
            call._set_row({"state": "parked", "slot": slot})
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        with self.assertRaises(UserError):
            call.with_user(self.agent_a).park()
        answer, _call = self.enter(self.phone_a, "*53", "2")
        self.assertEqual(answer["stages"], [{"kind": "Fetch", "key": "p3"}])
        answer, _call = self.enter(self.phone_b, "*53", "3")
        self.assertEqual(answer["stages"][0]["kind"], "End")

    def test_talking(self):
        """ROU-27: in a call he is «Разговариваю» and gets no new requests; afterwards what he had declared."""
        self.env["connect.agent"].with_user(self.agent_a).set_status("free")
        agent = self.env["connect.agent"].search([("user_id", "=", self.agent_a.id)])
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        self.env.cr.postcommit.run()
        agent.invalidate_recordset()
        self.assertEqual(agent.status_id.code, "talking")
        self.assertFalse(agent.status_id.accepts_chats)
        self.env["connect.agent"].with_user(self.agent_a).set_status("away")
        agent.invalidate_recordset()
        self.assertEqual(agent.status_id.code, "talking")
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.env.cr.postcommit.run()
        agent.invalidate_recordset()
        self.assertEqual(agent.status_id.code, "away")
