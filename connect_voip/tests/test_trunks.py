"""Operators' lines (VOI-47, VOI-48, VOI-51): the way out, who never gets it, and the way in."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import VoiceCase
from .test_isolation_office import silence

MOBILE = "+375296666666"


class TrunkCase(VoiceCase):
    """A company with an operator's line of one channel, and a scheme that leads to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.agent_a.company_id
        cls.company.country_id = cls.env.ref("base.by")
        cls.phone_c = cls._phone(cls.supervisor_a, "102")
        cls.trunk = cls.env["connect.trunk"].create(
            {"name": "City", "host": "192.0.2.7", "company_id": cls.company.id, "caller_id": "+375173333333"}
        )
        cls.scheme = cls.env["connect.outbound.scheme"].create(
            {
                "name": "All",
                "company_id": cls.company.id,
                "is_default": True,
                "rule_ids": [(0, 0, {"prefix": "+37529", "trunk_ids": [(6, 0, cls.trunk.ids)]})],
            }
        )

    def first(self, phone, number, key="1"):
        answer, call = self.enter(phone, number, key)
        return answer["stages"][0], call

    def come_in(self, dialled="+375173333333", caller="+375291111111", key="in", endpoint=None):
        entrance = {"channel": key, "door": "trunk", "endpoint": endpoint or f"trunk-{self.trunk.id}",
                    "dialled": dialled, "caller": caller}  # fmt: skip
        answer = self.env["connect.call"]._enter(self.pbx.id, entrance)
        return answer["stages"], self.env["connect.call"]._of_key(key)

    def scheme_in(self, *steps, **values):
        scheme = self.env["connect.inbound.scheme"].create(
            {"name": "In", "company_id": self.company.id, "step_ids": [(0, 0, step) for step in steps], **values}
        )
        self.env["connect.did"].create(
            {"number": "+375 17 333-33-33", "company_id": self.company.id, "scheme_id": scheme.id}
        )
        return scheme


@tagged("post_install", "-at_install")
class TestTrunks(TrunkCase):
    def test_way_out(self):
        """VOI-47: dialled without «+», over the line that the scheme names, with the number that is shown."""
        for number in (MOBILE, "80296666666", "296666666"):
            stage, call = self.first(self.phone_a, number, number)
            target = stage["targets"][0]
            self.assertEqual(target["endpoint"], f"PJSIP/375296666666@trunk-{self.trunk.id}")
            self.assertEqual(
                (target["caller_id"], call.direction, call.trunk_id), ("375173333333", "outgoing", self.trunk)
            )
            self.note(call, ("ended", {"cause": 16, "missed": ""}))

    def test_no_free_line(self):
        """VOI-48: with one channel the second call is told «no free line»; after the first has ended it goes out."""
        _stage, call = self.first(self.phone_a, MOBILE)
        stage, _second = self.first(self.phone_c, MOBILE, "2")
        self.assertEqual((stage["kind"], stage["cause"], stage["missed"]), ("End", 34, "no_line"))
        self.assertEqual(self.come_in(key="y")[0][0]["cause"], 17)
        with self.assertRaisesRegex(UserError, "no free line"):
            self.env["connect.call"].with_user(self.supervisor_a).originate(MOBILE)
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.assertEqual(self.first(self.phone_c, MOBILE, "3")[0]["kind"], "Ring")

    def test_channel_is_free_when_the_leg_is(self):
        """VOI-48: a channel that rang in vain is free again while the call goes on."""
        stage, call = self.first(self.phone_a, MOBILE)
        endpoint = stage["targets"][0]["endpoint"]
        calls = self.env["connect.call"]
        snapshot = {"phase": "ringing", "step": 0, "stages": [stage], "legs": {},
                    "first": {"channel": "1", "endpoint": ""}, "second": None, "third": None}  # fmt: skip
        calls._note([(call.key, [("ringing", {"user_ids": []})], snapshot)])
        self.assertEqual(self.trunk.busy, 1)
        talk = {**snapshot, "phase": "talking", "second": {"channel": "leg1", "endpoint": endpoint}}
        calls._note([(call.key, [("answered", {"user_id": 0, "channel": "leg1"})], talk)])
        self.trunk.invalidate_recordset(["busy"])
        self.assertEqual(self.trunk.busy, 1)
        due = {**talk, "second": None, "phase": "consulting", "due": {"dial-0-0": 0}}
        calls._note([(call.key, [("consulting", {"user_id": 0})], due)])
        self.trunk.invalidate_recordset(["busy"])
        self.assertEqual(self.trunk.busy, 1, "a step of «Follow Me» is to ring over it yet")
        other = {**talk, "second": {"channel": "leg2", "endpoint": "PJSIP/1-101"}}
        calls._note([(call.key, [("transferred", {"user_id": 0})], other)])
        self.trunk.invalidate_recordset(["busy"])
        self.assertEqual(self.trunk.busy, 0)

    def test_client_has_left(self):
        """VOI-48: the operator's channel is free when the client has hung up, though the two colleagues talk on."""
        self.scheme_in({"kind": "ring", "target": f"connect.extension,{self.phone_a.id}"})
        _stages, call = self.come_in()
        client = {"channel": call.key, "endpoint": ""}
        colleagues = [{"channel": f"leg{each}", "endpoint": f"PJSIP/1-10{each}"} for each in (1, 2)]
        talk = {"first": client, "second": colleagues[0], "third": colleagues[1], "phase": "consulting"}
        calls = self.env["connect.call"]
        for ends, busy in ((talk, 1), ({**talk, "first": colleagues[0], "second": colleagues[1], "third": None}, 0)):
            calls._note([(call.key, [("held", {})], ends)])
            self.trunk.invalidate_recordset(["busy"])
            self.assertEqual(self.trunk.busy, busy)

    def test_only_what_is_allowed(self):
        """Safety: directions, the list of destinations, and digits alone."""
        for number in ("+4420712345678", "0123", "**5", "*59", "1" * 16, "+375296666666#"):
            self.assertEqual(self.first(self.phone_a, number, number)[0]["kind"], "End", number)
        limit = self.env["connect.outbound.limit"]._of_company(self.company)
        limit.prefixes = "+37517"
        self.assertEqual(self.first(self.phone_a, MOBILE, "2")[0]["missed"], "refused")
        limit.prefixes = "+37517, +37529"
        self.assertEqual(self.first(self.phone_a, MOBILE, "3")[0]["kind"], "Ring")

    def test_a_rule_for_all_others_needs_the_list(self):
        """Safety: a direction without a beginning opens the world only to a company that has listed destinations."""
        self.scheme.rule_ids.prefix = False
        self.assertEqual(self.first(self.phone_a, MOBILE)[0]["missed"], "refused")
        self.env["connect.outbound.limit"]._of_company(self.company).prefixes = "+375"
        self.assertEqual(self.first(self.phone_a, MOBILE, "2")[0]["kind"], "Ring")

    def test_limits(self):
        """Safety: calls at once and minutes in 24 hours; one mail when a limit is reached."""
        self.trunk.channels = 5
        self.company.connect_notify_email = "boss@alpha.example"
        limit = self.env["connect.outbound.limit"]._of_company(self.company)
        limit.calls = 1
        mails = self.env["mail.mail"].search_count([("email_to", "=", "boss@alpha.example")])
        _stage, call = self.first(self.phone_a, MOBILE)
        self.assertEqual(self.first(self.phone_c, MOBILE, "2")[0]["missed"], "no_line")
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.first(self.phone_a, MOBILE, "3")
        self.assertEqual(self.env["mail.mail"].search_count([("email_to", "=", "boss@alpha.example")]), mails + 1)
        limit.write({"calls": 5, "minutes": 30})
        self.env.cr.execute(
            "UPDATE connect_trunk_use SET at = at - interval '1 hour', released_at = at WHERE company_id = %s",
            [self.company.id],
        )
        self.assertEqual(self.first(self.phone_a, MOBILE, "4")[0]["missed"], "refused")

    def test_hours(self):
        """Safety: outside the working hours nobody calls out."""
        day = str((fields.Datetime.now() + timedelta(days=3)).weekday())
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Another day",
                "company_id": self.company.id,
                "tz": "UTC",
                "attendance_ids": [(0, 0, {"name": "x", "dayofweek": day, "hour_from": 8, "hour_to": 17})],
            }
        )
        self.env["connect.outbound.limit"]._of_company(self.company).calendar_id = calendar
        self.assertEqual(self.first(self.phone_a, MOBILE)[0]["missed"], "refused")

    def test_who_never_gets_out(self):
        """Safety: another tenant, a person in the portal, a caller from outside and what he transfers to."""
        self.assertEqual(self.first(self.phone_b, MOBILE)[0]["kind"], "End")
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        persons = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        self.assertEqual(self.first(persons, MOBILE, "2")[0]["missed"], "refused")
        self.scheme_in({"kind": "ring", "target": f"connect.extension,{self.phone_a.id}"})
        for key, number in enumerate((MOBILE, "101", "**1", "*51", "9810", "")):
            stages, _call = self.come_in(dialled=number, key=f"in{key}")
            self.assertEqual([stage["kind"] for stage in stages], ["End"], number)
        calls = self.env["connect.call"].with_context(connect_call_key="k")
        self.assertEqual(calls._way_of_number(self.company, MOBILE, "", None)[0][0]["missed"], "refused")

    def test_unknown_operator(self):
        """A call over what is no line of ours leaves nothing."""
        for endpoint in ("trunk-0", "trunk-x", "3-101", "trunk-"):
            stages, call = self.come_in(endpoint=endpoint, key=endpoint)
            self.assertEqual((stages[0]["kind"], bool(call)), ("End", False))

    def test_way_in(self):
        """VOI-45, VOI-46: the greeting first; whose telephones ring is asked when the call has come there."""
        prompt = self.env["connect.prompt"].create(
            {"name": "Hello", "company_id": self.company.id, "sound": silence(0.5)}
        )
        self.scheme_in(
            {"sequence": 1, "kind": "greeting", "prompt_id": prompt.id},
            {"sequence": 2, "kind": "ring", "waiting": "music", "target": f"connect.extension,{self.phone_a.id}"},
            {"sequence": 3, "kind": "voicemail"},
        )
        stages, call = self.come_in(dialled="375173333333")
        self.assertEqual([stage["kind"] for stage in stages], ["Play", "Ask", "Voicemail", "End"])
        self.assertTrue(stages[0]["media"].startswith("sound:/"))
        self.assertEqual((call.direction, call.caller_number), ("incoming", "+375291111111"))
        rung = self.env["connect.call"]._ask("in", "step", stages[1]["ref"])
        self.assertEqual([(stage["kind"], stage["music"]) for stage in rung], [("Ring", "default")])
        self.env["connect.inbound.step"].browse(stages[1]["ref"]).waiting = "tone"
        rung = self.env["connect.call"]._ask("in", "step", stages[1]["ref"])
        self.assertEqual([(stage["kind"], stage["music"]) for stage in rung], [("Ring", "tone")])
        self.phone_a.active = False
        self.assertEqual(self.env["connect.call"]._ask("in", "step", stages[1]["ref"]), [])

    def test_closed(self):
        """VOI-45: outside the working hours the other scheme holds."""
        closed = self.env["connect.inbound.scheme"].create(
            {"name": "Night", "company_id": self.company.id, "step_ids": [(0, 0, {"kind": "voicemail"})]}
        )
        day = str((fields.Datetime.now() + timedelta(days=3)).weekday())
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Another day",
                "company_id": self.company.id,
                "tz": "UTC",
                "attendance_ids": [(0, 0, {"name": "x", "dayofweek": day, "hour_from": 8, "hour_to": 17})],
            }
        )
        self.scheme_in({"kind": "hang_up"}, calendar_id=calendar.id, closed_scheme_id=closed.id)
        self.assertEqual([stage["kind"] for stage in self.come_in()[0]], ["Voicemail", "End"])

    def test_line_knows_the_caller(self):
        """VOI-45: a known number is found; an unknown one becomes a contact of the company, once."""
        calls, people = self.env["connect.call"], self.env["res.partner"]
        known = people.create({"name": "Known", "phone": "+375 29 111-11-11", "company_id": self.company.id})
        people.create({"name": "Other", "phone": "+375291111112", "company_id": self.agent_b.company_id.id})
        self.assertEqual(calls._person_of_number(self.company, "+375291111111"), known)
        fresh = calls._person_of_number(self.company, "+375291111112")
        self.assertEqual((fresh.company_id, fresh.phone_sanitized), (self.company, "+375291111112"))
        self.assertEqual(calls._person_of_number(self.company, "+375291111112"), fresh)

    def test_known_caller_to_a_department(self):
        """VOI-13: whoever calls over a line is looked up, wherever his call goes; nobody is created for it. On a line a
        client's number becomes a person of that client."""
        department = self.env["connect.department"].create(
            {"name": "S", "number": "951", "company_id": self.company.id, "member_ids": [(6, 0, self.phone_a.ids)]}
        )
        scheme = self.scheme_in({"kind": "ring", "target": f"connect.department,{department.id}"})
        people = self.env["res.partner"]
        known = people.create({"name": "Known", "phone": "+375291111111", "company_id": self.company.id})
        people.create({"name": "Other", "phone": "+375291111112", "company_id": self.agent_b.company_id.id})
        client = people.create({"name": "Client", "is_company": True, "phone": "+375291111113"})
        client.company_id = self.company
        before = people.search_count([])
        _stages, call = self.come_in()
        self.assertEqual(call.partner_id, known)
        self.note(call, ("ringing", {"user_ids": [self.agent_a.id]}))
        card = self.env["connect.call"].with_user(self.agent_a).get_calls()[0]
        self.assertEqual((card["name"], card["partner_id"], card["number"]), ("Known", known.id, "+375291111111"))
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        for caller, partner in (("+375291111112", people), ("+375291111113", client), ("", people)):
            _stages, call = self.come_in(caller=caller, key=f"k{caller}")
            self.assertEqual(call.partner_id, partner, caller)
            self.note(call, ("ended", {"cause": 16, "missed": ""}))
        self.assertEqual(people.search_count([]), before)
        scheme.step_ids = [(5,), (0, 0, {"kind": "line", "line_id": self.line_a.id})]
        _stages, call = self.come_in(caller="+375291111113", key="on a line")
        self.assertEqual((call.partner_id.parent_id, call.partner_id.is_company), (client, False))

    def test_line_is_a_request(self):
        """ROU-15: a call from outside on a line is a request like a message."""
        self.scheme_in({"kind": "line", "line_id": self.line_a.id})
        stages, call = self.come_in()
        self.assertEqual((stages[0]["kind"], stages[0]["what"]), ("Ask", "line"))
        call.invalidate_recordset()
        self.assertEqual((call.line_id, call.request_id.origin, call.request_id.kind), (self.line_a, "phone", "call"))

    def test_settings(self):
        """What would leave a line of Asterisk's configuration is refused."""
        for values in ({"host": "a b"}, {"host": "x\r\ny"}, {"account": "a@b"}, {"password": "a\nb"},
                       {"addresses": "example"}, {"caller_id": "x"}, {"is_registering": True}):  # fmt: skip
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.trunk.write(values)

    def test_whose_call_it_is(self):
        """VOI-51: the form warns when nothing tells an operator's calls from a stranger's."""
        name_alone = {"host": "sip.example.by", "addresses": False, "is_registering": False, "account": "alpha"}
        for values, reachable in (
            (name_alone, False),
            ({"addresses": "192.0.2.7"}, True),
            ({"addresses": False, "is_registering": True}, True),
            ({"is_registering": False, "host": "192.0.2.7"}, True),
        ):
            self.trunk.write(values)
            self.assertEqual(self.trunk.is_reachable, reachable, values)

    def test_addresses_belong_to_one_company(self):
        """ADM-07: nobody gets the calls of another company by entering the address of its operator."""
        values = {"name": "Thief", "company_id": self.agent_b.company_id.id}
        for address in ("192.0.2.7", "192.0.2.0/24", "192.0.2.6/31", "0.0.0.0/0", "::/0"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.env["connect.trunk"].create({**values, "host": "sip.example.by", "addresses": address})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.env["connect.trunk"].create({**values, "host": "192.0.2.7"})
        self.trunk.active = False
        self.assertTrue(self.env["connect.trunk"].create({**values, "host": "192.0.2.7"}))
        with self.assertRaises(ValidationError):
            self.trunk.active = True

    def test_asterisk_reads_it(self):
        """VOI-51: endpoint, address, account and registration as Asterisk reads them."""
        self.env.cr.execute("SELECT current_user")
        self.pbx.db_role = self.env.cr.fetchone()[0]
        self.trunk.write(
            {"account": "alpha", "password": "s3cret", "is_registering": True, "addresses": "192.0.2.7, 192.0.2.8/31"}
        )
        self.env.flush_all()
        name = f"trunk-{self.trunk.id}"
        self.env.cr.execute("SELECT context, auth, identify_by FROM connect_ps_endpoints WHERE id = %s", [name])
        self.assertEqual(self.env.cr.fetchall(), [("connect-trunk", None, "ip")])
        self.env.cr.execute("SELECT match FROM connect_ps_identifies WHERE endpoint = %s ORDER BY id", [name])
        self.assertEqual([row[0] for row in self.env.cr.fetchall()], ["192.0.2.7", "192.0.2.8/31"])
        self.env.cr.execute("SELECT client_uri, line, endpoint FROM connect_ps_registrations WHERE id = %s", [name])
        self.assertEqual(self.env.cr.fetchone(), ("sip:alpha@192.0.2.7:5060", "yes", name))
        self.trunk.active = False
        self.env.flush_all()
        self.env.cr.execute("SELECT 1 FROM connect_ps_endpoints WHERE id = %s", [name])
        self.assertFalse(self.env.cr.fetchall())
