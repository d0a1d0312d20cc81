"""Departments, «Follow Me» and conference rooms (VOI-38, VOI-40, VOI-41): where their numbers lead."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import VoiceCase


@tagged("post_install", "-at_install")
class TestOffice(VoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.agent_a.company_id
        cls.phone_c = cls._phone(cls.supervisor_a, "102")
        cls.phone_d = cls._phone(cls.admin_a, "103")

    def department(self, phones, **values):
        return self.env["connect.department"].create(
            {"name": "Sales", "company_id": self.company.id, "member_ids": [(6, 0, phones.ids)], **values}
        )

    def test_number_is_proposed(self):
        """VOI-38: from 901 on, the next that is free in the company."""
        departments = self.env["connect.department"].with_company(self.company)
        self.env["connect.department"].search([("company_id", "=", self.company.id)]).unlink()
        first = departments.create({"name": "One"})
        self.assertEqual([first.number, departments.create({"name": "Two"}).number], ["901", "902"])

    def test_number_of_the_company_given(self):
        """VOI-38: of the company whose department it is, not of whoever makes it; two made at once have two numbers,
        and so has a copy."""
        departments = self.env["connect.department"].with_company(self.agent_b.company_id)
        departments.search([("company_id", "in", (self.agent_a | self.agent_b).company_id.ids)]).unlink()
        departments.create({"name": "Of the other company", "number": "901"})
        made = departments.create([{"name": name, "company_id": self.company.id} for name in ("One", "Two")])
        self.assertEqual(made.mapped("number"), ["901", "902"])
        made |= departments.create([{"name": "Three", "company_id": self.company.id, "number": "904"},
                                    {"name": "Four", "company_id": self.company.id}])  # fmt: skip
        self.assertEqual(made.mapped("number"), ["901", "902", "904", "903"])
        self.assertEqual(made[0].copy().number, "905")

    def test_department_rings_all(self):
        """VOI-38: all telephones of its members at once, but not the caller's own and not those who talk."""
        self.department(self.phone_a | self.phone_c | self.phone_d, number="955")
        answer, call = self.enter(self.phone_a, "955")
        targets = answer["stages"][0]["targets"]
        self.assertEqual({each["user_id"] for each in targets}, {self.supervisor_a.id, self.admin_a.id})
        self.assertEqual({each.get("after", 0) for each in targets}, {0})
        self.note(call, ("answered", {"user_id": self.supervisor_a.id, "channel": "x"}))
        answer, _call = self.enter(self.phone_d, "955", "2")
        self.assertEqual(answer["stages"][0]["cause"], 17)

    def test_members_of_another_company(self):
        """ADM-07: a telephone of another tenant never rings."""
        with self.assertRaises(UserError):
            self.department(self.phone_b)

    def test_follow_me(self):
        """VOI-40, VOI-41: a number of consecutive steps rings on; without a line outside, that number is left out."""
        follow = self.env["connect.follow.me"].create(
            {
                "user_id": self.agent_a.id,
                "company_id": self.company.id,
                "number": "455",
                "step_ids": [
                    (0, 0, {"sequence": 1, "seconds": 10, "numbers": "101"}),
                    (0, 0, {"sequence": 2, "seconds": 20, "numbers": "101, 102 +375296666666"}),
                ],
            }
        )
        answer, call = self.enter(self.phone_d, "455")
        rung = {(each["endpoint"], each["after"], each["seconds"]) for each in answer["stages"][0]["targets"]}
        expected = {(f"PJSIP/{self.phone_a.sip_user}{kind}", 0, 30) for kind in ("", "-web")}
        expected |= {(f"PJSIP/{self.phone_c.sip_user}{kind}", 10, 20) for kind in ("", "-web")}
        self.assertEqual(rung, expected)
        self.assertEqual((follow.seconds, call.user_id), (30, self.agent_a))

    def test_follow_me_numbers(self):
        """A step names numbers that can be rung; the error says which one cannot."""
        for numbers in ("", "abc", "101; drop", "199", "455", "1" * 20):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.env["connect.follow.me"].create(
                    {
                        "user_id": self.agent_a.id,
                        "company_id": self.company.id,
                        "number": "455",
                        "step_ids": [(0, 0, {"seconds": 10, "numbers": numbers})],
                    }
                )

    def test_conference_room(self):
        """Employees of the company meet in a room of their own; a person in the portal does not get in."""
        room = self.env["connect.room"].create({"name": "Morning", "number": "855", "company_id": self.company.id})
        answer, _call = self.enter(self.phone_a, "855")
        self.assertEqual(answer["stages"], [{"kind": "Conference", "room": str(room.id)}])
        answer, _call = self.enter(self.phone_b, "855", "2")
        self.assertEqual(answer["stages"][0]["kind"], "End")
        self.env["connect.extension"].with_user(self.recipient_a).get_phone()
        persons = self.env["connect.extension"].search([("partner_id", "=", self.recipient_a.partner_id.id)])
        answer, _call = self.enter(persons, "855", "3")
        self.assertEqual((answer["stages"][0]["kind"], answer["stages"][0]["missed"]), ("End", "refused"))
