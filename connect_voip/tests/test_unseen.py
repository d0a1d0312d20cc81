"""Calls that no bridge has seen: what the journal makes of Asterisk's record (VOI-01)."""

from odoo.tests import tagged

from .test_trunks import TrunkCase


@tagged("post_install", "-at_install")
class TestUnseen(TrunkCase):
    def setUp(self):
        super().setUp()
        self.env.cr.execute("SELECT current_user")
        self.pbx.db_role = self.env.cr.fetchone()[0]  # who writes the record here
        self.pbx._note_unseen()  # from here on

    def record(self, key, *events):
        for kind, channel, uniqueid, second in events:
            self.env.cr.execute(
                """INSERT INTO connect_cel (eventtype, eventtime, cid_num, exten, channame, uniqueid, linkedid)
                   VALUES (%s, timestamp '2026-01-01 10:00:00' + make_interval(secs => %s), '375291111111',
                           '+375173333333', %s, %s, %s)""",
                [kind, second, channel, uniqueid, key],
            )

    def calls(self, key):
        return self.env["connect.call"].search([("key", "=", key)])

    def test_answered(self):
        """Who answered, how long, over which line; once."""
        caller, telephone = f"PJSIP/trunk-{self.trunk.id}-0000001a", f"PJSIP/{self.phone_a.sip_user}-web-0000001b"
        self.record(
            "7.1",
            ("CHAN_START", caller, "7.1", 0),
            ("CHAN_START", telephone, "7.2", 12),
            ("BRIDGE_ENTER", telephone, "7.2", 15),
            ("BRIDGE_ENTER", caller, "7.1", 15),
            ("CHAN_END", caller, "7.1", 45),
            ("LINKEDID_END", caller, "7.1", 45),
        )
        self.pbx._note_unseen()
        self.pbx._note_unseen()
        call = self.calls("7.1")
        self.assertEqual(
            (len(call), call.state, call.user_id, call.trunk_id, call.company_id, call.talk_ms, call.caller_number),
            (1, "ended", self.agent_a, self.trunk, self.company, 30_000, "+375291111111"),
        )

    def test_another_exchanges_record(self):
        """ADM-07: what another exchange has written is none of ours, though it names our line."""
        caller = f"PJSIP/trunk-{self.trunk.id}-0000003a"
        self.record("9.1", ("CHAN_START", caller, "9.1", 0), ("LINKEDID_END", caller, "9.1", 5))
        self.env.cr.execute("UPDATE connect_cel SET db_role = 'connect_other' WHERE linkedid = '9.1'")
        self.pbx._note_unseen()
        self.assertFalse(self.calls("9.1"))
        _answer, call = self.enter(self.phone_a, "102", "9.1")
        self.env["connect.call"]._lost(["9.1"])
        self.assertNotEqual(str(call.end_at.date()), "2026-01-01")

    def test_given_up(self):
        """A missed call; what no operator has brought is none of ours."""
        caller = f"PJSIP/trunk-{self.trunk.id}-0000002a"
        self.record("8.1", ("CHAN_START", caller, "8.1", 0), ("LINKEDID_END", caller, "8.1", 5))
        for key, channel in (("8.2", "PJSIP/3-101-0000002b"), ("8.3", "Local/s@connect-echo-1;1")):
            self.record(key, ("CHAN_START", channel, key, 0), ("LINKEDID_END", channel, key, 5))
        self.pbx._note_unseen()
        self.assertEqual((self.calls("8.1").state, self.calls("8.1").missed_reason), ("missed", "abandoned"))
        self.assertFalse(self.calls("8.2") | self.calls("8.3"))

    def test_forgotten(self):
        """VOI-10, VOI-48: the end of a call could not be kept, and the bridge has it no more: the record ends it, and
        its channel is free. One that the bridge has, whose end is not recorded, or that is young, goes on."""
        keys = ("9.1", "9.2", "9.3", "9.4")
        for key in keys:
            self.trunk.channels = 9
            self.come_in(key=key)
            self.record(key, ("CHAN_START", f"PJSIP/trunk-{self.trunk.id}-0000003a", key, 0))
        for key in ("9.1", "9.2", "9.4"):
            self.record(key, ("LINKEDID_END", "x", key, 30))
        self.env.cr.execute(
            "UPDATE connect_call SET start_at = start_at - interval '2 min' WHERE key <> '9.4' AND key = ANY(%s)",
            [list(keys)],
        )
        self.assertFalse(self.pbx._watch(["9.2"]))
        self.env.invalidate_all()
        self.assertEqual([bool(self.calls(key).end_at) for key in keys], [True, False, False, False])
        self.assertEqual(self.trunk.busy, 3)
