"""VOI-16, VOI-44: a call that was let go of and that nobody has taken comes back, and is never dropped silently."""

from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestReturned(VoiceCase):
    def setUp(self):
        super().setUp()
        self.calls = self.env["connect.call"]
        self._phone(self.supervisor_a, "102")
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        phone = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        _answer, self.call = self.enter(phone, f"**{self.line_a.id}")
        self.note(self.call, ("ringing", {"user_ids": [self.agent_a.id]}))
        self.note(self.call, ("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        self.env.cr.postcommit.run()
        self.note(self.call, ("transferred", {"user_id": self.agent_a.id}))

    def back(self):
        return self.calls._ask(self.call.key, "back", self.agent_a.id)

    def test_all_his_telephones(self):
        """It rings in the browser and on the desk, also while he writes the last call down."""
        self.phone_a.has_phone = True
        (stage,) = self.back()
        self.assertEqual([each["endpoint"] for each in stage["targets"]], self.phone_a._endpoints())

    def test_not_while_he_talks(self):
        """VOI-03: no telephone of his rings, and the client waits."""
        _answer, second = self.enter(self.phone_a, "102", "2")
        self.note(second, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        self.assertEqual(self.back(), [])
        self.note(second, ("ended", {"cause": 16, "missed": ""}))
        self.assertTrue(self.back())

    def test_nobody_at_all(self):
        """ROU-25: the companies are told like of a missed call, and who let go of him is."""
        request = self.call.request_id
        self.assertFalse(request.is_missed)
        sent = []
        self.patch(type(self.env["res.users"]), "_bus_send", lambda user, kind, data: sent.append((user, kind, data)))
        self.note(self.call, ("unreached", {"reason": "declined"}))
        self.note(self.call, ("ended", {"cause": 19, "missed": "declined"}))
        self.assertEqual(self.call.state, "ended")
        self.assertTrue(request.is_missed)
        texts = [data["text"] for user, _kind, data in sent if user == self.agent_a and "text" in data]
        self.assertIn(self.recipient_a.partner_id.name, texts[0])

    def test_taken_after_all(self):
        """Who speaks with somebody again is told of to nobody."""
        self.note(self.call, ("answered", {"user_id": self.agent_a.id, "channel": "y"}))
        self.note(self.call, ("ended", {"cause": 16, "missed": ""}))
        self.assertFalse(self.call.request_id.is_missed)
