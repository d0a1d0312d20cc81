"""LIN-49: tickets that arise by rules, once each, after the decision and not in it."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestTicketRules(RoutingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscription = cls.env["connect.subscription"].create({"company_id": cls.company.id, "feature": "ticket"})
        cls.topic = cls.env.ref("connect_lines.topic_other")

    def rule(self, trigger, **values):
        return self.env["connect.ticket.rule"].create(
            {
                "line_id": self.line.id,
                "trigger": trigger,
                "type_id": self.env.ref("connect_lines.ticket_type_other").id,
                "topic_id": self.topic.id,
                "summary": trigger,
                **values,
            }
        )

    def run_job(self):
        self.env["connect.ticket.firing"]._cron_fire()
        return self.env["connect.ticket"].search([("line_id", "=", self.line.id)], order="id")

    def test_each_new_request_once(self):
        """A ticket for the person, assigned to whoever got the request; the job may run as often as it likes."""
        self.set_status(self.high, "free")
        self.rule("request", priority="high")
        request = self.write_to_line(self.anna)
        with patch.object(type(self.env["connect.ticket"]), "create") as create:
            self.env["connect.dispatcher"]._settle()
            create.assert_not_called()
        ticket = self.run_job()
        self.assertEqual(
            (ticket.partner_id, ticket.user_id, ticket.priority, ticket.origin, ticket.request_id),
            (self.anna.partner_id, self.high, "high", "rule", request),
        )
        self.write_to_line(self.anna)
        request.with_user(self.high).finish()
        self.dispatch()
        self.env["connect.ticket.firing"]._note(request)
        self.assertEqual(self.run_job(), ticket)
        self.write_to_line(self.anna)
        self.assertEqual(len(self.run_job()), 2)

    def test_the_first_message_of_a_person(self):
        self.set_status(self.high, "free")
        self.rule("first")
        self.write_to_line(self.anna).with_user(self.high).finish()
        self.write_to_line(self.anna)
        self.write_to_line(self.boris)
        self.assertEqual(self.run_job().partner_id, (self.anna | self.boris).partner_id)
        self.assertEqual(len(self.run_job()), 2)

    def test_a_missed_request(self):
        """Nobody was free: the supervisor gets a ticket."""
        self.rule("missed", user_id=self.supervisor.id)
        self.write_to_line(self.anna)
        self.assertEqual(self.run_job().user_id, self.supervisor)

    def test_what_a_specialist_starts_is_no_new_request(self):
        self.set_status(self.high, "free")
        self.rule("request")
        self.rule("call")
        self.rule("manual")
        self.env["connect.request"].with_user(self.high).start_work(self.line.id, self.anna.partner_id.id)
        self.dispatch()
        self.assertFalse(self.run_job())

    def test_a_rule_looks_ahead(self):
        """A request that was open before the rule makes no ticket."""
        request = self.write_to_line(self.anna)
        rule = self.rule("request")
        self.env.cr.execute(
            "UPDATE connect_ticket_rule SET create_date = %s::timestamp + interval '1 minute' WHERE id = %s",
            [request.opened_at, rule.id],
        )
        self.env["connect.ticket.firing"]._note(request)
        self.assertFalse(self.run_job())

    @mute_logger("odoo.addons.connect_routing.models.connect_ticket_firing")
    def test_one_rule_that_cannot_does_not_stop_the_others(self):
        self.company.partner_id.lang = "en_US"
        broken, sound = self.rule("request"), self.rule("request", summary="sound")
        self.write_to_line(self.anna)
        fill_in = type(self.env["connect.ticket"])._fill_in

        def failing(tickets, vals):
            if vals["rule_id"] == broken.id:
                raise ValueError("broken")
            return fill_in(tickets, vals)

        with patch.object(type(self.env["connect.ticket"]), "_fill_in", failing):
            self.assertEqual(self.run_job().rule_id, sound)
        firing = self.env["connect.ticket.firing"].search([("rule_id", "=", broken.id)])
        self.assertEqual(firing.state, "refused")
        self.assertIn("finds it in the log", firing.reason, "no text of the machine's own")

    def test_without_the_subscription(self):
        """The administrator reads why, in the language of his company; nobody of another company does."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.company.partner_id.lang = "ru_RU"
        rule = self.rule("request")
        self.subscription.unlink()
        self.write_to_line(self.anna)
        self.assertFalse(self.run_job())
        refused = self.env.ref("connect_routing.action_ticket_firing")
        admin = self.make_specialist("admin", "connect_lines.group_partner_admin")
        stranger = self.make_specialist("other", "connect_lines.group_partner_admin", self.other_company)
        firings = self.env["connect.ticket.firing"].with_user(admin)
        firing = firings.search(safe_eval(refused.domain))
        self.assertEqual((firing.rule_id, firing.partner_id), (rule, self.anna.partner_id))
        self.assertIn("подписк", firing.reason)
        self.assertFalse(firings.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            firings.with_user(self.high).search([])

    def test_nobody_names_a_request(self):
        """ADM-07: the id of a request is not written from outside."""
        ticket = self.env["connect.ticket"].create(
            {
                "line_id": self.line.id,
                "partner_id": self.anna.partner_id.id,
                "summary": "x",
                "topic_id": self.topic.id,
            }
        )
        with self.assertRaises(AccessError):
            ticket.with_user(self.high).request_id = self.write_to_line(self.boris)
