"""What Odoo answers a bridge that was started again: calls that go on, and calls that are over, once."""

from odoo.tests import tagged

from .common import VoiceCase

OLD = "UPDATE connect_call_order SET at = at - interval '1 minute' WHERE id = %s"


@tagged("post_install", "-at_install")
class TestTakenUp(VoiceCase):
    def setUp(self):
        super().setUp()
        self.calls, self.orders = self.env["connect.call"], self.env["connect.call.order"]
        self._phone(self.supervisor_a, "102")

    def ordered(self):
        """A call that somebody has ordered with a click, and the order."""
        call = self.calls.browse(self.calls.with_user(self.agent_a).originate("102")["id"])
        return call, self.orders.search([("key", "=", call.key)])

    def ends(self, call):
        return call.fact_ids.filtered(lambda fact: fact.name == "ended")

    def test_ordered_while_it_was_away(self):
        """VOI-06: it is still to be made, so it is not lost."""
        call, order = self.ordered()
        self.assertNotIn(call.key, self.calls._open_calls(self.pbx.id))
        self.assertEqual([row["id"] for row in self.orders._take(self.pbx.id)], order.ids)
        self.assertIn(call.key, self.calls._open_calls(self.pbx.id))

    def test_ordered_too_long_ago(self):
        """VOI-06: nobody's telephone rings any more, and the call is over."""
        call, order = self.ordered()
        self.env.cr.execute(OLD, order.ids)
        self.assertFalse(self.orders._take(self.pbx.id))
        order.invalidate_recordset()
        self.assertEqual((order.state, order.code, call.state), ("refused", "away", "missed"))
        self.assertEqual(len(self.ends(call)), 1)

    def test_ended_is_not_made(self):
        """VOI-06: an order is not given for a call that has ended, and nothing that is told of it ends it again."""
        call, _order = self.ordered()
        self.calls._lost([call.key])
        self.assertFalse(self.orders._take(self.pbx.id))
        end = call.end_at
        self.note(call, ("ringing", {"user_ids": []}), ("answered", {"user_id": self.supervisor_a.id}))
        self.note(call, ("ended", {"cause": 16}))
        self.assertEqual((call.state, call.end_at, len(self.ends(call))), ("missed", end, 1))
        self.assertFalse(call.fact_ids.filtered(lambda fact: fact.name == "answered"))

    def test_how_it_stands(self):
        """VOI-01: a call that goes on without a fact, in a greeting or a queue, is known to the next bridge."""
        _answer, call = self.enter(self.phone_a, "102")
        self.calls._note([(call.key, [], {"phase": "before", "step": 0})])
        self.assertEqual(self.calls._open_calls(self.pbx.id), {call.key: {"phase": "before", "step": 0}})
        self.assertFalse(call.fact_ids)
        self.note(call, ("ended", {"cause": 16}))
        self.calls._note([(call.key, [], {"phase": "over"})])
        self.assertFalse(call.snapshot)

    def test_let_in_again(self):
        """VOI-01: a caller of whom nothing was noted comes once more, as the same call; one whose call is over is hung
        up."""
        entrance = {"channel": "1", "door": "inner", "endpoint": self.phone_a.sip_user, "dialled": "102", "caller": ""}
        first = self.calls._enter(self.pbx.id, entrance)
        self.assertEqual(self.calls._enter(self.pbx.id, {**entrance, "again": True}), first)
        call = self.calls.search([("key", "=", "1")])
        self.assertEqual((len(call), call.state), (1, "ringing"))
        self.note(call, ("ended", {"cause": 16}))
        answer = self.calls._enter(self.pbx.id, {**entrance, "again": True})
        self.assertEqual([stage["kind"] for stage in answer["stages"]], ["End"])

    def test_found_while_it_was_away(self):
        """ROU-19: whom the router has found for a waiting call is offered again: the order died with the bridge."""
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        phone = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        _answer, call = self.enter(phone, f"**{self.line_a.id}")
        stages = self.calls._ask("1", "line", call.request_id.id)
        self.assertEqual(stages[0]["kind"], "Wait")
        self.calls._open_calls(self.pbx.id)
        self.assertFalse(self.orders._take(self.pbx.id), "nobody is free")
        self.env["connect.agent"].with_user(self.agent_a).set_status("free")
        self.env["connect.dispatcher"]._finish_now([("line", self.line_a.id)])
        self.orders._take(self.pbx.id)
        self.calls._open_calls(self.pbx.id)
        offers = self.orders._take(self.pbx.id)
        self.assertEqual([(row["key"], row["verb"]) for row in offers], [("1", "offer")])

    def test_who_calls(self):
        """VOI-01: the short number and the name of a colleague; signs that mean something to Asterisk are left out."""
        self.agent_a.name = 'Анна "A" <1>;${X}, O.-B'
        answer, _call = self.enter(self.phone_a, "102")
        self.assertEqual(answer["caller_id"], '"Анна A 1X O.-B" <101>')
