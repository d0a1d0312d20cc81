"""Whom an employee can ring or hand a call over to (VOI-15)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestFind(VoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._phone(cls.supervisor_a, "102")
        cls.env["connect.department"].create({"name": "Support of cash", "company_id": cls.company_a.id})

    def find(self, *args, user=None):
        return self.env["connect.extension"].with_user(user or self.agent_a).find_targets(*args)

    def labels(self, *args, user=None):
        return [each["label"] for each in self.find(*args, user=user)]

    def test_by_name_and_number(self):
        """VOI-15: all of the company but oneself, by a part of the name or the beginning of the number."""
        name = self.supervisor_a.name
        self.assertEqual(self.labels(), [name, "Support of cash"])
        self.assertEqual(self.labels("10"), [name])
        self.assertEqual(self.labels("90"), ["Support of cash"])
        self.assertEqual(self.labels(name[:4].upper()), [name])
        self.assertEqual(self.labels("%"), [])
        self.assertEqual(self.labels("", "groups"), ["Support of cash"])

    def test_who_is_free(self):
        """Who can speak now comes first, and alone when one asks for that; who is away is shown as he is."""
        self.assertEqual(self.labels("", "free"), [])
        (absent,) = self.find("102")
        self.assertEqual(
            (absent["is_free"], absent["status"]), (False, self.env.ref("connect_routing.status_offline").name)
        )
        self.env["connect.agent"].with_user(self.supervisor_a).set_status("free")
        (there,) = self.find("", "free")
        self.assertEqual((there["number"], there["is_free"], there["model"]), ("102", True, "connect.extension"))

    def test_isolation(self):
        """Another company's numbers are not found; a recipient finds nobody, nor who has no telephone."""
        self.assertEqual(self.labels(user=self.agent_b), [])
        with self.assertRaises(AccessError):
            self.find(user=self.recipient_a)
        with self.assertRaises(UserError):
            self.find("", "everybody")
