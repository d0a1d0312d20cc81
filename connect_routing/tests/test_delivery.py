from random import Random
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import tagged

from ..models import connect_dispatcher
from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestDelivery(RoutingCase):
    def test_highest_priority_gets_the_request(self):
        """ROU-16, ROU-17: strict tiers; the binding is stored (ROU-13)."""
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.state, "active")
        self.assertEqual(request.user_id, self.high)
        self.assertEqual(self.codes(request), ["opened", "assigned"])
        self.assertEqual(self.agent(self.high).load, 1)

    def test_random_inside_the_tier(self):
        """ROU-17: among equals the router draws; with a fixed generator the draw is known."""
        self.line.member_ids.filtered(lambda m: m.user_id == self.medium).priority = "high"
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        chosen = set()
        for seed in range(8):
            with patch.object(type(self.env["connect.dispatcher"]), "_rng", Random(seed)):
                request = self.write_to_line(self.anna)
            chosen.add(request.user_id)
            request.with_user(request.user_id).finish()
            self.dispatch()
        self.assertEqual(chosen, {self.high, self.medium})

    def test_observers_are_never_chosen(self):
        """ROU-18."""
        self.set_status(self.observer, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.state, "queued")

    def test_only_free_and_connected_specialists_are_chosen(self):
        """ROU-16: each other status, and a silent screen, keep a specialist out of the pool."""
        for status in ("away", "dnd", "busy_new", "talking", "offline", "not_ready", "lunch"):
            self.set_status(self.high, status)
            request = self.write_to_line(self.anna)
            self.assertEqual(request.state, "queued", status)
        self.set_status(self.high, "free", seconds_ago=46)
        self.dispatch()
        self.assertEqual(request.state, "queued", "without a heartbeat")

    def test_empty_pool_tells_the_person_and_mails_both_companies(self):
        """ROU-19, ROU-20: queued, marked as missed with its reason, one mail per company, none for further messages."""
        request = self.write_to_line(self.anna)
        self.assertEqual(self.codes(request), ["opened", "queued"])
        self.assertEqual((request.is_missed, request.missed_reason), (True, "no_agent"))
        mails = self.env["mail.mail"].search([("email_to", "=", "duty@test.example")])
        self.assertEqual(len(mails), 1, "partner and owner are the same company: one mail")
        self.assertIn("Anna", mails.subject)
        self.write_to_line(self.anna)
        self.assertEqual(self.env["mail.mail"].search_count([("email_to", "=", "duty@test.example")]), 1)

    def test_vendor_line_notifies_partner_and_owner(self):
        """ROU-31: on a vendor's line both the client's partner and the vendor get the mail."""
        self.other_company.write({"connect_is_vendor": True, "connect_notify_email": "vendor@test.example"})
        line = self.env["connect.line"].create(
            {"name": "Vendor line", "company_id": self.other_company.id, "is_published": True}
        )
        self.env["connect.line.grant"].create({"line_id": line.id, "company_id": self.company.id})
        self.env["connect.line.connection"].create({"line_id": line.id, "partner_id": self.anna.partner_id.id})
        request = self.write_to_line(self.anna, line)
        self.assertEqual(request.company_id, self.company)
        for address in ("duty@test.example", "vendor@test.example"):
            self.assertEqual(self.env["mail.mail"].search_count([("email_to", "=", address)]), 1, address)

    def test_first_line_serves_only_its_own_people(self):
        """LIN-24, ROU-31: a partner's first-line specialists are in the pool for his own people only."""
        self.other_company.connect_is_vendor = True
        line = self.env["connect.line"].create(
            {"name": "Vendor line", "company_id": self.other_company.id, "is_published": True}
        )
        self.env["connect.line.grant"].create({"line_id": line.id, "company_id": self.company.id, "first_line": True})
        self.env["connect.line.member"].create({"line_id": line.id, "user_id": self.high.id})
        foreign = self.env["res.partner"].create({"name": "Foreign", "company_id": self.other_company.id})
        self.env["connect.line.connection"].create(
            [{"line_id": line.id, "partner_id": partner.id} for partner in (foreign, self.anna.partner_id)]
        )
        self.set_status(self.high, "free")
        older = line._contact(foreign)
        younger = line._contact(self.anna.partner_id)
        self.dispatch()
        self.assertEqual(older.state, "queued")
        self.assertEqual((younger.state, younger.user_id), ("active", self.high))

    def test_first_free_specialist_gets_the_oldest(self):
        """ROU-21: the queue is first come, first served, and goes to the first who becomes free."""
        self.line.capacity = 1
        first, second = self.write_to_line(self.anna), self.write_to_line(self.boris)
        self.assertEqual((first._queue_position(), second._queue_position()), (1, 2))
        self.set_status(self.medium, "free")
        self.dispatch()
        self.assertEqual((first.user_id, second.state), (self.medium, "queued"))
        first.with_user(self.medium).finish()
        self.dispatch()
        self.assertEqual(second.user_id, self.medium, "freed capacity takes the next")

    def test_seconds_in_the_queue_are_recorded(self):
        """ROU-41: from its place in the queue to its first specialist, whoever has it later; 0 for who never waited."""
        waiting = self.write_to_line(self.anna)
        self.env.cr.execute(
            "UPDATE connect_request SET queued_at = queued_at - interval '90 seconds' WHERE id = %s", [waiting.id]
        )
        self.env.invalidate_all()
        self.assertAlmostEqual(waiting.with_user(self.high).wait_seconds, 90, delta=5)
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual(waiting.user_id, self.high)
        self.env.cr.execute("UPDATE connect_request SET assigned_at = assigned_at + interval '1 hour'")
        self.env.invalidate_all()
        self.assertAlmostEqual(waiting.wait_seconds, 90, delta=5)
        begun = self.env["connect.request"].with_user(self.high).start_work(self.line.id, self.boris.partner_id.id)
        self.assertEqual(self.env["connect.request"].browse(begun["id"]).wait_seconds, 0)

    def test_each_trigger_delivers_the_queue(self):
        """ROU-21: a status, a returning heartbeat, a new member of the line, a priority that was observer."""
        request = self.write_to_line(self.anna)
        self.set_status(self.observer, "free")
        self.dispatch()
        self.assertEqual(request.state, "queued")
        self.line.member_ids.filtered(lambda m: m.user_id == self.observer).priority = "standard"
        self.dispatch()
        self.assertEqual(request.user_id, self.observer)

        second = self.write_to_line(self.boris)
        second.with_user(self.observer).finish()
        self.dispatch()
        self.set_status(self.observer, "away")
        third = self.write_to_line(self.boris)
        self.set_status(self.medium, "free", seconds_ago=60)
        self.dispatch()
        self.assertEqual(third.state, "queued")
        self.env["connect.agent"].with_user(self.medium).heartbeat()
        self.dispatch()
        self.assertEqual(third.user_id, self.medium)

    def test_capacity_is_never_passed(self):
        """ROU-35: a specialist gets as many requests of a line as it allows; a full one takes none by hand either."""
        self.line.capacity = 1
        self.set_status(self.high, "free")
        self.assertEqual(self.write_to_line(self.anna).user_id, self.high)
        waiting = self.write_to_line(self.boris)
        self.assertEqual(waiting.state, "queued")
        with self.assertRaisesRegex(UserError, "as many requests"):
            self.env["connect.request"].with_user(self.high).start_work(self.line.id, self.boris.partner_id.id)

    def test_calls_and_chats_are_one_queue_and_one_load(self):
        """ROU-06, ROU-35: a call counts like a chat; who takes chats alone passes by a call, which keeps its place."""
        self.line.capacity = 2
        clara, dora = self.make_recipient("clara"), self.make_recipient("dora")

        def call(person):
            return self.line._contact(person.partner_id, kind="call")

        first, second, third = call(self.anna), self.write_to_line(self.boris), call(clara)
        self.dispatch()
        self.set_status(self.high, "not_ready_chat")
        self.dispatch()
        self.assertEqual((first.state, second.user_id, third.state), ("queued", self.high, "queued"))
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual((first.user_id, third.state), (self.high, "queued"), "two are the limit, one of them a call")
        self.assertEqual(self.write_to_line(dora).state, "queued")
        self.set_status(self.high, "not_ready_chat")
        first.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual((third.state, self.env["connect.request"]._open_of(self.line, dora.partner_id).user_id),
                         ("queued", self.high))  # fmt: skip

    def test_who_called_and_writes_later_waits_as_one_who_writes(self):
        """ROU-06, ROU-23: what the person does now says who may have him."""
        self.set_status(self.high, "free")
        request = self.line._contact(self.anna.partner_id, kind="call")
        self.dispatch()
        self.assertEqual(request.user_id, self.high)
        self.set_status(self.high, "away")
        self.set_status(self.medium, "not_ready_chat")
        self.line._contact(self.anna.partner_id)
        self.dispatch()
        self.assertEqual((request.user_id, request.kind), (self.medium, "message"))
        self.assertEqual(self.env["connect.decision"]._verify(), [])

    def test_manager_first_and_back_to_standard(self):
        """ROU-28: the client's support specialist, in his absence the account manager, then the standard rule."""
        self.line.delivery_rule = "manager"
        self.client_company.write({"connect_support_id": self.medium.id, "connect_manager_id": self.observer.id})
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.user_id, self.medium)
        self.set_status(self.medium, "away")
        self.assertEqual(self.write_to_line(self.boris).user_id, self.high, "an observer is no manager of this line")

    def test_project_returns_to_the_same_operator(self):
        """ROU-36, ROU-37, C-05: on a project the same operator first, under each rule; else as the rule says."""
        self.line.write({"kind": "project", "capacity": 5})
        self.client_company.connect_support_id = self.high
        for rule in ("balanced", "standard", "manager"):
            self.line.delivery_rule = rule
            self.set_status(self.high, "away")
            self.set_status(self.medium, "free")
            self.write_to_line(self.anna).with_user(self.medium).finish()
            self.set_status(self.high, "free")
            self.dispatch()
            again, other = self.write_to_line(self.anna), self.write_to_line(self.boris)
            self.assertEqual((again.user_id, other.user_id), (self.medium, self.high), rule)
            self.assertEqual(again.decision_ids[0].reason, "same_agent")
            again.with_user(self.medium).finish()
            other.with_user(self.high).finish()
            self.dispatch()

    def test_support_lines_are_not_sticky(self):
        """ROU-22, C-05: on a support line whoever's turn it is, also when it delivers evenly."""
        self.line.delivery_rule = "balanced"
        self.set_status(self.medium, "free")
        self.write_to_line(self.anna).with_user(self.medium).finish()
        self.set_status(self.high, "free")
        self.dispatch()
        self.assertEqual(self.write_to_line(self.anna).user_id, self.high, "who had nothing for longer")

    def test_refusals_say_why(self):
        """ROU-33: a line that is not connected, and one that is over; nothing is opened."""
        carl = self.make_recipient("carl", connect=False)
        with self.assertRaises(AccessError):
            self.line.with_user(carl).open_request()
        connection = self.line.connection_ids.filtered(lambda c: c.partner_id == self.anna.partner_id)
        connection.write({"date_start": "2020-01-01", "date_end": "2020-12-31"})
        with self.assertRaises(UserError):
            self.line.with_user(self.anna).open_request()
        self.assertFalse(self.env["connect.request"].search([("line_id", "=", self.line.id)]))

    def test_foreign_and_missing_ids_look_the_same(self):
        """ADM-07: another tenant learns nothing from the answer, not even that the id exists."""
        messages = set()
        for line_id, partner_id in (
            (self.line.id, self.anna.partner_id.id),
            (10**8, self.anna.partner_id.id),
            (self.line.id, 10**8),
            ("1 OR 1=1", [1]),
            (None, -1),
        ):
            with self.assertRaises(AccessError) as refused:
                self.env["connect.request"].with_user(self.stranger).start_work(line_id, partner_id)
            messages.add(str(refused.exception))
        self.assertEqual(len(messages), 1)

    def test_same_key_same_request(self):
        """Two sends of the same thing open one request, also after it was closed."""
        self.set_status(self.high, "free")
        line = self.line.with_user(self.anna)
        first = line.open_request(idempotency_key="k1")
        self.dispatch()
        self.env["connect.request"].browse(first["id"]).with_user(self.high).finish()
        self.assertEqual(line.open_request(idempotency_key="k1")["id"], first["id"])
        self.assertNotEqual(line.open_request(idempotency_key="k2")["id"], first["id"])

    def test_same_key_at_the_same_instant(self):
        """The second of two calls with one key is called again by Odoo, and finds what the first has opened."""
        line = self.line.with_user(self.anna)
        first = line.open_request(idempotency_key="k1")
        request = self.env["connect.request"].browse(first["id"])
        with self.assertRaises(ConcurrencyError):
            self.line._note_contact(request, "message", "api", "k1", handled=False)
        self.assertEqual(line.open_request(idempotency_key="k1")["id"], first["id"])

    def test_taken_off_the_line(self):
        """ROU-12: a specialist who serves the line no longer leaves his requests there to a colleague at once; what
        he does on other lines stays his."""
        seat = (0, 0, {"user_id": self.high.id, "priority": "high"})
        other = self.line.create({"name": "Another line", "company_id": self.company.id, "member_ids": [seat]})
        self.env["connect.line.connection"].create({"line_id": other.id, "partner_id": self.boris.partner_id.id})
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(request.user_id, self.high)
        kept = self.env["connect.request"].with_user(self.high).start_work(other.id, self.boris.partner_id.id)
        self.set_status(self.medium, "free")
        self.line.member_ids.filtered(lambda member: member.user_id == self.high).unlink()
        self.dispatch()
        self.assertEqual((request.state, request.user_id), ("active", self.medium))
        self.assertEqual(self.env["connect.request"].browse(kept["id"]).user_id, self.high)
        agent = self.env["connect.agent"].search([("user_id", "=", self.high.id)])
        agent.invalidate_recordset()
        self.assertEqual(agent.load, 1)

    def test_words_written_while_the_work_is_finished_are_not_lost(self):
        """ROU-12: the contact found an open request that is closed by the time the dispatcher looks."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.line.with_user(self.anna).open_request()
        request.with_user(self.high).finish()
        self.dispatch()
        requests = self.env["connect.request"].search([("partner_id", "=", self.anna.partner_id.id)])
        self.assertEqual(sorted(requests.mapped("state")), ["active", "closed"])

    def test_words_written_before_the_first_decision_are_not_lost(self):
        """ROU-12, ROU-45: a supervisor ends the request in the instant in which the person writes once more."""
        request = self.line._contact(self.anna.partner_id)
        self.line._contact(self.anna.partner_id)
        request.with_user(self.supervisor).finish()
        self.dispatch()
        requests = self.env["connect.request"].search([("partner_id", "=", self.anna.partner_id.id)])
        self.assertEqual(sorted(requests.mapped("state")), ["closed", "queued"])

    def test_bound_person_of_a_gone_specialist_goes_to_another(self):
        """ROU-23: leaving alone cancels nothing; when the person writes, the request goes to another specialist."""
        for status, seconds in (("away", 0), ("dnd", 0), ("free", 66)):
            self.set_status(self.high, "free")
            self.set_status(self.medium, "offline")
            request = self.write_to_line(self.anna)
            self.assertEqual(request.user_id, self.high)
            self.set_status(self.high, status, seconds_ago=seconds)
            self.set_status(self.medium, "free")
            self.dispatch()
            self.assertEqual(request.user_id, self.high, "leaving alone does not cancel")
            self.write_to_line(self.anna)
            self.assertEqual(request.user_id, self.medium, status)
            self.assertEqual(self.agent(self.high).load, 0)
            request.with_user(self.medium).finish()

    def test_busy_and_talking_keep_their_people(self):
        """ROU-26, ROU-27: these statuses take no new people and keep those who are bound."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.set_status(self.medium, "free")
        for status in ("busy_new", "talking"):
            self.set_status(self.high, status)
            self.write_to_line(self.anna)
            self.assertEqual(request.user_id, self.high, status)

    def test_bound_person_waits_when_nobody_else_is_free(self):
        """ROU-23: the binding is cancelled all the same, and the request waits."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.set_status(self.high, "away")
        self.write_to_line(self.anna)
        self.assertEqual((request.state, request.user_id.id), ("queued", False))
        self.assertEqual(self.codes(request), ["opened", "assigned", "unbound", "queued"])

    def test_bindings_are_per_line(self):
        """ROU-14: the same person may be bound to different specialists on different lines."""
        second = self.env["connect.line"].create(
            {
                "name": "Second",
                "company_id": self.company.id,
                "member_ids": [(0, 0, {"user_id": self.medium.id, "priority": "high"})],
            }
        )
        self.env["connect.line.connection"].create({"line_id": second.id, "partner_id": self.anna.partner_id.id})
        self.set_status(self.high, "free")
        self.set_status(self.medium, "free")
        self.assertEqual(self.write_to_line(self.anna).user_id, self.high)
        self.assertEqual(self.write_to_line(self.anna, second).user_id, self.medium)

    def test_cron_delivers_what_a_crash_left(self):
        """ROU-21: the minute cron is the safety net."""
        self.set_status(self.high, "free")
        request = self.line._contact(self.anna.partner_id)
        self.env.cr.postcommit.clear()  # the process died between commit and dispatch
        self.env["connect.dispatcher"]._cron_dispatch()
        self.assertEqual(request.user_id, self.high)
        self.assertLess((fields.Datetime.now() - request.assigned_at).total_seconds(), 5)

    def test_a_backlog_keeps_no_other_line_waiting(self):
        """ROU-12, ROU-21: lines are decided in turns; what is left of one is asked for again, and the cron finds it."""
        second = self.line.copy({"name": "Second line"})
        self.env["connect.line.member"].create({"line_id": second.id, "user_id": self.medium.id})
        people = [self.anna.partner_id, self.boris.partner_id]
        self.env["connect.line.connection"].create([{"line_id": second.id, "partner_id": each.id} for each in people])
        backlog = [self.line._contact(each) for each in people]
        other = second._contact(self.anna.partner_id)
        for user in (self.high, self.medium):
            self.set_status(user, "free")
        self.env.cr.postcommit.clear()
        dispatcher = self.env["connect.dispatcher"]
        with patch.object(connect_dispatcher, "TURN", 0):
            again = dispatcher._decide([("line", self.line.id), ("line", second.id)])
            self.env.invalidate_all()
            self.assertEqual([each.state for each in (*backlog, other)], ["active", "queued", "active"])
            self.assertEqual(again, [("line", self.line.id)])
        dispatcher._cron_dispatch()
        self.env.invalidate_all()
        self.assertEqual(backlog[1].state, "active")
