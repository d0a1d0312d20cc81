"""People who call while somebody works with them, and what their calls make of the request."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import VoiceCase


class CallerCase(VoiceCase):
    """A person with a telephone, and a second specialist of her line."""

    def setUp(self):
        super().setUp()
        self.partner = self.recipient_a.partner_id
        phones = self.env["connect.extension"]
        phones.with_user(self.recipient_a).get_phone()
        self.person = phones.search([("partner_id", "=", self.partner.id)])
        self.other = self._staff("Other A", self.company_a, "agent")
        self._member(self.line_a, self.other)
        self.phone_other = self._phone(self.other, "109")
        self.calls, self.agents = self.env["connect.call"], self.env["connect.agent"]

    def after_commit(self):
        self.env.flush_all()
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def go_to(self, user, code):
        """Into a status of either profile; he is there."""
        agent = self.agents._ensure(user)
        agent._seen()
        agent._switch(self.env["connect.status"]._id_of(code), "manual")
        self.after_commit()

    def write_to_line(self):
        request = self.line_a.with_user(self.recipient_a).open_request()
        self.after_commit()
        return self.env["connect.request"].browse(request["id"])

    def call(self, channel="1"):
        """She calls: the call, and where it goes."""
        _answer, call = self.enter(self.person, f"**{self.line_a.id}", channel)
        stages = self.calls._ask(channel, "line", call.request_id.id)
        self.after_commit()
        return call, stages

    def answer(self, call, user):
        self.note(call, ("answered", {"user_id": user.id, "channel": "x"}))
        self.after_commit()

    def end(self, call, **data):
        self.note(call, ("ended", {"cause": 16, **data}))
        self.after_commit()

    def rung(self, stages):
        return {each["user_id"] for each in stages[0].get("targets", ())}


@tagged("post_install", "-at_install")
class TestBoundCaller(CallerCase):
    """ROU-05, ROU-06, ROU-23, ROU-26, appendix B: does his telephone ring for somebody whom he works with?"""

    def setUp(self):
        super().setUp()
        self.go_to(self.agent_a, "free")
        self.request = self.write_to_line()
        self.assertEqual(self.request.user_id, self.agent_a)

    def test_who_takes_calls(self):
        """Free, ready, and busy for new requests: she is not new."""
        for number, code in enumerate(("free", "ready", "busy_new")):
            self.go_to(self.agent_a, code)
            call, stages = self.call(f"takes{number}")
            self.assertEqual((stages[0]["kind"], self.rung(stages)), ("Ring", {self.agent_a.id}), code)
            self.end(call)

    def test_who_takes_none_is_busy(self):
        """ROU-05, ROU-06, ROU-27: no call arrives; the person stays his, and the company learns of it (ROU-25)."""
        for number, code in enumerate(("not_ready", "not_ready_chat")):
            self.go_to(self.agent_a, code)
            call, stages = self.call(f"none{number}")
            self.assertEqual((stages[0]["kind"], stages[0]["cause"]), ("End", 17), code)
            self.end(call, missed=stages[0]["missed"])
            self.assertEqual((self.request.state, self.request.user_id), ("active", self.agent_a), code)
            self.assertEqual(self.request.missed_reason, "declined", code)

    def test_his_call_does_not_speak_for_him(self):
        """He rests from clicking while his telephone rings: what counts is what he has declared."""
        agent = self.agents._ensure(self.agent_a)
        agent.profile = "contact_center"
        self.go_to(self.agent_a, "not_ready_chat")
        agent._in_call("reserve")
        self.assertFalse(self.agents._takes_calls_of_own(self.agent_a))
        agent._in_call("")
        self.go_to(self.agent_a, "ready")
        agent._in_call("reserve")
        self.assertTrue(self.agents._takes_calls_of_own(self.agent_a))

    def test_who_has_left_is_not_rung(self):
        """ROU-23: the router looks before a telephone rings; a colleague has her then."""
        self.go_to(self.other, "free")
        self.go_to(self.agent_a, "away")
        _call, stages = self.call()
        self.assertEqual(self.rung(stages), {self.other.id})
        self.assertEqual(self.request.user_id, self.other)

    def test_who_leaves_while_she_waits_is_not_rung(self):
        """ROU-08, ROU-23: she waits for the end of his wrap-up, and it ends with lunch."""
        agent = self.agents._ensure(self.agent_a)
        agent.profile = "contact_center"
        self.go_to(self.agent_a, "ready")
        agent._in_call("wrapup", until=fields.Datetime.now() + timedelta(seconds=30))
        _call, stages = self.call()
        self.assertEqual([stage["kind"] for stage in stages], ["Wait", "Ask"])
        agent._in_call("")
        self.go_to(self.agent_a, "lunch")
        self.go_to(self.other, "free")
        stages = self.calls._ask("1", "line", self.request.id)
        self.assertEqual((self.rung(stages), self.request.user_id), ({self.other.id}, self.other))

    def test_who_has_quit_is_not_rung(self):
        """ROU-23: nobody else is there, so she waits."""
        long_ago = fields.Datetime.now() - timedelta(seconds=100)
        self.env.cr.execute("UPDATE connect_agent SET last_seen = %s WHERE user_id = %s", [long_ago, self.agent_a.id])
        _call, stages = self.call()
        self.assertEqual((stages[0]["kind"], self.request.state), ("Wait", "queued"))

    def test_a_missed_call_is_another_case(self):
        """ROU-19, ROU-20: he does not take the call: a letter; then he has left and nobody is free: another one, once;
        nobody being free a second time is no news."""
        self.company_a.connect_notify_email = "duty@alpha.example"
        self.company_a.partner_id.lang = "en_US"

        def mails():
            return self.env["mail.mail"].search([("email_to", "=", "duty@alpha.example")], order="id")

        call, _stages = self.call()
        self.end(call, missed="not_answered")
        self.assertEqual(len(mails()), 1)
        for _again in range(2):
            self.go_to(self.agent_a, "away")
            self.write_to_line()
            self.assertEqual((self.request.state, self.request.missed_reason), ("queued", "no_agent"))
            self.assertEqual(len(mails()), 2)
            self.assertIn("No free specialist", mails()[-1].body_html)
            self.go_to(self.agent_a, "free")
            self.assertEqual(self.request.state, "active")
        self.assertEqual(self.env["connect.decision"]._verify(), [])


@tagged("post_install", "-at_install")
class TestCallerInQueue(CallerCase):
    """ROU-06, ROU-35: what she does last says who may have her, at her old place in the queue."""

    def test_calls_hangs_up_and_writes(self):
        call, stages = self.call()
        request, place = call.request_id, call.request_id.queued_at
        self.assertEqual((stages[0]["kind"], request.kind), ("Wait", "call"))
        self.end(call, missed="abandoned")
        self.go_to(self.agent_a, "not_ready_chat")
        self.assertEqual(request.state, "queued", "for somebody who calls he is not free")
        self.write_to_line()
        self.assertEqual((request.kind, request.user_id, request.queued_at), ("message", self.agent_a, place))
        self.assertEqual(self.env["connect.decision"]._verify(), [])

    def test_writes_then_calls(self):
        request = self.write_to_line()
        call, _stages = self.call()
        self.assertEqual((call.request_id, request.kind), (request, "call"))
        self.go_to(self.agent_a, "not_ready_chat")
        self.assertEqual(request.state, "queued", "his telephone would ring")
        self.go_to(self.other, "ready")
        self.assertEqual(request.user_id, self.other)

    def test_writes_while_she_waits_on_the_telephone(self):
        call, _stages = self.call()
        self.go_to(self.agent_a, "not_ready_chat")
        self.write_to_line()
        self.assertEqual((call.request_id.kind, call.request_id.state), ("call", "queued"))

    def offers(self):
        """Whose telephones have been ordered to ring for a call that waits."""
        orders = self.env["connect.call.order"]._take(self.pbx.id)
        return [self.rung(order["data"]["stages"]) for order in orders if order["verb"] == "offer"]

    def test_whoever_turns_to_her_gets_her_call(self):
        """ROU-15, ROU-24: «Начать работу» with somebody who waits on the telephone rings; so does taking her over."""
        call, _stages = self.call()
        self.env["connect.request"].with_user(self.agent_a).start_work(self.line_a.id, self.partner.id)
        self.after_commit()
        self.assertEqual((call.request_id.user_id, self.offers()), (self.agent_a, [{self.agent_a.id}]))
        self.env["connect.request"].with_user(self.other).start_work(self.line_a.id, self.partner.id)
        self.after_commit()
        self.assertEqual((call.request_id.user_id, self.offers()), (self.other, [{self.other.id}]))

    def test_whoever_only_writes_ends_no_call(self):
        """He has no telephone: she waits on."""
        self.call()
        self.phone_a.unlink()
        self.env["connect.request"].with_user(self.agent_a).start_work(self.line_a.id, self.partner.id)
        self.after_commit()
        self.assertFalse(self.offers())


@tagged("post_install", "-at_install")
class TestTalkIsNoSilence(CallerCase):
    """ROU-47: closing counts from the specialist's last message, and not while they speak."""

    def setUp(self):
        super().setUp()
        self.line_a.write({"warn_after": 10, "close_after": 15})
        self.go_to(self.agent_a, "free")

    def pass_minutes(self, minutes):
        """Everything of this test so far happened so long before; then the clock looks."""
        self.env.flush_all()
        for table, columns in (
            ("connect_timer", ("since", "due_at")),
            ("connect_contact", ("at",)),
            ("connect_call", ("start_at", "answer_at", "end_at")),
            ("connect_decision", ("at",)),
        ):
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            moved = ", ".join(f"{column} = {column} - interval '{minutes} minutes'" for column in columns)
            self.env.cr.execute(f"UPDATE {table} SET {moved}")
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()
        self.env["connect.timer"]._run_due()
        self.after_commit()

    def codes(self, request):
        return self.env["connect.decision"].search([("request_id", "=", request.id)], order="seq").mapped("code")

    def test_a_long_call(self):
        """Picking up is an answer, but no message: neither a warning nor the end, in the call and after it."""
        call, _stages = self.call()
        self.answer(call, self.agent_a)
        request = call.request_id
        self.assertTrue(request.first_reply_at)
        for _part in range(3):
            self.pass_minutes(8)
        self.assertEqual((request.state, self.codes(request)[-1]), ("active", "first_reply"))
        self.end(call)
        self.pass_minutes(100)
        self.assertEqual(self.codes(request)[-1], "first_reply")

    def test_a_message_in_the_call(self):
        """What he has sent while they spoke counts from the end of the call."""
        call, _stages = self.call()
        self.answer(call, self.agent_a)
        request = call.request_id
        self.pass_minutes(1)
        self.env["connect.request"]._agent_contact(self.line_a, self.partner, self.agent_a)
        self.after_commit()
        for _part in range(3):
            self.pass_minutes(8)
        self.assertNotIn("warned", self.codes(request))
        self.end(call)
        self.pass_minutes(9)
        self.assertNotIn("warned", self.codes(request))
        self.pass_minutes(2)
        self.assertEqual(self.codes(request)[-1], "warned")
        self.pass_minutes(5)
        self.assertEqual((request.state, request.close_reason), ("closed", "silence"))
