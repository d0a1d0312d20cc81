"""A call under way ends when the minutes of its company run out (limits of outgoing calls)."""

from odoo.tests import tagged

from .test_trunks import MOBILE, TrunkCase


@tagged("post_install", "-at_install")
class TestMinutes(TrunkCase):
    def orders(self, call):
        return self.env["connect.call.order"].search([("key", "=", call.key)]).mapped("verb")

    def talk(self, phone, key):
        stage, call = self.first(phone, MOBILE, key)
        endpoint = stage["targets"][0]["endpoint"]
        ends = {"first": {"channel": key, "endpoint": ""}, "second": {"channel": "leg", "endpoint": endpoint}}
        snapshot = {**ends, "third": None, "phase": "talking"}
        self.env["connect.call"]._note([(key, [("answered", {"user_id": 0})], snapshot)])
        call.invalidate_recordset()
        return call

    def pass_minutes(self, minutes):
        self.env.cr.execute("UPDATE connect_trunk_use SET at = at - make_interval(secs => %s)", [minutes * 60])

    def test_warned_then_cut(self):
        """Nothing while there is time; one warning in the last minute; then the end."""
        self.env["connect.outbound.limit"]._of_company(self.company).minutes = 10
        call = self.talk(self.phone_a, "1")
        for minutes, verbs in ((8, []), (1.5, ["warn"]), (0, ["warn"]), (1, ["warn", "cut"])):
            self.pass_minutes(minutes)
            self.pbx._watch([])
            self.assertEqual(self.orders(call), verbs)

    def test_calls_of_a_company_share_them(self):
        """Two calls use them up twice as fast; those of another company and inner calls are left alone."""
        self.trunk.channels = 2
        self.env["connect.outbound.limit"]._of_company(self.company).minutes = 10
        first, second = self.talk(self.phone_a, "1"), self.talk(self.phone_c, "2")
        _answer, inner = self.enter(self.phone_b, "101", "3")
        self.pass_minutes(4.5)
        self.pbx._watch([])
        self.assertEqual((self.orders(first), self.orders(second)), (["warn"], ["warn"]))
        self.pass_minutes(1)
        self.pbx._watch([])
        self.assertEqual((self.orders(first), self.orders(inner)), (["warn", "cut"], []))
