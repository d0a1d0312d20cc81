from odoo.tests import tagged

from .common import RoutingCase


@tagged("post_install", "-at_install")
class TestLedger(RoutingCase):
    def wrong_requests(self):
        return [request_id for request_id, _what in self.env["connect.decision"]._verify()]

    def test_the_ledger_rebuilds_every_row(self):
        """Decision 3: after a life with everything in it the fold of the ledger is the row."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.set_status(self.high, "away")
        self.write_to_line(self.anna)
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.observer)
        self.env["connect.request"]._agent_contact(self.line, self.anna.partner_id, self.medium)
        request.with_user(self.medium).finish(note="Привет & «кавычки»")
        request.with_user(self.anna).rate(5, "Спасибо 🙂")
        self.dispatch()
        self.assertEqual(
            self.codes(request),
            ["opened", "assigned", "unbound", "queued", "started", "first_reply", "taken_over", "finished", "rated"],
        )
        self.assertEqual(self.wrong_requests(), [])

    def test_the_checker_finds_each_kind_of_damage(self):
        """A row changed behind the ledger's back, a wrong counter, a row without history."""
        self.set_status(self.high, "free")
        request = self.write_to_line(self.anna)
        self.assertEqual(self.wrong_requests(), [])
        damages = {
            request.id: "UPDATE connect_request SET is_missed = TRUE WHERE id = %(request)s",
            0: "UPDATE connect_agent SET load = load + 1 WHERE user_id = %(user)s",
        }
        for expected, statement in damages.items():
            savepoint = self.env.cr.savepoint()
            self.env.cr.execute(statement, {"request": request.id, "user": self.high.id})
            self.assertIn(expected, self.wrong_requests())
            savepoint.rollback()
            savepoint.close(rollback=False)
        self.env.cr.execute(
            """INSERT INTO connect_request
                      (line_id, partner_id, company_id, kind, origin, state, opened_at, queued_at, seq)
               VALUES (%s, %s, %s, 'message', 'portal', 'queued', now(), now(), 1) RETURNING id""",
            [self.line.id, self.boris.partner_id.id, self.company.id],
        )
        self.assertIn(self.env.cr.fetchone()[0], self.wrong_requests())

    def test_the_decision_keeps_what_the_router_saw(self):
        """Sizes by priority and the reasons of exclusion, as they were at that moment."""
        self.set_status(self.high, "free")
        self.set_status(self.medium, "dnd")
        request = self.write_to_line(self.anna)
        decision = request.decision_ids.filtered(lambda each: each.code == "assigned")
        self.assertEqual((decision.rule, decision.reason), ("standard", "high"))
        self.assertEqual(decision.pool_seen["free"], {"high": 1})
        self.assertEqual(decision.pool_seen["excluded"], {"status": 1, "observer": 1})
        self.assertIn([self.medium.id, "status", "dnd", 0], decision.pool_seen["out"])
