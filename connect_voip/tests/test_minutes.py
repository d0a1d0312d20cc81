"""A call under way ends when the minutes of its company run out (limits of outgoing calls)."""

from odoo.exceptions import AccessError, UserError
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

    def test_suspended(self):
        """Safety: minutes that are used up suspend all outgoing calls, with one mail, until an administrator releases
        them; whichever way the minutes went: a call, a cut, a leg of a call that came in."""
        self.trunk.channels = 3
        self.company.connect_notify_email = "boss@alpha.example"
        limit = self.env["connect.outbound.limit"]._of_company(self.company)
        limit.minutes = 10
        mails = [("email_to", "=", "boss@alpha.example")]
        before = self.env["mail.mail"].search_count(mails)
        _stages, call = self.come_in()
        leg = {"channel": "leg", "endpoint": "PJSIP/375296666666@trunk-1"}
        self.env["connect.trunk.use"]._claim(self.trunk, call.key, leg["endpoint"], True, 10)
        self.env["connect.call"]._note([(call.key, [("ringing", {"user_ids": []})], {"second": leg})])
        self.assertFalse(limit.is_suspended)
        self.pass_minutes(11)
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.assertTrue(limit.is_suspended)
        self.env.cr.execute("UPDATE connect_trunk_use SET at = at - interval '2 days' WHERE company_id = %s",
                            [self.company.id])  # fmt: skip
        self.assertEqual(self.first(self.phone_a, MOBILE, "5")[0]["missed"], "refused")
        with self.assertRaisesRegex(UserError, "suspended"):
            self.env["connect.call"].with_user(self.agent_a).originate(MOBILE)
        self.assertEqual(self.env["mail.mail"].search_count(mails), before + 1)
        with self.assertRaises(AccessError):
            limit.with_user(self.agent_a).action_release()
        with self.assertRaises(AccessError):
            limit.with_user(self.admin_b).action_release()
        limit.with_user(self.admin_a).action_release()
        self.assertEqual(self.first(self.phone_a, MOBILE, "6")[0]["kind"], "Ring")

    def test_cut_suspends(self):
        """Safety: also when calls are cut before one of them has ended by itself."""
        limit = self.env["connect.outbound.limit"]._of_company(self.company)
        limit.minutes = 10
        call = self.talk(self.phone_a, "1")
        self.pass_minutes(11)
        self.pbx._watch([])
        self.assertEqual((self.orders(call), limit.is_suspended), (["cut"], True))

    def test_call_to_a_person_names_its_line(self):
        """VOI-48: a specialist's call to a person goes over an operator's line, which the journal names."""
        partner = self.recipient_a.partner_id
        partner.phone = MOBILE
        made = self.env["connect.call"].with_user(self.agent_a).originate("", self.line_a.id, partner.id)
        self.assertEqual(self.env["connect.call"].browse(made["id"]).trunk_id, self.trunk)

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
