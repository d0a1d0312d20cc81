"""Who is in a call at each moment, what he sees of it and may do with it; whoever is out of it is free."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import VoiceCase

NUMBER = "+375296666666"


@tagged("post_install", "-at_install")
class TestParties(VoiceCase):
    def setUp(self):
        super().setUp()
        self.calls = self.env["connect.call"]
        self.agent, self.colleague, self.third = self.agent_a, self.supervisor_a, self.admin_a
        self._phone(self.colleague, "102")
        self._phone(self.third, "103")
        for user in (self.agent, self.colleague):
            self.env["connect.agent"]._ensure(user)
            self.env["connect.agent"].with_user(user).set_status("free")

    def tell(self, call, *facts):
        self.note(call, *facts)
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def outgoing(self):
        """The specialist has called a number outside, and talks."""
        call = self.calls._open_call(
            {
                "key": "out",
                "pbx_id": self.pbx.id,
                "company_id": self.agent.company_id.id,
                "direction": "outgoing",
                "caller_user_id": self.agent.id,
                "dialled": NUMBER,
            }
        )
        self.tell(call, ("ringing", {"user_ids": []}), ("answered", {"user_id": 0, "channel": "x"}))
        return call

    def incoming(self):
        """A person has called the line, and talks with the specialist."""
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        phone = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        _answer, call = self.enter(phone, f"**{self.line_a.id}")
        self.tell(call, ("ringing", {"user_ids": [self.agent.id]}))
        self.tell(call, ("answered", {"user_id": self.agent.id, "channel": "x"}))
        return call

    def consulting(self, call):
        self.tell(call, ("consulting", {"user_id": self.agent.id, "user_ids": [self.colleague.id], "number": "102"}))

    def seen(self, user):
        return [(each["state"], each["name"], each["part"]) for each in self.calls.with_user(user).get_calls()]

    def status(self, user):
        return self.env["connect.agent"].with_user(user).get_state()["status"]

    def assert_free(self, *users, call=None):
        for user in users:
            self.assertEqual((self.seen(user), self.calls._is_busy(user), self.status(user)), ([], False, "free"))
            for verb in ("hangup", "hold", "rejoin", "park") if call else ():
                with self.assertRaises(AccessError):
                    getattr(call.with_user(user), verb)()

    def assert_in(self, call, *users):
        self.assertEqual(call.party_ids, self.env["res.users"].union(*users))
        for user in users:
            self.assertEqual((self.calls._is_busy(user), self.status(user)), (True, "talking"))
            self.assertTrue(call.with_user(user).hangup())

    def assert_over(self, call, *users):
        self.tell(call, ("ended", {"cause": 16, "missed": ""}))
        self.assertFalse(call.party_ids)
        self.assert_free(*users)

    def test_one_step(self):
        """VOI-16: who has called a client and transferred him in one step is free at once; the colleague has the call,
        and the journal still knows who has called."""
        call = self.outgoing()
        self.assert_in(call, self.agent)
        self.assertEqual(self.seen(self.agent), [("talking", NUMBER, "")])
        self.tell(call, ("transferred", {"user_id": self.agent.id}), ("ringing", {"user_ids": [self.colleague.id]}))
        self.assert_free(self.agent, call=call)
        self.assertEqual(self.seen(self.colleague), [("ringing", NUMBER, "")])
        self.tell(call, ("answered", {"user_id": self.colleague.id, "channel": "y"}))
        self.assert_free(self.agent, call=call)
        self.assert_in(call, self.colleague)
        self.assertEqual(self.seen(self.colleague), [("talking", NUMBER, "")])
        self.assertEqual((call.caller_user_id, call.user_id), (self.agent, self.colleague))
        self.assert_over(call, self.agent, self.colleague)

    def test_to_a_mobile(self):
        """VOI-16: an outside number has taken the call over: no specialist is in it, and the person may end it."""
        call = self.incoming()
        person = self.calls.with_user(self.recipient_a)
        self.assertEqual(person.get_person_calls()[0]["specialist"]["name"], self.agent.name)
        self.tell(call, ("transferred", {"user_id": self.agent.id}), ("ringing", {"user_ids": []}))
        self.tell(call, ("answered", {"user_id": 0, "channel": "y"}))
        self.assertEqual((call.user_id, call.party_ids.ids), (self.agent, []))
        self.assert_free(self.agent, call=call)
        self.assertEqual((person.get_person_calls()[0]["id"], person.get_person_calls()[0]["specialist"]),
                         (call.id, False))  # fmt: skip
        self.assertTrue(call.with_user(self.recipient_a).hangup())
        order = self.env["connect.call.order"].search([], limit=1, order="id desc")
        self.assertEqual((order.verb, order.data), ("hangup", {"is_person": True, "colleague": False}))

    def test_one_step_comes_back(self):
        """VOI-16: nobody has taken it: it is the call of whoever has transferred it again."""
        call = self.outgoing()
        self.tell(call, ("transferred", {"user_id": self.agent.id}), ("ringing", {"user_ids": [self.colleague.id]}))
        self.tell(call, ("unreached", {"reason": "declined"}), ("ringing", {"user_ids": [self.agent.id]}))
        self.assertEqual((self.seen(self.colleague), self.seen(self.agent)), ([], [("ringing", NUMBER, "")]))
        self.tell(call, ("answered", {"user_id": self.agent.id, "channel": "y"}))
        self.assert_in(call, self.agent)
        self.assert_over(call, self.agent)

    def test_who_is_asked(self):
        """VOI-03, VOI-04, VOI-17: it rings at the colleague in the name of the one who asks; then he is in a call like
        any other, and sees nothing of the person; the one who asks sees both sides, and to which he is connected."""
        call = self.incoming()
        person, asks, asked = self.recipient_a.partner_id.name, self.agent.name, self.colleague.name

        def sides():
            (card,) = self.calls.with_user(self.agent).get_calls()
            return card["name"], *card["colleague"].values()

        self.consulting(call)
        self.assertEqual(self.seen(self.colleague), [("ringing", asks, "asked")])
        self.assertFalse(self.calls._is_busy(self.colleague))
        self.assertEqual(sides(), (person, asked, False, True))
        self.tell(call, ("colleague_answered", {"user_id": self.colleague.id}))
        self.assert_in(call, self.agent, self.colleague)
        (card,) = self.calls.with_user(self.colleague).get_calls()
        self.assertEqual((card["state"], card["name"], card["part"]), ("talking", asks, "asked"))
        self.assertEqual((card["client"], card["line_id"], card["partner_id"], card["request_id"]), ("", *[False] * 3))
        self.assertTrue(card["answer_at"])
        self.assertEqual(sides(), (person, asked, True, True))
        self.tell(call, ("switched", {"user_id": self.agent.id, "to": "client"}))
        self.assertEqual(sides(), (person, asked, True, False))
        self.assertEqual(self.seen(self.colleague), [("held", asks, "asked")])
        self.tell(call, ("switched", {"user_id": self.agent.id, "to": "colleague"}))
        self.assertEqual(sides(), (person, asked, True, True))

    def test_ends_of_a_consultation(self):
        """VOI-17, VOI-18: whoever leaves is free at once, however it ends; who stays is in the call."""
        agent, colleague = self.agent, self.colleague
        back = ("resumed", {})
        answered = ("colleague_answered", {"user_id": colleague.id})
        ends = {
            "not answered": ([("colleague_unreached", {}), back], agent, colleague),
            "back": ([answered, ("colleague_left", {"user_id": colleague.id}), back], agent, colleague),
            "connected": ([answered, ("transferred", {"user_id": agent.id}),
                           ("answered", {"user_id": colleague.id, "channel": "y"})], colleague, agent),
        }  # fmt: skip
        for name, (facts, stays, leaves) in ends.items():
            with self.subTest(name):
                call = self.outgoing()
                self.consulting(call)
                self.tell(call, *facts)
                self.assert_free(leaves, call=call)
                self.assert_in(call, stays)
                self.assertEqual(self.seen(stays), [("talking", NUMBER, "")])
                self.assert_over(call, agent, colleague)
                call._set_row({"key": f"out-{name}"})

    def test_handed_over_while_it_rings(self):
        """VOI-18: «Соединить» before the colleague has answered: the one who asked is free, it rings on."""
        call = self.outgoing()
        self.consulting(call)
        self.tell(call, ("transferred", {"user_id": self.agent.id}), ("ringing", {"user_ids": [self.colleague.id]}))
        self.assert_free(self.agent, call=call)
        self.assertEqual(self.seen(self.colleague), [("ringing", NUMBER, "")])

    def test_the_person_leaves(self):
        """The person hangs up while a colleague is asked: the two talk on, and the person has no call any more."""
        call = self.incoming()
        self.consulting(call)
        self.tell(call, ("colleague_answered", {"user_id": self.colleague.id}))
        self.tell(call, ("client_left", {"user_id": 0}))
        self.assert_in(call, self.agent, self.colleague)
        self.assertEqual(self.seen(self.agent), [("talking", self.colleague.name, "")])
        self.assertEqual(self.seen(self.colleague), [("talking", self.agent.name, "")])
        self.assertFalse(self.calls.with_user(self.recipient_a).get_person_calls())
        with self.assertRaises(AccessError):
            call.with_user(self.recipient_a).hangup()

    def test_colleagues_among_themselves(self):
        """An inner call that is handed over: who was called talks on, with the new one, and sees who that is."""
        _answer, call = self.enter(self.phone_a, "102")
        self.assertEqual(self.seen(self.agent), [("ringing", self.colleague.name, "")])
        self.tell(call, ("ringing", {"user_ids": [self.colleague.id]}))
        self.assertEqual(self.seen(self.colleague), [("ringing", self.agent.name, "")])
        with self.assertRaises(AccessError):
            call.with_user(self.colleague).hangup()
        self.tell(call, ("answered", {"user_id": self.colleague.id, "channel": "x"}))
        self.tell(call, ("consulting", {"user_id": self.agent.id, "user_ids": [self.third.id], "number": "103"}))
        self.tell(call, ("colleague_answered", {"user_id": self.third.id}))
        self.assertEqual(self.seen(self.colleague), [("held", self.agent.name, "waits")])
        self.tell(call, ("transferred", {"user_id": self.agent.id}),
                  ("answered", {"user_id": self.third.id, "channel": "z"}))  # fmt: skip
        self.assert_free(self.agent, call=call)
        self.assertEqual(self.seen(self.colleague), [("talking", self.third.name, "")])
        self.assertEqual(self.seen(self.third), [("talking", self.colleague.name, "")])
        self.assertTrue(call.with_user(self.colleague).hangup())

    def test_parked_and_fetched(self):
        """VOI-42, VOI-43: who has parked his outgoing call is free, and stays so when another one fetches it."""
        call = self.outgoing()
        self.tell(call, ("parked", {"user_id": self.agent.id, "slot": 1}))
        self.assert_free(self.agent, call=call)
        self.tell(call, ("fetched", {"user_id": self.colleague.id}))
        self.assert_free(self.agent, call=call)
        self.assert_in(call, self.colleague)
        self.assert_over(call, self.agent, self.colleague)

    def test_lost(self):
        """A call whose end no bridge has seen keeps nobody busy."""
        call = self.outgoing()
        self.calls._lost([call.key])
        self.env.cr.postcommit.run()
        self.env.invalidate_all()
        self.assertFalse(call.party_ids)
        self.assert_free(self.agent)
