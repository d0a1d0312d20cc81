"""Real transactions that create tickets at the same time: numbers without gaps, and nobody fails on another."""

import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged

CREATORS, TICKETS = 6, 5


@tagged("post_install", "-at_install")
class TestTicketParallel(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        patcher = patch(
            "odoo.addons.connect_lines.models.connect_ticket_number.ConnectTicketNumber._in_test",
            staticmethod(lambda: False),
        )
        patcher.start()
        self.addCleanup(patcher.stop)
        # the feeds of conversations have parallel tests of their own
        patcher = patch.object(self.registry["connect.ticket"], "_on_created", lambda tickets: None)
        patcher.start()
        self.addCleanup(patcher.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.company_id, self.values, self.made = self.prepare(env)
        self.addCleanup(self.remove)

    def prepare(self, env):
        company = env["res.company"].create({"name": "Parallel tickets"})
        subscription = env["connect.subscription"].create({"company_id": company.id, "feature": "ticket"})
        line = env["connect.line"].create({"name": "Parallel tickets", "company_id": company.id})
        person = env["res.partner"].create({"name": "Parallel person", "company_id": company.id})
        connection = env["connect.line.connection"].create({"line_id": line.id, "partner_id": person.id})
        values = {
            "line_id": line.id,
            "partner_id": person.id,
            "summary": "x",
            "topic_id": env.ref("connect_lines.topic_other").id,
        }
        return company.id, values, [connection, subscription, line, person, company]

    def remove(self):
        with self.registry.cursor() as cr:
            cr.execute("UPDATE connect_ticket SET duplicate_of_id = NULL WHERE owner_id = %s", [self.company_id])
            cr.execute("DELETE FROM connect_ticket WHERE owner_id = %s RETURNING id", [self.company_id])
            ids = [row[0] for row in cr.fetchall()]
            cr.execute("DELETE FROM mail_message WHERE model = 'connect.ticket' AND res_id = ANY(%s)", [ids])
            cr.execute("DELETE FROM mail_followers WHERE res_model = 'connect.ticket' AND res_id = ANY(%s)", [ids])
            env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
            for record in self.made:
                env[record._name].browse(record.ids).exists().unlink()

    def names(self):
        with self.registry.cursor() as cr:
            cr.execute("SELECT name FROM connect_ticket WHERE owner_id = %s ORDER BY name", [self.company_id])
            return [name for (name,) in cr.fetchall()]

    def add(self, cr, **values):
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        ticket = env["connect.ticket"].create({**self.values, **values})
        env.flush_all()
        return ticket.name

    def test_no_gap_and_no_failure(self):
        """LIN-51: snapshots older than every commit, every third transaction rolled back."""
        failures, start = [], threading.Barrier(CREATORS)

        def run(index):
            try:
                with self.registry.cursor() as cr:
                    cr.execute("SELECT 1")
                    start.wait(20)
                    for number in range(TICKETS):
                        self.add(cr)
                        if (index + number) % 3 == 0:
                            cr.rollback()
                        else:
                            cr.commit()  # real commits are what is tested  # pylint: disable=invalid-commit
            except Exception as failure:
                failures.append(failure)

        threads = [threading.Thread(target=run, args=(index,)) for index in range(CREATORS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertFalse(failures)
        kept = len(self.names())
        self.assertEqual(kept, CREATORS * TICKETS * 2 // 3)
        with self.registry.cursor() as cr:  # what was rolled back last is filled by those who come next
            while True:
                self.add(cr)
                cr.commit()  # as above  # pylint: disable=invalid-commit
                names = self.names()
                if names[-1] == f"{len(names):06d}":
                    break
                self.assertLess(len(names), 2 * CREATORS * TICKETS)
        self.assertEqual(names, [f"{number:06d}" for number in range(1, len(names) + 1)])

    def test_a_number_of_a_transaction_that_runs_is_not_given_twice(self):
        """And one that it dropped in a savepoint is given to the next."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            self.assertEqual(self.add(first), "000001")
            self.assertEqual(self.add(second), "000002")
            first.rollback()
            self.assertEqual(self.add(second), "000001")
            second.commit()  # as above  # pylint: disable=invalid-commit
            with self.assertRaises(ZeroDivisionError), first.savepoint():
                self.assertEqual(self.add(first), "000003")
                raise ZeroDivisionError
            first.commit()  # as above  # pylint: disable=invalid-commit
            self.assertEqual(self.add(second), "000003")
            second.rollback()

    def at_once(self, *calls):
        """What each call answers or raises; all of them look before any of them writes, and are called again as a
        request is."""
        answers, start = [None] * len(calls), threading.Barrier(len(calls))

        def run(index):
            first = [True]

            def request():
                cr.execute("SELECT 1")
                if first:
                    first.clear()
                    start.wait(20)
                return calls[index](env)

            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
                try:
                    answers[index] = retrying(request, env)
                except Exception as failure:
                    answers[index] = failure

        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return answers

    def test_the_same_form_twice_at_once(self):
        """POR-13: a double click files one ticket, and both requests answer with it."""

        def submit(env):
            return env["connect.ticket"].submit(
                self.values["line_id"], "other", self.values["topic_id"], "x",
                {"situation": "a", "desired_result": "b"}, self.values["partner_id"], idempotency_key="k",
            )  # fmt: skip

        first, second = self.at_once(submit, submit)
        self.assertEqual(first, second)
        self.assertEqual(self.names(), ["000001"])

    def test_merged_into_each_other_at_once(self):
        """One of the two goes on, whoever came first."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            ids = [env["connect.ticket"].create(self.values).id for _number in range(2)]

        def merge(duplicate, target):
            return lambda env: env["connect.ticket"].browse(duplicate)._merge_into(env["connect.ticket"].browse(target))

        answers = self.at_once(merge(*ids), merge(*reversed(ids)))
        self.assertEqual(sorted(map(type, answers), key=str), sorted([type(None), UserError], key=str))
        with self.registry.cursor() as cr:
            cr.execute("SELECT count(duplicate_of_id) FROM connect_ticket WHERE owner_id = %s", [self.company_id])
            self.assertEqual(cr.fetchone()[0], 1)
