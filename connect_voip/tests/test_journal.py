"""The journal of calls: who finds what in it (VOI-56), and who is restricted to his own departments (VOI-39)."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestJournal(VoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.agent_a.company_id
        cls.colleague = cls._staff("Colleague A", cls.company, "agent")
        cls.seller = cls._staff("Seller A", cls.company, "agent")
        cls.phone_s = cls._phone(cls.supervisor_a, "102")
        cls.phone_c = cls._phone(cls.colleague, "103")
        cls.phone_x = cls._phone(cls.seller, "104")
        for user in (cls.colleague, cls.seller):
            cls._member(cls.line_a, user)
        cls.support = cls._department("Support", "951", cls.phone_a | cls.phone_c | cls.phone_s)
        cls.sales = cls._department("Sales", "952", cls.phone_x)
        cls.calls = {
            "mine": cls._call("mine", user_id=cls.agent_a.id, line_id=cls.line_a.id),
            "called": cls._call("called", caller_user_id=cls.agent_a.id, user_id=cls.seller.id),
            "colleague": cls._call("colleague", user_id=cls.colleague.id, line_id=cls.line_a.id),
            "seller": cls._call("seller", user_id=cls.seller.id, line_id=cls.line_a.id),
            "nobody": cls._call("nobody", state="missed", line_id=cls.line_a.id),
            "inner": cls._call("inner", user_id=cls.seller.id),
        }
        cls.everything = set(cls.calls)

    @classmethod
    def _department(cls, name, number, phones):
        return cls.env["connect.department"].create(
            {"name": name, "number": number, "company_id": cls.company.id, "member_ids": [(6, 0, phones.ids)]}
        )

    @classmethod
    def _call(cls, key, **values):
        values = {"state": "ended", "direction": "incoming", "company_id": cls.company.id, **values}
        call = cls.env["connect.call"]._open_call({"key": f"journal-{key}", **values})
        call._write_fact("ended", {})
        cls.env.cr.execute(
            """INSERT INTO connect_recording (call_id, company_id, name, kind, at, seconds)
               VALUES (%s, %s, %s, 'talk', now(), 1)""",
            [call.id, call.company_id.id, f"journal-{key}"],
        )
        return call

    def seen(self, user):
        """Names of the calls that he finds, in every way there is."""
        self.env.invalidate_all()
        calls = self.env["connect.call"].with_user(user)
        found = calls.search([("key", "=like", "journal-%")])
        facts = self.env["connect.call.fact"].with_user(user).search([("call_id.key", "=like", "journal-%")])
        names = {name for name, call in self.calls.items() if call.id in found.ids}
        for name, call in self.calls.items():
            own = calls.browse(call.id)
            self.assertEqual(own.has_access("read"), name in names)
            if name in names:
                self.assertIn(call.id, facts.call_id.ids)
            elif self.restricted(user):
                self.assertNotIn(call.id, facts.call_id.ids)
                with self.assertRaises(AccessError):
                    own.read(["state"])
        return names

    def restricted(self, user):
        return self.env["connect.extension"].search([("user_id", "=", user.id)]).department_only

    def heard(self, user):
        self.env.invalidate_all()
        found = self.env["connect.recording"].with_user(user).search([("name", "=like", "journal-%")])
        return {recording.sudo().name.removeprefix("journal-") for recording in found}

    def test_the_journal(self):
        """VOI-56: an employee finds his own calls and those of his lines; a supervisor all of the company;
        nobody else."""
        self.assertEqual(self.seen(self.agent_a), self.everything - {"inner"})
        self.assertEqual(self.seen(self.supervisor_a), self.everything)
        self.assertEqual(self.seen(self.agent_b), set())
        with self.assertRaises(AccessError):
            self.env["connect.call"].with_user(self.user_distributor).search([])

    def test_own_departments(self):
        """VOI-39: calls, what happened in them, and recordings, of himself and the colleagues of his departments; what
        nobody has taken on his line stays his concern. A supervisor can be restricted, too."""
        for phone in (self.phone_a, self.phone_s):
            phone.with_user(self.admin_a).department_only = True
        own = self.everything - {"seller", "inner"}
        self.assertEqual(self.seen(self.agent_a), own)
        self.assertEqual(self.heard(self.agent_a), {"mine", "called"})
        self.assertEqual(self.seen(self.supervisor_a), own - {"nobody"})
        self.assertEqual(self.heard(self.supervisor_a), own - {"nobody"})
        self.assertEqual(self.seen(self.colleague), self.everything - {"called", "inner"})

    def test_it_follows_the_departments(self):
        """VOI-39: who leaves a department, or whose department is archived, or who is released, sees the difference."""
        self.phone_a.department_only = True
        self.sales.with_user(self.admin_a).member_ids = [(4, self.phone_a.id)]
        self.assertEqual(self.seen(self.agent_a), self.everything - {"inner"})
        self.sales.active = False
        self.assertEqual(self.seen(self.agent_a), self.everything - {"seller", "inner"})
        self.support.with_user(self.admin_a).member_ids = [(3, self.phone_a.id)]
        self.assertEqual(self.seen(self.agent_a), {"mine", "called", "nobody"})
        self.phone_a.department_only = False
        self.assertEqual(self.seen(self.agent_a), self.everything - {"inner"})

    def test_handed_over(self):
        """VOI-56, VOI-09: who has handed a call over, or was asked for advice in it, keeps it in his journal and may
        hear it; also where he is restricted to his own departments. Nobody else finds it for that."""
        _answer, call = self.enter(self.phone_s, "101", "journal-handed")
        self.note(call, ("answered", {"user_id": self.agent_a.id, "channel": "x"}))
        self.note(call, ("transferred", {"user_id": self.agent_a.id}))
        self.note(call, ("colleague_answered", {"user_id": self.seller.id}))
        self.note(call, ("answered", {"user_id": self.colleague.id, "channel": "y"}))
        self.env.cr.execute(
            """INSERT INTO connect_recording (call_id, company_id, name, kind, at, seconds)
               VALUES (%s, %s, 'journal-handed', 'talk', now(), 1)""",
            [call.id, call.company_id.id],
        )
        self.calls = {**self.calls, "handed": call}
        self.assertEqual((call.user_id, call.party_ids & self.agent_a), (self.colleague, self.env["res.users"]))
        for user in (self.agent_a, self.seller, self.colleague):
            self.assertIn("handed", self.seen(user))
            self.assertIn("handed", self.heard(user))
        self.phone_x.department_only = True
        self.assertIn("handed", self.seen(self.seller))
        outsider = self._staff("Outsider A", self.company, "agent")
        self.assertNotIn("handed", self.seen(outsider) | self.heard(outsider))
        self.assertNotIn("handed", self.seen(self.agent_b) | self.heard(self.agent_b))

    def test_who_restricts(self):
        """VOI-39: the administrator, in the form of the employee's telephone; not the employee."""
        with Form(self.phone_a.with_user(self.admin_a)) as form:
            form.department_only = True
        self.assertTrue(self.phone_a.department_only)
        with self.assertRaises(AccessError):
            self.phone_a.with_user(self.agent_a).department_only = False
