"""Handing over while something else happens to the same request, in real transactions: exactly one of the two comes
true, and whoever was too late is told so."""

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .parallel import ParallelCase


class TransferCase(ParallelCase):
    def setUp(self):
        super().setUp()
        self.owner, self.second, self.third = self.agents
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.owner, {})
            self.request_id = env["connect.request"].start_work(self.line_id, self.partner_id)["id"]

    def set_line(self, **values):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["connect.line"].browse(self.line_id).write(values)

    def other_line(self):
        """Another line of the company, to which the person is connected and which nobody serves."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            other = env["connect.line"].browse(self.line_id).copy()
            env["connect.line.connection"].create({"line_id": other.id, "partner_id": self.partner_id})
            self.line_ids.append(other.id)
        self.created.insert(1, ("connect.line", [other.id]))
        return other.id

    def by(self, user_id, verb, *args):
        return user_id, lambda env: getattr(env["connect.request"].browse(self.request_id), verb)(*args)

    def leaving(self, user_id, code="away"):
        return user_id, lambda env: bool(env["connect.agent"].set_status(code))

    def writing(self):
        """The person says something: what every channel calls in the transaction that stores it."""
        return (
            self.person,
            lambda env: env["connect.line"].browse(self.line_id)._contact(env.user.partner_id, origin="portal").id,
        )

    def assert_one(self, state, user_id, *codes):
        """The request is so, its ledger tells that and nothing else, and the proof finds nothing."""
        self.after_commits()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            request = env["connect.request"].browse(self.request_id)
            self.assertEqual((request.state, request.user_id.id), (state, user_id))
            ledger = request.decision_ids.sorted("seq")
            self.assertEqual(tuple(ledger.mapped("code"))[1:], codes)
            self.assertEqual(env["connect.decision"]._verify(), [])
            loads = {agent.user_id.id: agent.load for agent in env["connect.agent"].search([("load", ">", 0)])}
            mine = {user: load for user, load in loads.items() if user in self.agents}
            self.assertEqual(mine, {user_id: 1} if state in ("active", "offered") else {})

    def assert_told(self, error, kind, text):
        self.assertIsInstance(error, kind)
        self.assertRegex(str(error), text)


@tagged("post_install", "-at_install")
class TestTwoTransfers(TransferCase):
    def test_two_supervisors_two_colleagues(self):
        """ROU-42, ROU-45: the first has it, the second is told whose it is now."""
        done, told = self.race(
            self.by(self.supervisors[0], "transfer_to_user", self.second),
            self.by(self.supervisors[1], "transfer_to_user", self.third),
        )
        self.assertEqual(done["user_id"], self.second)
        self.assert_told(told, UserError, "just become the work of Parallel Agent 1")
        self.assert_one("active", self.second, "transferred")

    def test_both_at_once_many_times(self):
        """ROU-42: without an order between the two it is one of them just the same."""
        results = []

        def job(supervisor, user_id):
            return lambda cr: results.append(self.call(cr, *self.by(supervisor, "transfer_to_user", user_id)))

        for _round in range(5):
            results.clear()
            targets = [user_id for user_id in self.agents if user_id != self.owner]
            jobs = [job(*each) for each in zip(self.supervisors, targets, strict=True)]
            self.assertFalse(self.in_threads(jobs))
            done = [each for each in results if isinstance(each, dict)]
            self.assertEqual(len(done), 1, results)
            self.owner = done[0]["user_id"]
            self.after_commits()
        self.assert_one("active", self.owner, *["transferred"] * 5)

    def test_one_supervisor_twice(self):
        """The same click twice: there is nothing left to do."""
        transfer = self.by(self.supervisors[0], "transfer_to_user", self.second)
        _done, told = self.race(transfer, transfer)
        self.assert_told(told, UserError, "just become the work of Parallel Agent 1")
        self.assert_one("active", self.second, "transferred")

    def test_two_colleagues_asked(self):
        """ROU-43: one of them is asked, the other supervisor is told who."""
        self.set_line(transfer_consent=True)
        done, told = self.race(
            self.by(self.supervisors[0], "transfer_to_user", self.second),
            self.by(self.supervisors[1], "transfer_to_user", self.third),
        )
        self.assertEqual(done["state"], "offered")
        self.assert_told(told, UserError, "Parallel Agent 1 is being asked already")
        self.assert_one("offered", self.owner, "offered")

    def test_to_another_line_and_to_a_colleague(self):
        """ROU-42, ROU-44: it goes on there, once, and the second supervisor is told where."""
        other_id = self.other_line()
        _done, told = self.race(
            self.by(self.supervisors[0], "transfer_to_line", other_id),
            self.by(self.supervisors[1], "transfer_to_user", self.second),
        )
        self.assert_told(told, UserError, "It was moved to the line «Parallel line")
        self.assert_one("closed", self.owner, "moved")
        with self.registry.cursor() as cr:
            requests = api.Environment(cr, SUPERUSER_ID, {})["connect.request"]
            there = requests.search([("line_id", "=", other_id)])
            self.assertEqual((there.state, there.previous_id.id), ("queued", self.request_id))

    def test_a_stranger_learns_nothing(self):
        """ADM-07: who may not hand it over is not told whose it is now either."""
        _done, told = self.race(
            self.by(self.owner, "transfer_to_user", self.second), self.by(self.third, "transfer_to_user", self.third)
        )
        self.assert_told(told, AccessError, "Only the specialist who works on it")
        self.assert_one("active", self.second, "transferred")


@tagged("post_install", "-at_install")
class TestTransferAndLeaving(TransferCase):
    """ROU-42, ROU-43: to somebody who leaves at the same moment."""

    def test_he_has_left(self):
        self.set_line(capacity=1)
        for consent in (False, True):
            self.set_line(transfer_consent=consent)
            with self.subTest(consent=consent):
                _done, told = self.race(
                    self.leaving((self.second, self.third)[consent]),
                    self.by(self.owner, "transfer_to_user", (self.second, self.third)[consent]),
                )
                self.assert_told(told, UserError, "has the status «Away» now")
        self.assert_one("active", self.owner)

    def test_he_leaves_a_moment_later(self):
        """It is his: leaving takes nobody's binding away, the person's next word does (ROU-23)."""
        self.race(self.by(self.owner, "transfer_to_user", self.second), self.leaving(self.second))
        self.assert_one("active", self.second, "transferred")
        with self.registry.cursor() as cr:
            self.call(cr, *self.writing())
        self.after_commits()
        with self.registry.cursor() as cr:
            request = api.Environment(cr, SUPERUSER_ID, {})["connect.request"].browse(self.request_id)
            self.assertIn(request.user_id.id, (self.owner, self.third))
            self.assertEqual(request.decision_ids.sorted("seq").mapped("code")[2:], ["unbound", "assigned"])

    def test_he_leaves_while_he_is_asked(self):
        """The offer waits for its time and the request stays with the sender."""
        self.set_line(transfer_consent=True)
        self.race(self.by(self.owner, "transfer_to_user", self.second), self.leaving(self.second))
        self.assert_one("offered", self.owner, "offered")


@tagged("post_install", "-at_install")
class TestConsentAtOnce(TransferCase):
    """ROU-43: the colleague says yes while the offer ends."""

    def setUp(self):
        super().setUp()
        self.set_line(transfer_consent=True)
        with self.registry.cursor() as cr:
            self.call(cr, *self.by(self.owner, "transfer_to_user", self.second))
        self.accept = self.by(self.second, "accept_transfer")

    def expiring(self):
        """The clock looks when the time is over."""
        with self.registry.cursor() as cr:
            cr.execute("UPDATE connect_timer SET due_at = now() AT TIME ZONE 'UTC' WHERE request_id = %s",
                       [self.request_id])  # fmt: skip
        return SUPERUSER_ID, lambda env: env["connect.timer"]._run_due()

    def test_accepted_then_withdrawn(self):
        done, told = self.race(self.accept, self.by(self.owner, "decline_transfer"))
        self.assertEqual(done["user_id"], self.second)
        self.assert_told(told, UserError, "The offer is over: it was accepted")
        self.assert_one("active", self.second, "offered", "accepted")

    def test_withdrawn_then_accepted(self):
        _done, told = self.race(self.by(self.owner, "decline_transfer"), self.accept)
        self.assert_told(told, UserError, "The offer is over")
        self.assert_one("active", self.owner, "offered", "withdrawn")

    def test_accepted_then_the_time_is_over(self):
        _done, ended = self.race(self.accept, self.expiring())
        self.assertEqual(ended, 0, "a timer leaves alone what is being moved, and looks again")
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["connect.timer"]._run_due()
        self.assert_one("active", self.second, "offered", "accepted")

    def test_the_time_is_over_then_accepted(self):
        done, told = self.race(self.expiring(), self.accept)
        self.assertEqual(done, 1)
        self.assert_told(told, UserError, "The offer is over")
        self.assert_one("active", self.owner, "offered", "expired")

    def test_accepted_and_declined_on_two_devices(self):
        _done, told = self.race(self.accept, self.by(self.second, "decline_transfer"))
        self.assert_told(told, UserError, "The offer is over: it was accepted")
        self.assert_one("active", self.second, "offered", "accepted")

    def test_accepted_while_a_supervisor_finishes(self):
        _done, told = self.race(self.by(self.supervisors[0], "finish"), self.accept)
        self.assert_told(told, UserError, "The offer is over")
        self.assert_one("closed", self.owner, "offered", "finished")


@tagged("post_install", "-at_install")
class TestTransferAndWriting(TransferCase):
    """ROU-12, ROU-23: the person writes while his request is handed over."""

    def test_he_writes_to_the_former_one(self):
        for first in (True, False):
            with self.subTest(transfer_first=first):
                to = self.second if first else self.third
                calls = [self.by(self.supervisors[0], "transfer_to_user", to), self.writing()]
                results = self.race(*calls) if first else self.race(*reversed(calls))
                self.assertIn(self.request_id, results)
                self.assert_one("active", to, *["transferred"] * (1 if first else 2))

    def test_the_former_one_has_left_and_it_is_handed_over_while_the_router_looks(self):
        """The router judges whoever has it when it takes it away, not whoever had it when it began to look."""
        with self.registry.cursor() as cr:
            self.call(cr, *self.leaving(self.owner))
        with self.registry.cursor() as cr:
            self.call(cr, *self.writing())
        look = SUPERUSER_ID, lambda env: env["connect.dispatcher"]._decide([("line", self.line_id)])
        self.race(self.by(self.supervisors[0], "transfer_to_user", self.second), look)
        self.assert_one("active", self.second, "transferred")

    def test_he_writes_while_it_is_moved_to_another_line(self):
        """ROU-44: nothing that he says is lost: it opens a new request where he wrote it."""
        other_id = self.other_line()
        self.race(self.by(self.owner, "transfer_to_line", other_id), self.writing())
        self.after_commits()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            requests = env["connect.request"].search([("partner_id", "=", self.partner_id)], order="id")
            self.assertEqual(requests.mapped("line_id").ids, [self.line_id, other_id])
            self.assertEqual(requests.filtered(lambda each: each.state != "closed").mapped("line_id.id"),
                             [other_id, self.line_id])  # fmt: skip
            self.assertEqual(env["connect.decision"]._verify(), [])


@tagged("post_install", "-at_install")
class TestTransferAndFinishing(TransferCase):
    """ROU-22, ROU-42: handed over and finished at once."""

    def test_finished_then_handed_over(self):
        _done, told = self.race(
            self.by(self.owner, "finish"), self.by(self.supervisors[0], "transfer_to_user", self.second)
        )
        self.assert_told(told, UserError, "The work is finished: there is nothing to hand over")
        self.assert_one("closed", self.owner, "finished")

    def test_handed_over_then_finished(self):
        """Neither the former one nor a supervisor ends what has just become somebody else's work."""
        _done, told = self.race(
            self.by(self.supervisors[0], "transfer_to_user", self.second), self.by(self.owner, "finish")
        )
        self.assert_told(told, UserError, "just become the work of Parallel Agent 1")
        self.after_commits()
        _done, told = self.race(
            self.by(self.second, "transfer_to_user", self.third), self.by(self.supervisors[1], "finish")
        )
        self.assert_told(told, UserError, "just become the work of Parallel Agent 2")
        self.assert_one("active", self.third, "transferred", "transferred")

    def test_finished_twice(self):
        """Finishing twice is no error, also at once."""
        for result in self.race(self.by(self.owner, "finish"), self.by(self.supervisors[0], "finish")):
            self.assertEqual(result["state"], "closed")
        self.assert_one("closed", self.owner, "finished")
