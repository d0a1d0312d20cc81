"""The distributor's payments and access (LIN-38, LIN-40..42)."""

import io
from datetime import date
from unittest.mock import patch

import openpyxl
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestStatement(HttpCase, LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.email = "accounts@alpha.example"
        price = cls.env["connect.price"].create
        price({"company_id": cls.distributor.id, "item": "account", "price": 100})
        price({"company_id": cls.distributor.id, "item": "api", "price": 300})

    def _statements(self, user=None):
        return self.env["connect.statement"].with_user(user or self.user_distributor)

    def _paid_june(self):
        """Two accounts all along, one from the 16th, and one that was over before."""
        with freeze_time("2026-05-20"):
            (self.agent_a | self.recipient_a | self.colleague_a).connect_paid = True
        with freeze_time("2026-05-31"):
            self.colleague_a.connect_paid = False
        with freeze_time("2026-06-16"):
            self.admin_a.connect_paid = True

    def test_monthly_statement_by_days(self):
        """LIN-41: a month of 30 days, two accounts all along and one from the 16th, at 100: 250.00."""
        self._paid_june()
        statement = self._statements()._make(self.company_a, date(2026, 6, 5))
        self.assertEqual(statement.total, 250.0)
        self.assertEqual(
            [(line.count, line.days, line.amount) for line in statement.line_ids], [(2, 30, 200), (1, 15, 50)]
        )

    def test_subscriptions_by_days_and_trials_free(self):
        """LIN-41, LIN-40: a subscription costs its days, a trial nothing."""
        create = self.env["connect.subscription"].create
        values = {"company_id": self.company_a.id, "date_start": "2026-06-21", "date_end": "2026-07-10"}
        create({**values, "feature": "api"})
        create({**values, "feature": "monitor", "is_trial": True})
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        self.assertEqual([(line.item, line.days, line.amount) for line in statement.line_ids], [("api", 10, 100)])

    def test_history_of_paid_accounts(self):
        """A block, another company and a removed account keep what was paid for; one day is not counted twice."""
        periods = self.env["connect.paid.period"].search
        with freeze_time("2026-06-01"):
            self.agent_a.connect_paid = True
            self.agent_a.connect_paid = False
            self.agent_a.connect_paid = True
        self.assertEqual(len(periods([("user_id", "=", self.agent_a.id)])), 1)
        with freeze_time("2026-06-10"):
            self.agent_a.active = False
        period = periods([("user_id", "=", self.agent_a.id)])
        self.assertEqual((period.date_start, period.date_end), (date(2026, 6, 1), date(2026, 6, 10)))
        with freeze_time("2026-06-21"):
            self.agent_a.active = True
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        self.assertEqual([(line.count, line.days) for line in statement.line_ids], [(1, 20)])

    def test_only_days_of_permanent_access(self):
        """LIN-38, LIN-39, LIN-41: neither a trial nor a suspension is paid for, whatever the accounts are."""
        with freeze_time("2026-06-01"):
            self.company_a.write({"connect_access": "trial", "connect_access_until": "2026-06-10"})
            self.agent_a.connect_paid = True
        with freeze_time("2026-06-11"):
            self.company_a.write({"connect_access": "full", "connect_access_until": False})
        with freeze_time("2026-06-15"):
            self.company_a.connect_access = "suspended"
        with freeze_time("2026-06-26"):
            self.company_a.connect_access = "full"
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        self.assertEqual([(line.count, line.days) for line in statement.line_ids], [(1, 10)])

    def test_nobody_writes_a_statement(self):
        """LIN-41: its figures come from the counting alone, and what was sent is not taken back."""
        self._paid_june()
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        for values in ({"total": 1}, {"company_id": self.company_b.id}, {"state": "sent"}):
            for user in (self.user_distributor, self.platform):
                with self.assertRaises(AccessError):
                    statement.with_user(user).write(values)
        for name in ("action_compute", "action_send", "action_send_again"):
            with self.assertRaises(AccessError):
                getattr(statement.with_user(self.admin_a), name)()
        statement.action_send()
        mails = self.env["mail.mail"].search([])
        statement.action_send()
        self.assertEqual(self.env["mail.mail"].search([]), mails, "a second click sends nothing")
        with self.assertRaises(UserError):
            statement.unlink()

    def test_counted_again_until_it_is_sent(self):
        self._paid_june()
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        prices = [("company_id", "=", self.distributor.id), ("item", "=", "account")]
        self.env["connect.price"].search(prices).price = 200
        self.assertEqual(self._statements()._make(self.company_a, date(2026, 6, 30)), statement)
        self.assertEqual(statement.total, 500)

    def test_mailed_with_pdf_and_table(self):
        """LIN-41: PDF and XLSX, sent by mail; the service company reads it then, and not before."""
        self._paid_june()
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        with self.assertRaises(AccessError):
            self._statements(self.admin_a).browse(statement.id).read(["total"])
        mails = self.env["mail.mail"].search([])
        statement.action_send()
        mail = self.env["mail.mail"].search([]) - mails
        self.assertEqual(mail.email_to, "accounts@alpha.example")
        files = {file.name.rsplit(".")[-1]: file.raw for file in mail.attachment_ids}
        self.assertTrue(files["pdf"].startswith(b"%PDF"))
        sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).active
        self.assertEqual(sheet.cell(row=sheet.max_row, column=5).value, 250)
        self.assertEqual(self._statements(self.admin_a).browse(statement.id).total, 250)

    def test_job_of_the_month(self):
        """Once a month each company on full access gets its statement, trials do not."""
        self._paid_june()
        self.company_b.write({"connect_distributor_id": self.distributor.id, "connect_access": "trial",
                              "connect_access_until": "2026-12-31"})  # fmt: skip
        ours = [("distributor_id", "=", self.distributor.id)]
        for _run in range(2):
            # the job keeps what is done batch by batch, a test may not
            with freeze_time("2026-07-02"), patch.object(self.registry["ir.cron"], "_commit_progress"):
                self.env["connect.statement"]._make_all()
        statement = self.env["connect.statement"].search(ours)
        self.assertEqual((statement.company_id, statement.state, statement.total), (self.company_a, "sent", 250))

    def test_only_ones_own_partners(self):
        """LIN-42: a distributor counts for its own partners, a service company not at all."""
        with self.assertRaises(AccessError):
            self._statements()._make(self.company_b, date(2026, 6, 1))
        with self.assertRaises(AccessError):
            self._statements(self.admin_a)._make(self.company_a, date(2026, 6, 1))

    def test_files_for_those_who_may_read_them(self):
        self._paid_june()
        statement = self._statements()._make(self.company_a, date(2026, 6, 1))
        for user, status in ((self.user_distributor, 200), (self.admin_b, 404), (self.recipient_a, 404)):
            user.password = "a-long-password"
            self.authenticate(user.login, "a-long-password")
            for kind in ("pdf", "xlsx"):
                with mute_logger("odoo.http"):
                    answer = self.url_open(f"/connect/statement/{statement.id}.{kind}")
                self.assertEqual(answer.status_code, status, f"{user.name} {kind}")

    def test_distributor_gives_and_takes_access(self):
        """LIN-38, LIN-39: trial for 30 days, permanent, suspended; of his own partners only."""
        company = self.company_a.with_user(self.user_distributor)
        company.action_connect_trial()
        self.assertEqual((company.connect_access_until - company._connect_today()).days, 30)
        company.action_connect_suspend()
        self.assertTrue(company._connect_is_suspended())
        company.action_connect_resume()
        self.assertFalse(company._connect_is_suspended())
        with self.assertRaises(AccessError):
            self.company_b.with_user(self.user_distributor).action_connect_suspend()
        with self.assertRaises(AccessError):
            self.company_a.with_user(self.admin_a).action_connect_resume()
