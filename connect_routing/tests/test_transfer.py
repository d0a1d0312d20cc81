from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RoutingCase


class QueueCase(RoutingCase):
    def setUp(self):
        super().setUp()
        self.set_status(self.high, "free")
        self.request = self.write_to_line(self.anna)
        self.set_status(self.medium, "free")

    def by(self, user):
        return self.request.with_user(user)

    def due(self, seconds=3600):
        """So much later: what is due by then is done."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE connect_timer SET due_at = due_at - make_interval(secs => %s)", [seconds])
        self.env.cr.execute(
            "UPDATE connect_request SET assigned_at = assigned_at - make_interval(secs => %s)", [seconds]
        )
        self.env.invalidate_all()
        self.env["connect.timer"]._run_due()
        self.dispatch()

    def connect(self, line, *people):
        self.env["connect.line.connection"].create(
            [{"line_id": line.id, "partner_id": person.partner_id.id} for person in people]
        )

    def assert_loads(self, **loads):
        self.dispatch()
        for name, load in loads.items():
            self.assertEqual(self.agent(getattr(self, name)).load, load, name)


@tagged("post_install", "-at_install")
class TestTransferToPerson(QueueCase):
    def test_a_colleague_gets_it_at_once(self):
        """ROU-42: without consent the binding moves at once; both loads are right, the ledger tells who did it."""
        result = self.by(self.high).transfer_to_user(self.medium.id)
        self.assertEqual((result["state"], result["user_id"]), ("active", self.medium.id))
        self.assert_loads(high=0, medium=1)
        decision = self.request.decision_ids[0]
        self.assertEqual((decision.code, decision.actor_id, decision.user_id), ("transferred", self.high, self.medium))

    def test_whom_it_cannot_go_to(self):
        """ROU-42: not to a stranger, to somebody who left, to somebody away, to the one who has it, twice."""
        for user, text in ((self.stranger, "does not serve"), (self.observer, "not connected"), (self.high, "already")):
            with self.assertRaisesRegex(UserError, text):
                self.by(self.high).transfer_to_user(user.id)
        self.set_status(self.medium, "dnd")
        with self.assertRaisesRegex(UserError, "has the status"):
            self.by(self.high).transfer_to_user(self.medium.id)
        for rubbish in (0, -1, None, "x", 2**40):
            with self.assertRaises(UserError):
                self.by(self.high).transfer_to_user(rubbish)
        self.assertEqual(self.request.user_id, self.high)

    def test_who_may_do_it(self):
        """ROU-45, ADM-07: the specialist himself and the supervisor; no colleague, no stranger, not the person."""
        for user in (self.medium, self.stranger, self.anna):
            with self.assertRaises(AccessError):
                self.by(user).transfer_to_user(self.medium.id)
        self.by(self.supervisor).transfer_to_user(self.medium.id)
        self.assertEqual(self.request.user_id, self.medium)
        with self.assertRaises(AccessError):
            self.by(self.high).transfer_to_user(self.medium.id)

    def test_the_supervisor_gives_out_what_waits(self):
        self.set_status(self.high, "away")
        self.set_status(self.medium, "away")
        waiting = self.write_to_line(self.boris)
        self.set_status(self.medium, "busy_new")
        waiting.with_user(self.supervisor).transfer_to_user(self.medium.id)
        self.assertEqual((waiting.state, waiting.user_id), ("active", self.medium))

    def test_the_limit_holds(self):
        """ROU-35: nobody gets more than the line allows, by no way."""
        self.line.capacity = 1
        self.write_to_line(self.boris)
        self.assertEqual(self.agent(self.medium).load, 1)
        for consent in (False, True):
            self.line.transfer_consent = consent
            self.assertEqual(self.request._transfer_choices()["colleagues"], [], "nobody is shown who is refused")
            with self.assertRaisesRegex(UserError, "Medium works on as many"):
                self.by(self.high).transfer_to_user(self.medium.id)
        self.line.capacity = 2
        colleagues = self.request._transfer_choices()["colleagues"]
        self.assertEqual([each["user_id"] for each in colleagues], self.medium.ids)


@tagged("post_install", "-at_install")
class TestConsent(QueueCase):
    def setUp(self):
        super().setUp()
        self.line.transfer_consent = True

    def offer(self):
        return self.by(self.high).transfer_to_user(self.medium.id)

    def test_it_switches_with_consent_only(self):
        """ROU-43: until he accepts it stays with the sender, who goes on answering."""
        self.assertEqual((self.offer()["state"], self.request.user_id), ("offered", self.high))
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.high)
        self.assertEqual(self.by(self.medium).accept_transfer()["user_id"], self.medium.id)
        self.assertEqual(self.by(self.medium).accept_transfer()["user_id"], self.medium.id, "twice is no error")
        self.assert_loads(high=0, medium=1)
        self.assertEqual(self.codes(self.request)[2:], ["offered", "first_reply", "accepted"])

    def test_it_comes_back(self):
        """ROU-43: declined, taken back or not answered within the line's time, it stays where it was."""
        self.offer()
        self.by(self.medium).decline_transfer()
        self.offer()
        self.by(self.high).decline_transfer()
        self.offer()
        self.due()
        self.assertEqual((self.request.state, self.request.user_id), ("active", self.high))
        self.assertEqual(
            self.codes(self.request)[2:], ["offered", "declined", "offered", "withdrawn", "offered", "expired"]
        )
        with self.assertRaisesRegex(UserError, "The offer is over"):
            self.by(self.medium).accept_transfer()
        self.assert_loads(high=1, medium=0)

    def test_an_old_timer_ends_no_new_offer(self):
        self.offer()
        self.by(self.medium).decline_transfer()
        self.offer()
        self.due(seconds=30)
        self.assertEqual(self.request.state, "offered")

    def test_two_transfers_at_once(self):
        """The second one is told that somebody is being asked."""
        self.offer()
        with self.assertRaisesRegex(UserError, "Medium is being asked already"):
            self.by(self.supervisor).transfer_to_user(self.high.id)

    def test_only_to_who_takes_new_ones(self):
        """ROU-43: connected and in «Готов» or «Не готов/Исходящий чат»."""
        self.set_status(self.medium, "not_ready")
        with self.assertRaisesRegex(UserError, "has the status"):
            self.offer()
        self.set_status(self.medium, "not_ready_chat")
        self.assertEqual(self.offer()["state"], "offered")

    def test_who_may_answer(self):
        """ADM-07: the colleague who is asked; others neither accept nor decline; a stranger learns nothing."""
        self.offer()
        with self.assertRaisesRegex(UserError, "The offer is over"):
            self.by(self.observer).accept_transfer()
        with self.assertRaises(AccessError):
            self.by(self.observer).decline_transfer()
        for user in (self.stranger, self.anna):
            for verb in ("accept_transfer", "decline_transfer"):
                with self.assertRaises(AccessError):
                    getattr(self.by(user), verb)()
        self.assertEqual(self.request.state, "offered")

    def test_who_filled_up_meanwhile_cannot_accept(self):
        self.line.capacity = 1
        self.offer()
        self.write_to_line(self.boris)
        with self.assertRaisesRegex(UserError, "You work on as many"):
            self.by(self.medium).accept_transfer()
        self.assertEqual((self.request.state, self.request.user_id), ("offered", self.high))

    def test_the_sender_leaves_and_the_person_writes(self):
        """ROU-23 comes before the offer: the person is not left to wait for an answer between two colleagues."""
        self.offer()
        self.set_status(self.high, "away")
        self.write_to_line(self.anna)
        self.assertEqual((self.request.state, self.request.user_id), ("active", self.medium))
        self.assertIn("unbound", self.codes(self.request))
        self.assert_loads(high=0, medium=1)

    def test_others_end_the_offer(self):
        """Finishing, taking over and moving end it; the ledger agrees with the row."""
        self.offer()
        self.env["connect.request"].with_user(self.medium).start_work(self.line.id, self.anna.partner_id.id)
        self.assertEqual((self.request.state, self.request.user_id), ("active", self.medium))
        self.by(self.medium).transfer_to_user(self.high.id)
        self.by(self.medium).finish()
        self.assertEqual((self.request.state, self.request.offered_to_id.id), ("closed", False))
        self.assert_loads(high=0, medium=0)
        self.assertEqual(self.env["connect.decision"]._verify(), [])


@tagged("post_install", "-at_install")
class TestTransferToLine(QueueCase):
    def setUp(self):
        super().setUp()
        self.second = self.line.copy({"name": "Second line"})
        self.env["connect.line.member"].create({"line_id": self.second.id, "user_id": self.medium.id})
        self.connect(self.second, self.anna)

    def test_it_is_routed_anew(self):
        """ROU-42, ROU-44: here it ends, there it is routed; no consent, no rating of the part."""
        self.second.transfer_consent = True
        result = self.by(self.high).transfer_to_line(self.second.id)
        self.dispatch()
        there = self.env["connect.request"].browse(result["id"])
        self.assertEqual((self.request.state, self.request.close_reason), ("closed", "moved"))
        self.assertEqual((there.line_id, there.previous_id, there.user_id), (self.second, self.request, self.medium))
        self.assertFalse(self.request.ask_rating)
        self.assert_loads(high=0, medium=1)
        self.assertEqual(self.env["connect.decision"]._verify(), [])

    def test_one_that_is_open_there_takes_it_up(self):
        """ROU-32: one open request for each line and person, whatever is moved."""
        there = self.write_to_line(self.anna, self.second)
        self.assertEqual(self.by(self.high).transfer_to_line(self.second.id)["id"], there.id)

    def test_lines_that_are_not_allowed(self):
        """ROU-44: to the lines of the settings, connected to the person; never to another company's."""
        foreign = self.env["connect.line"].create({"name": "Foreign", "company_id": self.other_company.id})
        third = self.env["connect.line"].create({"name": "Third", "company_id": self.company.id})
        for line_id in (foreign.id, third.id, self.line.id, 0, None, "x"):
            with self.assertRaisesRegex(UserError, "cannot be moved"):
                self.by(self.high).transfer_to_line(line_id)
        self.connect(third, self.anna)
        self.line.transfer_line_ids = third
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            self.by(self.high).transfer_to_line(self.second.id)
        self.assertEqual(self.by(self.high).transfer_to_line(third.id)["state"], "queued")

    def test_the_supervisor_moves_what_waits(self):
        """ROU-45: any chat that he supervises, also one that nobody has."""
        self.set_status(self.high, "away")
        self.set_status(self.medium, "away")
        self.connect(self.second, self.boris)
        waiting = self.write_to_line(self.boris)
        with self.assertRaises(AccessError):
            waiting.with_user(self.high).transfer_to_line(self.second.id)
        self.assertEqual(waiting.with_user(self.supervisor).transfer_to_line(self.second.id)["state"], "queued")
        self.assertEqual((waiting.state, waiting.user_id.id), ("closed", False))


@tagged("post_install", "-at_install")
class TestLightning(QueueCase):
    def setUp(self):
        super().setUp()
        for user in (self.high, self.medium):
            self.set_status(user, "away")
        self.people = [self.make_recipient(f"waiting-{number}") for number in range(3)]
        self.waiting = [self.write_to_line(person) for person in self.people]

    def pull(self, user, count=0, line=None):
        return (line or self.line).with_user(user).pull_queue(count)["pulled"]

    def test_the_longest_waiting_first(self):
        """ROU-38: as many as the line's settings say, or as asked, the oldest first."""
        self.assertEqual(self.pull(self.medium), [self.waiting[0].id])
        self.assertEqual(self.pull(self.medium, 5), [each.id for each in self.waiting[1:]])
        self.assertEqual(self.pull(self.medium), [], "an empty queue is no error")
        self.assert_loads(medium=3)
        self.assertEqual(self.codes(self.waiting[0])[-1], "pulled")

    def test_the_limit(self):
        """ROU-38: may exceed the capacity, or not: a setting."""
        self.line.write({"capacity": 1, "pull_beyond_limit": False})
        self.assertEqual(self.pull(self.medium, 3), [self.waiting[0].id])
        with self.assertRaises(UserError):
            self.pull(self.medium)
        self.line.pull_beyond_limit = True
        self.assertEqual(len(self.pull(self.medium, 3)), 2)
        self.assert_loads(medium=3)

    def test_who_may(self):
        """ADM-07: specialists of the line; no observer, no stranger, no person; only where the line allows it."""
        for user in (self.observer, self.stranger, self.anna, self.supervisor):
            with self.assertRaises(AccessError):
                self.pull(user)
        for count in (-1, 21, "x", None, 1.5, True):
            with self.assertRaises(UserError):
                self.pull(self.medium, count)
        self.line.pull_enabled = False
        with self.assertRaisesRegex(UserError, "by the router alone"):
            self.pull(self.medium)


@tagged("post_install", "-at_install")
class TestSilence(QueueCase):
    """ROU-47: both intervals count from the specialist's last message."""

    def setUp(self):
        super().setUp()
        self.line.write({"warn_after": 10, "close_after": 15})

    def reply(self):
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.high)
        self.dispatch()

    def pass_minutes(self, minutes):
        self.env.flush_all()
        for column in ("since", "due_at"):
            self.env.cr.execute(f"UPDATE connect_timer SET {column} = {column} - interval '{minutes} minutes'")
        self.env.cr.execute(f"UPDATE connect_contact SET at = at - interval '{minutes} minutes'")
        self.env.cr.execute("ALTER TABLE connect_decision DISABLE TRIGGER USER")
        self.env.cr.execute(f"UPDATE connect_decision SET at = at - interval '{minutes} minutes'")
        self.env.cr.execute("ALTER TABLE connect_decision ENABLE TRIGGER USER")
        self.env.invalidate_all()
        self.env["connect.timer"]._run_due()
        self.dispatch()

    def test_a_warning_then_the_end(self):
        self.reply()
        self.pass_minutes(9)
        self.assertEqual(self.codes(self.request)[-1], "first_reply")
        self.pass_minutes(2)
        self.assertEqual(self.codes(self.request)[-1], "warned")
        self.pass_minutes(2)
        self.assertEqual(self.request.state, "active")
        self.pass_minutes(3)
        self.assertEqual((self.request.state, self.request.close_reason), ("closed", "silence"))
        self.assertEqual(self.codes(self.request).count("warned"), 1)
        self.assertTrue(self.request.ask_rating)
        self.assert_loads(high=0)

    def test_the_person_writes(self):
        """Whatever the person says stops the count, also after the warning; the specialist's answer starts it anew."""
        self.reply()
        self.pass_minutes(11)
        self.write_to_line(self.anna)
        self.pass_minutes(100)
        self.assertEqual(self.request.state, "active")
        self.reply()
        self.pass_minutes(11)
        self.assertEqual(self.codes(self.request).count("warned"), 2)

    def test_without_a_word_of_the_specialist_it_never_closes(self):
        self.pass_minutes(1000)
        self.assertEqual(self.codes(self.request), ["opened", "assigned"])

    def test_his_newer_message_restarts_it(self):
        self.reply()
        self.pass_minutes(9)
        self.reply()
        self.pass_minutes(9)
        self.assertNotIn("warned", self.codes(self.request))

    def test_only_closing(self):
        self.line.write({"warn_after": 0, "close_after": 5})
        self.reply()
        self.pass_minutes(6)
        self.assertEqual(self.codes(self.request)[-1], "silenced")
