"""POR-13: «My tickets» in the portal, as the recipient, his colleague, another tenant and a stranger."""

import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .ticket_common import INCIDENT, TicketCase

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@tagged("post_install", "-at_install")
class TestTicketPortal(HttpCase, TicketCase):
    def enter(self, user):
        user.password = "password-12345"
        self.authenticate(user.login, "password-12345")
        self.opener.cookies["frontend_lang"] = "ru_RU"

    def form(self, **values):
        page = self.url_open("/my/tickets/new").text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        chosen = {"line_id": self.line_a.id, "type_code": "incident", "topic_id": self.topic.id}
        return {**fields, **chosen, "summary": "The journal", **INCIDENT, **values}

    def test_form_list_and_ticket(self):
        """The form, with a file and the computer's parameters; the list; the ticket."""
        self.enter(self.recipient_a)
        self.assertIn("/my/tickets", self.url_open("/my").text)
        self.assertIn("Нет заявок", self.url_open("/my/tickets").text)
        data = self.form(blocking="1")
        page = self.url_open(
            "/my/tickets/new", data=data, files=[("files", ("shot.png", b"png", "image/png"))],
            headers={"User-Agent": FIREFOX},
        )  # fmt: skip
        ticket = self.env["connect.ticket"].search([("partner_id", "=", self.anna.id)])
        self.assertEqual(len(ticket), 1)
        self.assertTrue(page.url.endswith(f"/my/tickets/{ticket.id}"))
        self.assertEqual((ticket.priority, ticket.origin), ("blocking", "portal"))
        self.assertEqual((ticket.os_version, ticket.browser_version), ("Linux", "Firefox 130.0"))
        files = ticket.message_ids.attachment_ids
        self.assertEqual((files.mapped("name"), files.res_id), (["shot.png"], ticket.id))
        for text in ("000001", "The journal", "three computers", "Firefox 130.0"):
            self.assertIn(text, page.text)
        self.assertIn("000001", self.url_open("/my/tickets").text)
        self.url_open("/my/tickets/new", data=data)
        self.assertEqual(self.env["connect.ticket"].search_count([("partner_id", "=", self.anna.id)]), 1, "sent twice")
        ticket.stage_id = self.stage("done")
        self.assertNotIn("000001", self.url_open("/my/tickets").text)
        self.assertIn("000001", self.url_open("/my/tickets?filterby=closed").text)

    def test_what_is_missing_is_said_and_what_was_written_is_kept(self):
        self.enter(self.recipient_a)
        page = self.url_open("/my/tickets/new", data=self.form(affected="")).text
        self.assertIn("Заполните: Круг затронутых", page)
        self.assertIn("An error.", page)
        self.assertFalse(self.env["connect.ticket"].search([("partner_id", "=", self.anna.id)]))
        page = self.url_open("/my/tickets/new", data=self.form(line_id=self.line_b.id)).text
        self.assertIn("не из ваших", page)

    def test_others(self):
        """ADM-07: by address, by the form, by the chatter: nobody else's."""
        ticket = self.ticket()
        note = ticket.message_post(body="inner note", subtype_xmlid="mail.mt_note")
        for user in (self.colleague_a, self.recipient_b):
            with self.subTest(user=user.name):
                self.enter(user)
                self.assertNotIn("The journal", self.url_open(f"/my/tickets/{ticket.id}").text)
                self.assertNotIn("The journal", self.url_open("/my/tickets?filterby=all").text)
        self.enter(self.recipient_a)
        self.assertIn("The journal", self.url_open(f"/my/tickets/{ticket.id}").text)
        result = self.make_jsonrpc_request(
            "/mail/thread/messages", {"thread_model": "connect.ticket", "thread_id": ticket.id}
        )
        self.assertNotIn(note.id, result["messages"])
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(f"/my/tickets/{ticket.id}").url)

    def test_promised_times(self):
        """LESSONS 13: what is promised, in the person's own time zone; nothing while the clock stands."""
        self.company_a.resource_calendar_id = False  # round the clock
        self.env["connect.ticket.policy"].create(
            {"name": "standard", "company_id": self.company_a.id, "reply_hours": 2, "solve_hours": 30}
        )
        self.recipient_a.tz = "Asia/Yekaterinburg"
        ticket = self.ticket().sudo()

        def page():
            return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", self.url_open(f"/my/tickets/{ticket.id}").text))

        def local(moment):
            return (moment + timedelta(hours=5)).strftime("%d.%m.%Y %H:%M")

        self.enter(self.recipient_a)
        self.assertIn(f"Ответим до {local(ticket.reply_due)}", page())
        self.assertIn(f"Решим до {local(ticket.solve_due)}", page())
        ticket.event_ids.at -= timedelta(hours=3)
        ticket._refresh_clock()
        self.assertIn(f"Опаздываем с ответом, обещали до {local(ticket.reply_due)}", page())
        self.say(ticket, self.agent_a, "yes")
        self.assertNotIn("ответ до", page())
        ticket.stage_id = self.stage("waiting")
        self.assertIn("Часы стоят: ждём вашего ответа", page())
        self.assertNotIn("Решим до", page())

    def test_a_wish_is_followed_by_its_number(self):
        """LIN-60: each step with its day; found by the number when it is done, too."""
        wish = self.ticket(type_id=self.env.ref("connect_lines.ticket_type_wish").id, summary="Dark colours").sudo()
        for code in ("clarification", "consideration", "development", "done"):
            wish.stage_id = self.stage(f"wish_{code}")
        self.enter(self.recipient_a)
        page = self.url_open(f"/my/tickets/{wish.id}").text
        steps = re.findall(r"<span>([^<]*)</span>", page[page.index("o_connect_wish") :].split("</ol>")[0])
        self.assertEqual(steps, ["Принято", "Уточнение", "Рассмотрение", "В разработке", "Реализовано"])
        self.assertNotIn("Dark colours", self.url_open("/my/tickets").text)
        self.assertIn("Dark colours", self.url_open(f"/my/tickets?search={wish.name}").text)
        self.assertIn("Заявки с таким номером", self.url_open("/my/tickets?search=999999").text)
        self._connect(self.line_a, self.colleague_a)
        self.enter(self.colleague_a)
        self.assertNotIn("Dark colours", self.url_open(f"/my/tickets?search={wish.name}").text)

    def test_a_distributor_follows_his_own(self):
        """LIN-29: on a line for staff he is a recipient; nothing else of tickets is his."""
        self.env["connect.subscription"].create(
            {"company_id": self.env.ref("base.main_company").id, "feature": "ticket", "date_start": "2020-01-01"}
        )
        line = self.env.ref("connect_lines.line_staff_support")
        topic = self.env.ref("connect_lines.topic_other")
        done = self.submit(
            self.user_distributor, {"situation": "a", "desired_result": "b"},
            line_id=line.id, topic_id=topic.id, type_code="wish", summary="More figures",
        )  # fmt: skip
        foreign = self.ticket()
        self.enter(self.user_distributor)
        self.assertIn("More figures", self.url_open("/my/tickets").text)
        self.assertIn("More figures", self.url_open(f"/my/tickets/{done['id']}").text)
        self.assertNotIn("The journal", self.url_open(f"/my/tickets/{foreign.id}").text)
        self.assertEqual(self.env["connect.ticket"].with_user(self.user_distributor).search([]).id, done["id"])

    def test_without_the_subscription(self):
        """The list stays, no new one is offered."""
        self.subscriptions.unlink()
        self.enter(self.recipient_a)
        self.assertNotIn("/my/tickets/new", self.url_open("/my/tickets").text)
        self.assertTrue(self.url_open("/my/tickets/new").url.endswith("/my/tickets"))
