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

    def test_person_with_two_pages(self):
        """VOI-03: a person who is in a call is refused a second one, with whomever; after its end he calls again."""
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        phone = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        kind = self.enter(phone, f"**{self.line_a.id}")[0]["stages"][0]["kind"]
        answer, second = self.enter(phone, f"**{self.line_a.id}", "2")
        self.assertEqual((answer["stages"][0]["kind"], answer["stages"][0]["cause"]), ("End", 17))
        self.note(second, ("ended", {"cause": 17, "missed": "declined"}))
        self.note(self.env["connect.call"]._of_key("1"), ("ended", {"cause": 16, "missed": ""}))
        rings = {"key": "4", "partner_id": self.recipient_a.partner_id.id, "pbx_id": self.pbx.id,
                 "company_id": self.agent_a.company_id.id, "direction": "outgoing"}  # fmt: skip
        self.env["connect.call"]._open_call(rings)  # a specialist calls him, and it rings
        self.assertEqual(self.enter(phone, f"**{self.line_a.id}", "3")[0]["stages"][0]["kind"], kind)

    def test_transfer_to_a_room(self):
        """VOI-16, VOI-17: in one step; asking first is refused in words, as there is nobody to ask."""
        room = self.env["connect.room"].create({"name": "R", "number": "809", "company_id": self.agent_a.company_id.id})
        other = self._phone(self.supervisor_a, "102")
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": other.user_id.id, "channel": "x"}))
        call = call.with_user(self.agent_a)
        with self.assertRaisesRegex(UserError, "conference room"):
            call.transfer_consult(room.number)
        self.assertTrue(call.transfer_blind(room.number))
        order = self.env["connect.call.order"].search([], limit=1, order="id desc")
        self.assertEqual([stage["kind"] for stage in order.data["stages"]], ["Conference"])

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

    def test_person_dials_lines_alone(self):
        """VOI-43: any employee fetches a parked call; a person in the portal fetches none, and dials no colleague,
        no department and nobody outside."""
        phones = self.env["connect.extension"]
        phones.with_user(self.recipient_a).get_phone()
        own = phones.search([("partner_id", "=", self.recipient_a.partner_id.id)])
        parked = self.env["connect.call"]._open_call(
            {"key": "p1", "company_id": self.agent_a.company_id.id, "direction": "inner"}
        )
        parked._set_row({"state": "parked", "slot": 1})
        for number, dialled in enumerate(("*51", "101", "+375291111111")):
            answer, _call = self.enter(own, dialled, f"person{number}")
            self.assertEqual(answer["stages"][0]["kind"], "End", dialled)
            with self.assertRaises(UserError):
                self.env["connect.call"].with_user(self.recipient_a).originate(dialled)

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

    def test_one_mail_a_case(self):
        """ROU-20, ROU-25: nobody is free and the caller gives up: one mail. His specialist misses the next call: a
        mail of its own, which does not say that the request waits."""
        self.line_a.company_id.connect_notify_email = "duty@alpha.example"
        self.line_a.company_id.partner_id.lang = "en_US"
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        person = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])

        def miss(channel, reason):
            before = self.env["mail.mail"].search([])
            _answer, call = self.enter(person, f"**{self.line_a.id}", channel)
            self.env.cr.postcommit.run()
            self.note(call, ("ended", {"cause": 19, "missed": reason}))
            self.env.cr.postcommit.run()
            self.env.invalidate_all()
            return call.request_id, self.env["mail.mail"].search([]) - before

        request, mails = miss("1", "abandoned")
        self.assertEqual((request.state, len(mails)), ("queued", 1))
        self.assertIn("first specialist who becomes free", mails.body_html)
        self.env["connect.agent"].with_user(self.agent_a).set_status("free")
        self.env["connect.request"].with_user(self.agent_a).start_work(self.line_a.id, self.recipient_a.partner_id.id)
        request, mails = miss("2", "declined")
        self.assertEqual((request.state, request.user_id, len(mails)), ("active", self.agent_a, 1))
        self.assertIn(self.agent_a.name, mails.body_html)
        self.assertNotIn("becomes free", mails.body_html)

    def test_call_a_person(self):
        """VOI-13: an empty number means the person of the conversation: his browser first, then his number; with
        neither, words. The call belongs to the conversation's request."""
        calls = self.env["connect.call"]
        partner = self.recipient_a.partner_id
        partner.phone = False
        ask = calls.with_user(self.agent_a).originate
        with self.assertRaises(UserError):
            ask("", self.line_a.id, partner.id)
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        call = calls.browse(ask("", self.line_a.id, partner.id)["id"])
        request = self.env["connect.request"].search([("partner_id", "=", partner.id), ("state", "!=", "closed")])
        self.assertEqual((call.request_id, call.partner_id, call.direction), (request, partner, "outgoing"))
        order = self.env["connect.call.order"].search([], limit=1, order="id desc")
        own = self.env["connect.extension"].search([("partner_id", "=", partner.id)])
        targets = order.data["stages"][0]["targets"]
        self.assertEqual([each["endpoint"] for each in targets], [f"PJSIP/{own.sip_user}-web"])
        self.note(call, ("ended", {"cause": 19, "missed": "not_answered"}))
        self.assertEqual((call.state, request.is_missed), ("missed", False))  # a missed call is one of the person

    def test_call_a_person_of_others(self):
        """ADM-07: no other tenant and no person calls him; a foreign line leads nowhere."""
        partner = self.recipient_a.partner_id
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        for line in (self.line_a, self.line_b):
            with self.assertRaises(AccessError):
                self.env["connect.call"].with_user(self.agent_b).originate("", line.id, partner.id)
        with self.assertRaises(AccessError):
            self.env["connect.call"].with_user(self.agent_a).originate("", self.line_b.id, partner.id)
        with self.assertRaises(AccessError):
            self.env["connect.call"].with_user(self.recipient_a).originate("", self.line_a.id, partner.id)

    def test_person_calls_his_lines_alone(self):
        """VOI-02: his own line takes his call; a line of another tenant refuses it."""
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        phone = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        answer, call = self.enter(phone, f"**{self.line_a.id}", "1")
        self.assertEqual((answer["stages"][0]["kind"], call.line_id), ("Ask", self.line_a))
        answer, refused = self.enter(phone, f"**{self.line_b.id}", "2")
        self.assertEqual([stage["kind"] for stage in answer["stages"]], ["End"])
        self.note(refused, ("ended", {"cause": 21, "missed": "refused"}))
        mine = self.env["connect.call"].with_user(self.recipient_a).get_person_calls()
        seen = [(each["id"], each["is_answered"], each["specialist"]) for each in mine]
        self.assertEqual(seen, [(call.id, False, False)])
        self.note(call, ("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        mine = self.env["connect.call"].with_user(self.recipient_a).get_person_calls()
        self.assertEqual(mine[0]["specialist"]["name"], self.agent_a.name)
        for stranger in (self.recipient_b, self.agent_b, self.agent_a):
            self.assertFalse(self.env["connect.call"].with_user(stranger).get_person_calls())

    def test_button_of_the_portal(self):
        """VOI-02: «Call» is there while an exchange is connected and the line takes requests."""
        channels = self.env["discuss.channel"].with_user(self.recipient_a)
        connection = self.env["connect.line"].with_user(self.recipient_a)._recipient_lines(self.recipient_a.partner_id)
        connection = connection.filtered(lambda each: each.line_id == self.line_a)
        self.assertTrue(channels._connect_portal_line(connection)["can_call"])
        self.pbx.seen_at = "2020-01-01"
        self.assertFalse(channels._connect_portal_line(connection)["can_call"])

    def test_self_test(self):
        """Only who may change the exchange tests it; the report tells each step, and what to do about a failure."""
        own = self.env["connect.pbx"].create(
            {"name": "A", "company_id": self.agent_a.company_id.id, "version": "22", "seen_at": "2100-01-01"}
        )
        for stranger in (self.agent_a, self.admin_b, self.recipient_a, self.user_distributor):
            with self.assertRaises(AccessError):
                own.with_user(stranger).action_test()
        own.with_user(self.admin_a).action_test()
        order = self.env["connect.call.order"].search([], limit=1, order="id desc")
        self.assertEqual((order.pbx_id, order.verb, order.user_id), (own, "test", self.admin_a))
        own._keep_test(
            self.admin_a.id,
            [{"step": "ari", "ok": True, "detail": "<b>22"}, {"step": "ami", "ok": False, "detail": "no"}],
        )
        report = own.with_user(self.admin_a).test_report
        self.assertEqual((report.count("fa-check"), report.count("fa-times")), (1, 1))
        self.assertIn("manager.conf", report)
        self.assertNotIn("<b>", report)
        own.seen_at = "2020-01-01"
        own.with_user(self.admin_a).action_test()
        self.assertEqual([step["ok"] for step in own.test_steps], [False])
