from odoo import fields
from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestPortalState(ChatCase):
    """What the recipient's page says, state by state (POR-04, POR-05, POR-06)."""

    def line(self, user=None):
        user = user or self.recipient_a
        connection = (
            self.env["connect.line"]
            ._recipient_lines(user.partner_id)
            .filtered(lambda each: each.line_id == self.line_a)
        )
        Channel = self.env["discuss.channel"].with_user(user)
        return Channel._connect_portal_line(connection), Channel._connect_portal_lines(connection)[0]

    def guidance(self):
        return self.line()[0]["guidance"]["code"]

    def test_guidance(self):
        """POR-05: always one thought, from writing to rating."""
        self.assertEqual(self.guidance(), "idle")
        self.post(self.recipient_a)
        self.assertEqual(self.guidance(), "queued")
        line, _each = self.line()
        self.assertEqual((line["state"], line["position"]), ("queued", 1))
        self.be(self.agent_a)
        self.assertEqual(self.guidance(), "active")
        self.be(self.agent_a, "away")
        self.assertEqual(self.guidance(), "away")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.assertEqual(self.guidance(), "rate")

    def russian_text(self):
        connection = self.env["connect.line"]._recipient_lines(self.anna)[:1]
        channel = self.env["discuss.channel"].with_user(self.recipient_a).with_context(lang="ru_RU")
        return channel._connect_portal_line(connection)["guidance"]["text"]

    def test_queue_text(self):
        """ROU-19, ROU-34: the quoted sentence, with the place."""
        self.post(self.recipient_a)
        queued = "В настоящий момент нет свободных специалистов. Ваше обращение поставлено в очередь."
        self.assertEqual(self.russian_text(), f"{queued} Вы следующий в очереди.")

    def test_no_place_is_told_that_may_not_hold(self):
        """ROU-34: where younger people may be served first, for their language, the reason stands instead."""
        skill = self.env["connect.skill"].create(
            {"name": "English", "company_id": self.line_a.company_id.id, "lang_id": self.env.ref("base.lang_en").id}
        )
        self.env["connect.skill.level"].create({"user_id": self.agent_a.id, "skill_id": skill.id})
        self.line_a.write({"use_skills": True, "language_level": "1"})
        self.anna.lang = "en_US"
        self.post(self.recipient_a)
        self.assertTrue(
            self.russian_text().endswith(
                "Ищем специалиста, который подойдёт вам лучше всего. Ваше место в очереди сохраняется."
            )
        )

    def test_specialist(self):
        """POR-06: photo, name, position and status of whoever helps; nobody before."""
        self.assertFalse(self.line()[0]["specialist"])
        self.agent_a.partner_id.function = "engineer"
        self.be(self.agent_a)
        self.post(self.recipient_a)
        card = self.line()[0]["specialist"]
        self.assertEqual((card["name"], card["position"], card["is_here"]), ("Agent A", "engineer", True))
        self.assertIn("access_token", card["avatar"])

    def test_a_blip_of_the_network_is_not_shown(self):
        """ROU-03: he is «Offline» for the person after 65 s without a sign of life, as for everybody else."""
        self.be(self.agent_a)
        self.post(self.recipient_a)
        for seconds, status in ((60, "Free"), (70, "Offline")):
            self.env.cr.execute(
                "UPDATE connect_agent SET last_seen = now() AT TIME ZONE 'UTC' - make_interval(secs => %s)", [seconds]
            )
            self.env.invalidate_all()
            card = self.line()[0]["specialist"]
            self.assertEqual((card["status"], card["is_here"]), (status, status == "Free"))

    def test_availability(self):
        """POR-04: free, everybody busy, nobody there, closed, not yet open; each with an icon and a word."""
        self.assertEqual(self.line()[1]["availability"]["code"], "away")
        self.be(self.agent_a)
        self.assertEqual(self.line()[1]["availability"]["code"], "free")
        self.be(self.agent_a, "dnd")
        self.assertEqual(self.line()[1]["availability"]["code"], "busy")
        self.connection_a.date_start = fields.Date.add(fields.Date.today(), days=3)
        line, each = self.line()
        self.assertEqual((each["availability"]["code"], line["guidance"]["code"]), ("pending", "pending"))
        self.assertFalse(line["can_write"])
        self.connection_a.date_start = False
        self.connection_a.date_end = fields.Date.subtract(fields.Date.today(), days=1)
        line, each = self.line()
        self.assertEqual((each["availability"]["code"], line["guidance"]["code"]), ("closed", "expired"))
        for state in (each["availability"], line["guidance"]):
            self.assertTrue(state["text"] and state["icon"])

    def test_unread(self):
        """The list shows where an answer waits."""
        self.be(self.agent_a)
        self.post(self.recipient_a)
        self.post(self.agent_a, "good day")
        self.assertEqual(self.line()[1]["unread"], 1)
