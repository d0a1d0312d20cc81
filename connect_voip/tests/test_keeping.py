"""How long recordings are kept (VOI-08), and that there is one way to hear them (VOI-09)."""

import io
import wave

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestKeeping(VoiceCase):
    def record(self, phone, channel, days):
        """A recording of so many days ago, with its sound."""
        _answer, call = self.enter(phone, "*43", channel)
        sound = self.env["ir.attachment"].create({"name": f"{channel}.wav", "raw": b"RIFF"})
        self.env.cr.execute(
            """INSERT INTO connect_recording (call_id, company_id, name, kind, at, seconds, attachment_id)
               VALUES (%s, %s, %s, 'talk', now() AT TIME ZONE 'UTC' - make_interval(days => %s), 5, %s) RETURNING id""",
            [call.id, call.company_id.id, f"keeping-{channel}", days, sound.id],
        )
        return self.env["connect.recording"].browse(self.env.cr.fetchone()[0])

    def test_each_company_keeps_as_long_as_it_says(self):
        """After the company's days the sound is gone, and the row says that there was one; without days it stays."""
        self.phone_a.company_id.connect_recording_days = 30
        self.phone_b.company_id.connect_recording_days = 0
        self.env.flush_all()
        old, young = self.record(self.phone_a, "1", 31), self.record(self.phone_a, "2", 29)
        of_others = self.record(self.phone_b, "3", 400)
        self.env["connect.recording"]._gc_recordings()
        self.assertEqual((old.is_deleted, bool(old.attachment_id)), (True, False))
        for kept in (young, of_others):
            self.assertEqual((bool(kept.is_deleted), kept.attachment_id.raw), (False, b"RIFF"))

    def test_no_way_around_hearing(self):
        """VOI-09: the file itself is nobody's: without the subscription, and without a row of who has heard it, no
        way of Odoo's leads to the sound."""
        _answer, call = self.enter(self.phone_a, "102")
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        sound = io.BytesIO()
        with wave.open(sound, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\0\0" * 8000)
        self.assertTrue(self.env["connect.recording"]._keep(call.key, "r1", sound.getvalue()))
        recording = self.env["connect.recording"].search([("name", "=", "r1")])
        file = recording.attachment_id
        self.assertEqual(file.raw, sound.getvalue())
        for user in (self.agent_a, self.supervisor_a, self.admin_a):
            files = self.env["ir.attachment"].with_user(user)
            self.assertTrue(recording.with_user(user).has_access("read"))
            known = [("res_model", "=", "connect.recording"), ("res_field", "!=", "no")]
            self.assertFalse(files.search(known))
            with self.assertRaises(AccessError):
                files.browse(file.id).read(["datas"])
            with self.assertRaises(AccessError):
                recording.with_user(user).read(["attachment_id"])
