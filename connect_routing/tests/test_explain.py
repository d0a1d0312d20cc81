"""«Почему этот специалист», and what a partner learns of a vendor's line."""

from odoo.tests import tagged

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestExplain(RoutingCase):
    """The words for each way in which somebody gets a request."""

    def text(self, request, user=None):
        self.env.invalidate_all()
        return request.with_user(user or self.supervisor).explain()["text"]

    def test_by_hand(self):
        """ROU-24, ROU-38, ROU-42: turned to the person, took it out of the queue, was given it, got it from a
        colleague."""
        request = self.write_to_line(self.anna)
        self.line.with_user(self.high).pull_queue()
        self.assertEqual(self.text(request), "High took it out of the queue himself.")
        self.env["connect.request"].with_user(self.medium).start_work(self.line.id, self.anna.partner_id.id)
        self.assertEqual(self.text(request), "Medium turned to the person himself.")
        self.set_status(self.high, "free")
        request.with_user(self.medium).transfer_to_user(self.high.id)
        self.assertEqual(self.text(request), "High got it from a colleague.")
        self.set_status(self.high, "busy_new")
        waiting = self.write_to_line(self.boris)
        waiting.with_user(self.supervisor).transfer_to_user(self.high.id)
        self.assertEqual(self.text(waiting), "Supervisor gave it to High out of the queue.")

    def test_the_clients_own_specialists_are_named_first(self):
        """ROU-28: why they did not get it, however many others are left out."""
        crowd = [self.make_specialist(f"crowd-{number}") for number in range(25)]
        self.env["connect.line.member"].create(
            [{"line_id": self.line.id, "user_id": user.id, "priority": "standard"} for user in crowd]
        )
        self.line.delivery_rule = "manager"
        self.client_company.connect_support_id = crowd[-1]
        for user in crowd:
            self.set_status(user, "away")
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.user_id, self.high)
        self.assertIn("Not taken: Crowd-24 — away", self.text(request))
        self.set_status(self.high, "away")
        waiting = self.write_to_line(self.boris)
        self.assertEqual(waiting.state, "queued")
        self.assertIn("Not taken: Crowd-24 — away", self.text(waiting))


@tagged("post_install", "-at_install")
class TestVendorLine(RoutingCase):
    """ADM-07, LIN-24: a line of a vendor, served for his own people by a specialist of the partner, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company.connect_is_vendor = True
        cls.vendor_line = cls.env["connect.line"].create(
            {
                "name": "Vendor line",
                "company_id": cls.other_company.id,
                "is_published": True,
                "member_ids": [(0, 0, {"user_id": cls.stranger.id, "priority": "high"})],
            }
        )
        cls.env["connect.line.grant"].create(
            {"line_id": cls.vendor_line.id, "company_id": cls.company.id, "first_line": True}
        )
        cls.env["connect.line.member"].create({"line_id": cls.vendor_line.id, "user_id": cls.high.id})
        cls.foreign = cls.env["res.partner"].create({"name": "Foreign", "company_id": cls.other_company.id})
        cls.env["connect.line.connection"].create(
            [{"line_id": cls.vendor_line.id, "partner_id": each.id} for each in (cls.foreign, cls.anna.partner_id)]
        )

    def test_why_names_nobody_whom_the_reader_does_not_see(self):
        """ADM-07: the vendor's staff are counted for the partner's supervisor, his own are named; and the other way
        round."""
        boss = self.make_specialist("vendor-boss", "connect_lines.group_supervisor", self.other_company)
        self.set_status(self.stranger, "away")
        self.set_status(self.high, "away")
        request = self.write_to_line(self.anna, self.vendor_line)
        for reader, named, hidden in ((self.supervisor, "High", "Stranger"), (boss, "Stranger", "High")):
            with self.subTest(reader=reader.name):
                self.env.invalidate_all()
                seen = request.with_user(reader)
                text, page = seen.explain()["text"], str(seen.why_html)
                self.assertIn(f"Not taken: {named} — away.", text)
                self.assertIn("Specialists of other companies not taken: 1.", text)
                self.assertIn(f"{named}</td>", page)
                self.assertIn("Not taken besides: 1", page)
                self.assertNotIn(hidden, text + page)

    def test_who_may_be_chosen_is_counted(self):
        """ROU-31, ROU-34: another company's first line makes the line available to its own people alone."""
        self.set_status(self.high, "free")
        sizes = {
            person: self.vendor_line._pool_sizes(person)[self.vendor_line.id]
            for person in (self.anna.partner_id, self.foreign)
        }
        one, nobody = {"free": 1, "online": 1}, {"free": 0, "online": 0}
        self.assertEqual(sizes, {self.anna.partner_id: one, self.foreign: nobody})
        self.set_status(self.stranger, "free")
        self.assertEqual(self.vendor_line._pool_sizes(self.foreign)[self.vendor_line.id], one)
