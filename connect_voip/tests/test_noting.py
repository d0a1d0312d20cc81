"""What the bridge tells of several calls is kept in one transaction, and one call's misfortune stays its own."""

from unittest.mock import patch

import psycopg2
from odoo.addons.connect_voip.bridge.office import Note
from odoo.addons.connect_voip.office import OdooOffice
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VoiceCase

BOTH = [Note("1", [("ringing", {})], {}), Note("2", [("ringing", {})], {})]


@tagged("post_install", "-at_install")
class TestNoting(VoiceCase):
    def facts(self, call):
        return self.env["connect.call.fact"].search([("call_id", "=", call.id)]).mapped("name")

    def test_several_calls_at_once(self):
        """Each call has its own facts, in order, its own row and snapshot; a call that is not ours is passed over."""
        _answer, one = self.enter(self.phone_a, "102", "1")
        _answer, two = self.enter(self.phone_b, "102", "2")
        notes = [
            ("2", [("ringing", {}), ("answered", {"user_id": self.agent_b.id})], {"legs": {}, "is": 2}),
            ("unknown", [("ringing", {})], {}),
            ("1", [("ringing", {}), ("ended", {"missed": "declined"})], {"legs": {}, "is": 1}),
        ]
        self.env["connect.call"]._note(notes)
        cached = (one.state, one.missed_reason, bool(one.end_at), two.state, two.user_id, bool(two.answer_at))
        (one | two).invalidate_recordset()
        stored = (one.state, one.missed_reason, bool(one.end_at), two.state, two.user_id, bool(two.answer_at))
        self.assertEqual(stored, ("missed", "declined", True, "talking", self.agent_b, True))
        self.assertEqual(cached, stored, "what was set is known without reading it anew")
        self.assertEqual((self.facts(one), self.facts(two)), (["ringing", "ended"], ["ringing", "answered"]))
        self.assertEqual((one.snapshot, two.snapshot), (False, {"legs": {}, "is": 2}))

    def kept(self, failing):
        """Of both notes, which are kept with an Odoo that fails like this."""
        kept, office = [], OdooOffice("", 0)

        def work(do):
            keys = []
            calls = type("Calls", (), {"_note": lambda _self, notes: keys.extend(key for key, *_rest in notes)})()
            do({"connect.call": calls})
            failing(keys)
            kept.extend(keys)

        with patch.object(office, "_do", work), mute_logger("odoo.addons.connect_voip.office"):
            try:
                office.note(BOTH)
            except psycopg2.OperationalError:
                kept.append("lost")
        return kept

    def test_one_that_fails_costs_itself_alone(self):
        def fail(keys):
            if "1" in keys:
                raise ValueError

        self.assertEqual(self.kept(fail), ["2"])

    def test_a_note_that_comes_twice(self):
        """VOI-10: nobody knew whether it was kept: it is kept once, and the next one after it."""
        _answer, call = self.enter(self.phone_a, "102", "1")
        calls = self.env["connect.call"]
        for number, fact in ((1, "ringing"), (1, "ringing"), (2, "held"), (2, "held"), (1, "ringing"), (3, "resumed")):
            calls._note([("1", [(fact, {})], {"told": number})])
        self.assertEqual(self.facts(call), ["ringing", "held", "resumed"])
        call.invalidate_recordset()
        self.assertEqual(call.snapshot["told"], 3)
        entrance = {"channel": "1", "door": "inner", "endpoint": self.phone_a.sip_user, "dialled": "102", "caller": ""}
        calls._enter(self.pbx.id, {**entrance, "again": True})
        calls._note([("1", [("ringing", {})], {"told": 1})])
        self.assertEqual(self.facts(call)[3:], ["ringing"], "of another bridge, which counts anew")

    def test_nothing_is_told_twice(self):
        """When the connection is lost nobody knows whether it was kept; a collision has kept nothing."""
        lost = psycopg2.OperationalError("server closed the connection unexpectedly")

        def lose(_keys):
            raise lost

        def collide(keys):
            if len(keys) > 1:
                raise psycopg2.errors.SerializationFailure

        self.assertEqual(self.kept(lose), ["lost"])
        self.assertEqual(self.kept(collide), ["1", "2"])
