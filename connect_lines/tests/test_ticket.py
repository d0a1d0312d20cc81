"""LIN-49..60: tickets, their numbers, forms, stages, and who may do what with them."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.connect_ticket_fields import mandatory_of
from .ticket_common import INCIDENT, TicketCase


@tagged("post_install", "-at_install")
class TestTicket(TicketCase):
    def test_numbers_of_each_company(self):
        """LIN-51: six digits, from 1 in each company, none missing after a failure."""
        self.assertEqual(self.ticket().name, "000001")
        other = self.env["connect.ticket"].create(
            {
                "line_id": self.line_b.id,
                "partner_id": self.recipient_b.partner_id.id,
                "summary": "x",
                "topic_id": self.env.ref("connect_lines.topic_other").id,
            }
        )
        self.assertEqual(other.name, "000001")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.ticket(partner_id=self.colleague_a.partner_id.id)
        self.assertEqual(self.ticket().name, "000002")
        self.assertEqual(self.ticket().display_name, "№ 000003 The journal does not open")

    def test_needs_the_subscription(self):
        """LIN-49: a paid feature of the line's owner; what exists stays readable."""
        ticket = self.ticket()
        self.subscriptions.date_end = "2020-01-02"
        with self.assertRaisesRegex(UserError, "subscription"):
            self.ticket()
        with self.assertRaisesRegex(UserError, "subscription"):
            self.submit()
        self.assertEqual(ticket.with_user(self.recipient_a).name, "000001")

    def test_stages_of_each_process(self):
        """LIN-54, LIN-60: a wish has stages of its own."""
        ticket = self.ticket()
        self.assertEqual(ticket.stage_id, self.stage("new"))
        ticket.type_id = self.env.ref("connect_lines.ticket_type_wish")
        self.assertEqual(ticket.stage_id, self.stage("wish_accepted"))
        with self.assertRaises(ValidationError):
            ticket.stage_id = self.stage("work")
        names = self.env["connect.ticket.stage"].with_context(lang="ru_RU").search([]).mapped("name")
        if self.env["res.lang"]._lang_get("ru_RU"):
            self.assertEqual(
                names,
                [
                    "Новая", "Выполняется", "Ожидает", "Выполнена", "Отменена",
                    "Принято", "Уточнение", "Рассмотрение", "В разработке", "Отклонено", "Реализовано",
                ],
            )  # fmt: skip

    def test_blocking_comes_first(self):
        """LIN-58: what blocks the customer's work sorts first."""
        first, blocking, last = self.ticket(), self.ticket(priority="blocking"), self.ticket(priority="high")
        found = self.env["connect.ticket"].search([("line_id", "=", self.line_a.id)])
        self.assertEqual(found, blocking | last | first)

    def test_submission_asks_for_everything(self):
        """LIN-55..57: what is mandatory is named; nothing is stored without it."""
        with self.assertRaisesRegex(UserError, "When it happened, approximately, Who is affected"):
            self.submit(details={**INCIDENT, "incident_time": " ", "affected": ""})
        with self.assertRaisesRegex(UserError, "Situation, Desired result"):
            self.submit(type_code="other", details={})
        for values, words in (
            ({"type_code": "nonsense"}, "incident, other, wish"),
            ({"topic_id": 0}, "topic"),
            ({"summary": ""}, "Title"),
            ({"summary": "x" * 201}, "200"),
            ({"priority": "urgent"}, "blocking"),
            ({"details": {**INCIDENT, "stage_id": "1"}}, "stage_id"),
            ({"details": {**INCIDENT, "occurrence": "often"}}, "once, repeated"),
            ({"details": {**INCIDENT, "affected": 5}}, "texts"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, words):
                self.submit(**values)
        self.assertFalse(self.env["connect.ticket"].search([("line_id", "=", self.line_a.id)]))

    def test_the_forms_of_specialists_ask_for_as_much(self):
        """LIN-55..57: in the back office and beside the conversation; a ticket that came otherwise lives without."""
        values = {"line_id": self.line_a, "partner_id": self.anna, "summary": "x", "topic_id": self.topic}
        for view in ("view_ticket_form", "view_ticket_quick_form"):
            for code, needed in (("incident", mandatory_of("incident")), ("other", mandatory_of("other"))):
                with self.subTest(view=view, code=code):
                    tickets = self.env["connect.ticket"].with_user(self.agent_a)
                    if view == "view_ticket_quick_form":
                        tickets = tickets.with_context(default_line_id=self.line_a.id, default_partner_id=self.anna.id)
                    form = Form(tickets, f"connect_lines.{view}")
                    for name, value in values.items():
                        if view == "view_ticket_form" or name in ("summary", "topic_id"):
                            form[name] = value
                    form.type_id = self.env.ref(f"connect_lines.ticket_type_{code}")
                    for name in needed:
                        with self.assertRaises(AssertionError):
                            form.save()
                        form[name] = "repeated" if name == "occurrence" else "text"
                    form.save()
        came = self.ticket()
        with Form(came, "connect_lines.view_ticket_form") as form:
            form.summary = "of a mail"
        self.assertEqual(came.summary, "of a mail")

    def test_the_computer_is_captured(self):
        """LIN-58: what a specialist files names the system with which the person was seen last."""
        self.assertFalse(self.ticket().os_version)
        self.env.cr.execute(
            """INSERT INTO res_device_log (user_id, session_identifier, platform, browser, first_activity,
                                           last_activity, revoked)
               VALUES (%s, 'a', 'windows', 'firefox', now() - interval '2 d', now() - interval '1 d', FALSE),
                      (%s, 'b', 'linux', 'chrome', now() - interval '3 d', now() - interval '2 d', FALSE)""",
            [self.recipient_a.id, self.recipient_a.id],
        )
        ticket = self.ticket()
        self.assertEqual((ticket.os_version, ticket.browser_version), ("Windows", "Firefox"))

    def test_submission_by_the_recipient(self):
        """POR-13, LIN-58: the summary becomes the title; the key makes it happen once."""
        done = self.submit(details={**INCIDENT, "os_version": "Windows 11"}, idempotency_key="k1")
        self.assertEqual(done, {"id": done["id"], "name": "000001", "stage": "New"})
        self.assertEqual(self.submit(idempotency_key="k1"), done)
        ticket = self.env["connect.ticket"].browse(done["id"])
        self.assertEqual((ticket.partner_id, ticket.origin, ticket.os_version), (self.anna, "api", "Windows 11"))
        self.assertEqual(ticket.company_id, self.company_a)
        self.assertIn(("How often", "Repeatedly"), ticket._filled_details())

    def test_submission_for_somebody(self):
        """ADM-07: a specialist for those he serves; nobody for anybody else, whatever ids are sent."""
        done = self.submit(self.agent_a, recipient_id=self.anna.id)
        self.assertEqual(self.env["connect.ticket"].browse(done["id"]).partner_id, self.anna)
        for user, values in (
            (self.agent_b, {"recipient_id": self.anna.id}),
            (self.agent_b, {}),
            (self.user_distributor, {"recipient_id": self.anna.id}),
            (self.colleague_a, {"recipient_id": self.anna.id}),
            (self.colleague_a, {}),
            (self.recipient_b, {"recipient_id": self.anna.id}),
            (self.agent_v, {"recipient_id": self.anna.id}),
            (self.agent_a, {"recipient_id": 10**8}),
            (self.agent_a, {"recipient_id": "1 OR 1=1"}),
            (self.recipient_a, {"line_id": self.line_b.id}),
            (self.recipient_a, {"line_id": [self.line_a.id]}),
        ):
            with self.subTest(user=user.name, values=values), self.assertRaises(AccessError):
                self.submit(user, **values)

    def test_closed_line(self):
        """LIN-20: whose connection has ended files no tickets."""
        self.connection_a.date_end = "2020-12-31"
        self.connection_a.date_start = False
        with self.assertRaisesRegex(UserError, "ended"):
            self.submit()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_what_the_server_answers_for(self):
        """Decision 11: number, history, deadlines and parties are not written from outside."""
        ticket = self.ticket()
        for values in (
            {"name": "000099"},
            {"solve_due": "2030-01-01"},
            {"first_reply_at": "2020-01-01"},
            {"duplicate_of_id": ticket.id},
            {"origin": "portal"},
            {"event_ids": [(5,)]},
            {"stage_kind": "done"},
            {"urgency": 9},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                ticket.write(values)
        for values in ({"line_id": self.line_b.id}, {"partner_id": self.recipient_b.partner_id.id}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                ticket.write(values)
        with self.assertRaises(UserError):
            ticket.sudo().unlink()
        with self.assertRaises(AccessError):
            ticket.with_user(self.recipient_a).write({"summary": "mine"})
        with self.assertRaises(AccessError):
            self.ticket(self.recipient_a)
        with self.assertRaises(AccessError):
            self.ticket(self.agent_b)
        with self.assertRaises(UserError):
            ticket.user_id = self.agent_b
        with self.assertRaises(UserError):
            ticket.topic_id = self.env["connect.topic"].create({"name": "B", "company_id": self.company_b.id})

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_defaults_in_the_context(self):
        """Decision 11: what is not taken as a value is not taken from the caller's context either."""
        foreign = self.say(self.ticket(), self.agent_a, "between the two of us")
        self._connect(self.line_a, self.colleague_a)
        context = {
            "default_first_reply_at": "2020-01-01",
            "default_user_id": self.agent_b.id,
            "default_message_ids": [(4, foreign.id)],
            "default_message_follower_ids": [(0, 0, {"partner_id": self.agent_b.partner_id.id})],
        }
        done = (
            self.env["connect.ticket"]
            .with_user(self.colleague_a)
            .with_context(**context)
            .submit(self.line_a.id, "other", self.topic.id, "x", {"situation": "a", "desired_result": "b"})
        )
        ticket = self.env["connect.ticket"].browse(done["id"])
        self.assertFalse(ticket.first_reply_at or ticket.user_id)
        self.assertNotIn(foreign, ticket.message_ids)
        self.assertEqual(ticket.message_partner_ids, self.colleague_a.partner_id)
        own = self.env["connect.ticket"].with_user(self.agent_a).with_context(**context)
        values = {"line_id": self.line_a.id, "partner_id": self.anna.id, "summary": "x", "topic_id": self.topic.id}
        self.assertFalse(own.create(values).first_reply_at)

    def test_first_instance_of_a_wish(self):
        """LIN-60: who looks after the client, unless he left; other tickets wait for whoever takes them."""
        wish = self.env.ref("connect_lines.ticket_type_wish")
        self.anna.commercial_partner_id.connect_manager_id = self.supervisor_a
        self.assertEqual(self.ticket(type_id=wish.id).user_id, self.supervisor_a)
        self.assertFalse(self.ticket().user_id)
        self.supervisor_a.active = False
        self.assertFalse(self.ticket(type_id=wish.id).user_id)

    def test_the_client_learns_how_it_ends(self):
        """LIN-60: each step of a wish; of other tickets, that they are closed. By letter and in the portal."""
        ticket = self.ticket()
        before = ticket.message_ids
        ticket.stage_id = self.stage("waiting")
        self.assertEqual(ticket.message_ids, before)
        ticket.stage_id = self.stage("done")
        told = ticket.message_ids - before
        self.assertIn("The state of your ticket: Done.", told.body)
        self.assertEqual((told.author_id, told.notified_partner_ids), (self.agent_a.partner_id, self.anna))
        self.assertTrue(told.with_user(self.recipient_a).has_access("read"))
        wish = self.ticket(type_id=self.env.ref("connect_lines.ticket_type_wish").id)
        wish.stage_id = self.stage("wish_development")
        self.assertIn("In development", wish.message_ids[0].body)

    def test_stages_that_are_needed(self):
        """The last stage of a meaning stays, and a type keeps its code."""
        with self.assertRaisesRegex(UserError, "last stage"):
            self.stage("done").unlink()
        with self.assertRaisesRegex(UserError, "last stage"):
            self.stage("done").kind = "work"
        second = self.stage("done").copy({"name": "Checked"})
        second.unlink()
        with self.assertRaises(ValidationError):
            self.env.ref("connect_lines.ticket_type_incident").code = "fault"

    def test_vendor_sees_the_tickets_of_its_line(self):
        """LIN-23: the vendor and the client's company see them; without the first-line right the latter only reads."""
        line = self._line("Vendor line", self.vendor)
        self._member(line, self.agent_v)
        grant = self._grant(line, self.company_a)
        self._connect(line, self.recipient_a)
        topic = self.env["connect.topic"].create({"name": "Cash", "company_id": self.vendor.id})
        ticket = self.ticket(self.agent_v, line_id=line.id, topic_id=topic.id)
        self.assertEqual((ticket.owner_id, ticket.company_id, ticket.name), (self.vendor, self.company_a, "000001"))
        self.assertTrue(ticket.with_user(self.admin_a).has_access("read"))
        self.assertFalse(ticket.with_user(self.admin_a).has_access("write"))
        self.assertFalse(ticket.with_user(self.admin_b).has_access("read"))
        self.assertFalse(ticket.with_user(self.user_distributor).has_access("read"))
        self.assertFalse(self.ticket().with_user(self.admin_v).has_access("read"), "not one of its lines")
        grant.first_line = True
        self.assertTrue(ticket.with_user(self.admin_a).has_access("write"))

    def test_merge(self):
        """Messages and files of the person go on in one ticket; the duplicate is closed and points to it."""
        target, duplicate = self.ticket(), self.ticket(summary="The journal again", description="Same error")
        message = self.say(duplicate.sudo(), self.agent_a, "with a picture", attachments=[("a.txt", b"a")])
        wizard = self.env["connect.ticket.merge"].with_user(self.agent_a)
        wizard.create({"ticket_ids": (target | duplicate).ids, "target_id": target.id}).action_merge()
        self.assertEqual(message.res_id, target.id)
        self.assertEqual(message.attachment_ids.res_id, target.id)
        self.assertEqual((duplicate.duplicate_of_id, duplicate.stage_id), (target, self.stage("cancelled")))
        self.assertTrue(any("Same error" in (each.body or "") for each in target.message_ids))
        self.assertEqual(target.first_reply_at, duplicate.first_reply_at, "the duplicate was answered")
        with self.assertRaisesRegex(UserError, "closed already"):
            duplicate._merge_into(target)
        duplicate.stage_id = self.stage("work")
        self.assertFalse(duplicate.duplicate_of_id, "it was none")
        duplicate._merge_into(target)
        with self.assertRaisesRegex(UserError, "another line or client"):
            self.env["connect.ticket"].create(
                {
                    "line_id": self.line_b.id,
                    "partner_id": self.recipient_b.partner_id.id,
                    "summary": "x",
                    "topic_id": self.env.ref("connect_lines.topic_other").id,
                }
            )._merge_into(target.sudo())

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_merge_of_a_colleague_keeps_his_words_apart(self):
        """ADM-07: what one person wrote is not shown to another one."""
        self._connect(self.line_a, self.colleague_a)
        target, duplicate = self.ticket(), self.ticket(partner_id=self.colleague_a.partner_id.id)
        message = self.say(duplicate, self.colleague_a, "mine")
        duplicate._merge_into(target)
        self.assertEqual(message.res_id, duplicate.id)
        last = duplicate.message_ids.sorted("id")[-1]
        self.assertNotIn(target.name, last.body)
        self.assertEqual(last.message_type, "auto_comment", "shown in the portal, too")
        with self.assertRaises(AccessError):
            target.with_user(self.agent_b)._merge_into(duplicate.with_user(self.agent_b))

    def test_manual_rule_fills_in(self):
        """LIN-49: what a ticket made by hand begins with."""
        self.env["connect.ticket.rule"].create(
            {
                "line_id": self.line_a.id,
                "trigger": "manual",
                "type_id": self.env.ref("connect_lines.ticket_type_incident").id,
                "topic_id": self.topic.id,
                "user_id": self.supervisor_a.id,
            }
        )
        self.assertEqual(self.ticket().user_id, self.supervisor_a)
        self.assertEqual(self.ticket(user_id=self.agent_a.id).user_id, self.agent_a)
        with self.assertRaises(UserError):
            self.env["connect.ticket.rule"].search([("line_id", "=", self.line_a.id)]).user_id = self.agent_b
        self.supervisor_a.active = False
        self.assertFalse(self.ticket().user_id, "he works here no longer")
