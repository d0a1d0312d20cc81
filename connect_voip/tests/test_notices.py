"""Who is told of calls that reached nobody (VOI-41), and of messages on the answering machine (VOI-45), and how both
are found: journal, feed, recordings (VOI-08, VOI-09)."""

import io
import wave
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_trunks import TrunkCase


def speech(seconds):
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * seconds)
    return sound.getvalue()


@tagged("post_install", "-at_install")
class TestNotices(TrunkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._staff("Colleague A", cls.company, "agent")
        cls.phone_d = cls._phone(cls.colleague, "103")
        cls.department = cls.env["connect.department"].create(
            {
                "name": "Support",
                "number": "951",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, (cls.phone_a | cls.phone_d).ids)],
            }
        )
        (cls.agent_a | cls.colleague).notification_type = "inbox"
        cls.env["connect.subscription"].search([("company_id", "=", cls.company.id)]).unlink()

    def told(self, call):
        """Who was told of a call, and the subjects."""
        messages = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("body", "like", f"/odoo/calls/{call.id}\"")]
        )
        return messages.notified_partner_ids.user_ids, messages.mapped("subject")

    def miss(self, phone, dialled, *facts, reason="not_answered", key="1"):
        _answer, call = self.enter(phone, dialled, key)
        self.note(call, *facts, ("ended", {"cause": 19, "missed": reason}))
        return call

    def test_colleague(self):
        """VOI-10, VOI-41: whose telephone has rung in vain is told once, and finds the call; the caller is not."""
        call = self.miss(self.phone_a, "103", ("ringing", {"user_ids": [self.colleague.id]}))
        self.assertEqual(self.told(call), (self.colleague, ["Missed call: Agent A (101)"]))
        self.assertTrue(call.with_user(self.colleague).has_access("read"))
        self.note(call, ("ended", {"cause": 19, "missed": ""}))
        self.assertEqual(len(self.told(call)[1]), 1)

    def test_nobody_has_missed_it(self):
        """Answered elsewhere, refused, a number outside, one's own telephone that was not lifted: nobody is told."""
        _answer, call = self.enter(self.phone_c, "951")
        self.note(call, ("ringing", {"user_ids": [self.agent_a.id, self.colleague.id]}))
        self.note(call, ("answered", {"user_id": self.colleague.id, "channel": "x"}))
        self.note(call, ("ended", {"cause": 16, "missed": ""}))
        outside = self.miss(self.phone_a, "+375296666666", key="2")
        refused = self.miss(self.phone_a, "+15550001", reason="refused", key="3")
        unlifted = self.miss(self.phone_a, "103", key="4")
        for each in (call, outside, refused, unlifted):
            self.assertFalse(self.told(each)[1])

    def test_busy(self):
        """VOI-03: who talks meanwhile has missed the call, too."""
        _answer, talk = self.enter(self.phone_c, "103")
        self.note(talk, ("answered", {"user_id": self.colleague.id, "channel": "x"}))
        call = self.miss(self.phone_a, "103", reason="declined", key="2")
        self.assertEqual(self.told(call)[0], self.colleague)

    def test_department(self):
        """VOI-38, VOI-45: from outside to a department: each member once; others of the company find nothing."""
        self.scheme_in({"kind": "ring", "target": f"connect.department,{self.department.id}"})
        _stages, call = self.come_in()
        self.note(call, ("ringing", {"user_ids": [self.agent_a.id]}))
        self.note(call, ("ended", {"cause": 19, "missed": "not_answered"}))
        self.assertEqual(call.department_id, self.department)
        self.assertEqual(self.told(call)[0], self.agent_a | self.colleague)
        for user in (self.agent_a, self.colleague):
            self.assertTrue(call.with_user(user).has_access("read"))
        stranger = self._staff("Stranger A", self.company, "agent")
        self.assertFalse(call.with_user(stranger).has_access("read"))

    def test_follow_me(self):
        """VOI-41: after the last step unanswered: its owner is told."""
        follow = self.env["connect.follow.me"].create(
            {
                "number": "451",
                "user_id": self.colleague.id,
                "company_id": self.company.id,
                "step_ids": [(0, 0, {"seconds": 5, "numbers": "103"})],
            }
        )
        self.scheme_in({"kind": "ring", "target": f"connect.follow.me,{follow.id}"})
        _stages, call = self.come_in()
        self.note(call, ("ringing", {"user_ids": [self.colleague.id]}))
        self.note(call, ("ended", {"cause": 19, "missed": "not_answered"}))
        self.assertEqual(self.told(call)[0], self.colleague)

    def test_trouble_with_mail(self):
        """The end of the call is kept, whatever is wrong with the notice."""
        broken = patch.object(type(self.env["mail.thread"]), "message_notify", side_effect=ValueError("no mail today"))
        with broken, self.assertLogs("odoo.addons.connect_voip.models.connect_call_notice", "ERROR"):
            call = self.miss(self.phone_a, "103", ("ringing", {"user_ids": [self.colleague.id]}))
        self.assertEqual((call.state, self.told(call)[1]), ("missed", []))

    def leave_message(self, sound):
        self.scheme_in(
            {"sequence": 1, "kind": "ring", "target": f"connect.department,{self.department.id}"},
            {"sequence": 2, "kind": "voicemail"},
        )
        _stages, call = self.come_in()
        self.note(call, ("ringing", {"user_ids": [self.agent_a.id]}), ("voicemail", {"name": "in-sound2"}))
        self.note(call, ("ended", {"cause": 16, "missed": "not_answered"}))
        self.assertFalse(self.told(call)[1])  # before the sound is there
        for _twice in range(2):
            self.assertTrue(self.env["connect.recording"]._keep("in", "in-sound2", sound))
        return call

    def test_message(self):
        """VOI-45: members of the department are told once of a message, find it in the journal, and may hear it when
        the company has the subscription (VOI-09); others may not."""
        call = self.leave_message(speech(3))
        people, subjects = self.told(call)
        self.assertEqual(people, self.agent_a | self.colleague)
        self.assertEqual(subjects, ["Message on the answering machine: +375291111111"])
        found = self.env["connect.call"].with_user(self.colleague).search([("recording_ids.kind", "=", "message")])
        self.assertEqual(found, call)
        recording = found.recording_ids
        self.assertFalse(recording.can_hear or found.can_hear)
        with self.assertRaises(UserError):
            recording._hear()
        self.env["connect.subscription"].create(
            {"company_id": self.company.id, "feature": "recording", "date_start": "2020-01-01"}
        )
        recording.invalidate_recordset(["can_hear"])
        self.assertTrue(recording.can_hear)
        for is_download in (False, False, True):
            self.assertEqual(recording._hear(is_download).raw, speech(3))
        heard = recording.with_user(self.supervisor_a).listening_ids
        self.assertEqual((heard.user_id, sorted(heard.mapped("is_download"))), (self.colleague, [False, True]))
        for stranger in (self._staff("Stranger A", self.company, "agent"), self.agent_b, self.admin_b):
            with self.assertRaises(AccessError):
                recording.with_user(stranger)._hear()

    def test_message_on_a_line(self):
        """VOI-45: of a message left on a line its supervisors are told."""
        self._member(self.line_a, self.supervisor_a)
        self.scheme_in({"sequence": 1, "kind": "line", "line_id": self.line_a.id}, {"sequence": 2, "kind": "voicemail"})
        _stages, call = self.come_in()
        self.note(call, ("voicemail", {"name": "in-sound2"}), ("ended", {"cause": 16, "missed": "wait_limit"}))
        self.assertTrue(self.env["connect.recording"]._keep("in", "in-sound2", speech(2)))
        self.assertEqual(self.told(call)[0], self.supervisor_a)
        event = self.env["connect.event"].search([("type", "=", "call")], limit=1)
        self.assertEqual(event._text(), "Missed call, a message was left")
        shown = event.with_user(self.agent_a).sudo()
        self.assertEqual(shown._to_client(True).get("call_id"), call.id)
        self.assertNotIn("call_id", shown._to_client(False))
        self.assertNotIn("call_id", event.with_user(self.agent_b).sudo()._to_client(True))

    def test_silent_message(self):
        """VOI-45: who hangs up after the tone has left a missed call, and no message."""
        call = self.leave_message(b"")
        self.assertEqual(self.told(call)[0], self.agent_a | self.colleague)
        self.assertIn("Missed call", self.told(call)[1][0])
        self.assertFalse(call.recording_ids)

    def test_how_long_recordings_are_kept(self):
        """VOI-08: the company's administrator says it on the card of his company; nobody else."""
        self.company.with_user(self.admin_a).connect_recording_days = 30
        for user in (self.supervisor_a, self.admin_b):
            with self.assertRaises(AccessError):
                self.company.with_user(user).connect_recording_days = 1
