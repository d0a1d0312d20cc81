"""Auto-answer (VOI-21, VOI-22, VOI-23)."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestAutoAnswer(VoiceCase):
    def setUp(self):
        super().setUp()
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        partner = self.recipient_a.partner_id
        self.person = self.env["connect.extension"].search([("partner_id", "=", partner.id)])
        self.me = self.env["connect.agent"].with_user(self.agent_a)
        self.me.set_status("free")

    def targets(self, channel):
        """How the specialist's telephones ring for a call on the line."""
        _answer, call = self.enter(self.person, f"**{self.line_a.id}", channel)
        rung = self.env["connect.call"]._ask(channel, "line", call.request_id.id)[0]["targets"]
        self.assertEqual({each["user_id"] for each in rung}, {self.agent_a.id})
        self.note(call, ("ended", {"cause": 16, "missed": ""}))  # the person is in one call at a time
        own = f"PJSIP/{self.phone_a.sip_user}"
        return [(each["endpoint"].removeprefix(own), each.get("at_once", False), each.get("after", 0)) for each in rung]

    def test_the_tick(self):
        """VOI-21, VOI-22: by hand, until it is ticked; then the browser answers at once, and the desk when it does not;
        the next login begins without it."""
        by_hand, at_once = [("-web", False, 0), ("", False, 0)], [("-web", True, 0), ("", True, 2)]
        self.assertFalse(self.me.get_state()["auto_answer"])
        self.assertEqual(self.targets("1"), by_hand)
        self.assertTrue(self.me.set_auto_answer(True)["auto_answer"])
        self.assertEqual(self.targets("2"), at_once)
        self.env["connect.agent"]._on_login(self.agent_a.ids)
        self.assertFalse(self.me.get_state()["auto_answer"])
        self.me.set_status("free")
        self.assertEqual(self.targets("3"), by_hand)

    def test_the_administrator_decides(self):
        """VOI-23: on such a line the tick has no effect, either way, and the operator's card says so."""
        self.line_a.with_user(self.admin_a).auto_answer = "on"
        self.assertTrue(all(at_once for _endpoint, at_once, _after in self.targets("1")))
        self.line_a.auto_answer = "off"
        self.me.set_auto_answer(True)
        self.assertFalse(any(at_once for _endpoint, at_once, _after in self.targets("2")))
        said = [(each["id"], each["mode"]) for each in self.me.get_state()["auto_answer_lines"]]
        self.assertEqual(said, [(self.line_a.id, "off")])

    def test_calls_of_colleagues_ring(self):
        """VOI-22: it is for lines; a colleague's call rings as ever."""
        self.me.set_auto_answer(True)
        other = self._phone(self.supervisor_a, "102")
        answer, _call = self.enter(other, "101")
        self.assertFalse(any(each.get("at_once") for each in answer["stages"][0]["targets"]))

    def test_whose_tick(self):
        """ADM-07: each sets his own; people have none."""
        self.env["connect.agent"].with_user(self.agent_b).set_auto_answer(True)
        self.assertFalse(self.me.get_state()["auto_answer"])
        with self.assertRaises(AccessError):
            self.env["connect.agent"].with_user(self.recipient_a).set_auto_answer(True)
