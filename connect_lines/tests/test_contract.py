"""ITS contracts: the indicator, the extension, reminders, the input of delivery (LIN-34..36, POR-08)."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestContract(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_a.connect_registration_number = "800123"
        cls.today = cls.company_a._connect_today()

    def _contract(self, days, number="ITS-1", **values):
        return self.env["connect.contract"].create(
            {
                "number": number,
                "partner_id": self.client_a.id,
                "date_end": self.today + timedelta(days=days),
                **values,
            }
        )

    def _its(self):
        self.env.invalidate_all()
        return self.recipient_a.partner_id.with_user(self.recipient_a)._connect_its()

    def test_states(self):
        """LIN-36: valid, expiring, expired; the last day counts; found by the same states."""
        for days, state in ((31, "valid"), (30, "expiring"), (0, "expiring"), (-1, "expired")):
            contract = self._contract(days, number=f"ITS {days}")
            self.assertEqual(contract.state, state)
            self.assertIn(contract, self.env["connect.contract"].search([("state", "=", state)]))
            others = [code for code in ("valid", "expiring", "expired") if code != state]
            self.assertNotIn(contract, self.env["connect.contract"].search([("state", "in", others)]))

    def test_indicator_needs_the_registration_number(self):
        """LIN-36: without the 1C registration number no indicator is shown."""
        self._contract(100)
        self.assertEqual(self._its()["state"], "valid")
        self.client_a.connect_registration_number = False
        self.assertIs(self._its(), False)

    def test_vendor_does_not_see_it(self):
        """LIN-36, LIN-42: who serves the person on a line of his own learns nothing of the client's contract."""
        self._contract(100)
        line = self._line("Cash desks", self.vendor)
        self._grant(line, self.company_a)
        self._connect(line, self.recipient_a)
        for user, state in ((self.agent_v, False), (self.agent_a, "valid"), (self.recipient_a, "valid")):
            self.env.invalidate_all()
            self.assertEqual(self.recipient_a.partner_id.with_user(user).connect_its_state, state, user.name)

    def test_current_contract_ends_last(self):
        """LIN-35, LIN-36: several contracts; none is shown as none."""
        self.assertEqual(self._its()["state"], "none")
        self._contract(-100)
        self.assertEqual(self._its()["state"], "expired")
        self._contract(5, number="ITS-2")
        self.assertEqual(self._its()["state"], "expiring")

    def test_extension(self):
        """LIN-34: from 30 days before the end on and after it, once at a time; approval extends by a year."""
        contract = self._contract(31)
        applications = self.env["connect.application"].with_user(self.recipient_a)
        ask = {"type": "contract", "contract_id": contract.id}
        self.assertFalse(self._its()["can_extend"])
        with self.assertRaises(UserError):
            applications._apply(ask)
        contract.date_end = self.today - timedelta(days=3)
        self.assertTrue(self._its()["can_extend"])
        application = applications._apply(ask)
        self.assertEqual(application, self.env["connect.application"].with_user(self.colleague_a)._apply(ask))
        self.assertTrue(self._its()["is_asked"])
        self.assertEqual(application.company_id, self.company_a)
        with self.assertRaises(AccessError):
            self.env["connect.application"].with_user(self.recipient_b)._apply(ask)._check_sender()
        application.with_user(self.admin_a).approve()
        self.assertEqual(contract.date_end, Date.add(self.today, years=1))
        self.assertEqual(self._its()["state"], "valid")

    def test_reminder_once(self):
        """One activity for the account manager; a new end, a new reminder."""
        self.client_a.connect_manager_id = self.agent_a
        contract = self._contract(10)
        for _run in range(2):
            self._remind()
        reminder = contract.activity_ids
        self.assertEqual(reminder.user_id, self.agent_a)
        self.assertEqual(len(reminder), 1)
        contract.with_user(self.admin_a).date_end += timedelta(days=5)
        self.assertFalse(contract.activity_ids, "the contract was extended: the reminder is done")
        self._remind()
        self.assertEqual(len(contract.activity_ids), 1)

    def test_no_reminder_when_another_contract_follows(self):
        """LIN-35: the contract that counts is the one that ends last."""
        contract = self._contract(10)
        following = self._contract(300, number="ITS-2")
        self._remind()
        self.assertFalse(contract.activity_ids | following.activity_ids)

    def _remind(self):
        # the job keeps what is done batch by batch, a test may not
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["connect.contract"]._remind()

    def test_import_by_registration_number(self):
        """A table names the client by its 1C number; a wrong row says what is wrong with it."""
        contracts = self.env["connect.contract"].with_user(self.admin_a)
        result = contracts.load(
            ["number", "registration_number", "date_end"],
            [["ITS-7", "800123", "2030-12-31"], ["ITS-8", "800123", "2031-12-31"]],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(contracts.browse(result["ids"]).partner_id, self.client_a)
        result = contracts.load(["number", "registration_number", "date_end"], [["ITS-9", "999999", "2030-12-31"]])
        self.assertIn("999999", result["messages"][0]["message"])

    def test_number_is_unique_in_a_company(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._contract(10)
            self._contract(20)

    def test_another_tenants_client_is_refused(self):
        """By API as by hand: a foreign client is not there."""
        contracts = self.env["connect.contract"].with_user(self.admin_a)
        with self.assertRaises(AccessError):
            contracts.create({"number": "X", "partner_id": self.client_b.id, "date_end": self.today})
        self.client_b.connect_registration_number = "777"
        with self.assertRaises(UserError):
            contracts.create({"number": "X", "registration_number": "777", "date_end": self.today})


@tagged("post_install", "-at_install")
class TestContractAndDelivery(TestContract):
    def _code(self):
        refusal = self.line_a._refusal(self.recipient_a.partner_id)
        return refusal and refusal[0]

    def test_refuse_with_grace(self):
        """An expired contract: refused with the reason, after the days of grace."""
        self.assertIsNone(self._code())
        self.line_a.contract_rule = "refuse"
        self.assertEqual(self._code(), "contract")
        contract = self._contract(-5)
        self.assertEqual(self._code(), "contract")
        self.line_a.contract_grace = 5
        self.assertIsNone(self._code())
        self.line_a.contract_grace = 4
        self.assertEqual(self._code(), "contract")
        contract.date_end = self.today
        self.assertIsNone(self._code())

    def test_redirect(self):
        """An expired contract: the requests go to another line, when that is connected."""
        other = self._line("Paid help", self.company_a)
        self.line_a.write({"contract_rule": "redirect", "contract_line_id": other.id})
        self.assertEqual(self._code(), "contract")
        self._connect(other, self.recipient_a)
        self.assertEqual(self._code(), "contract_line")
        self.assertEqual(self.line_a._delivery_line(self.recipient_a.partner_id), other)
        self._contract(1)
        self.assertEqual(self.line_a._delivery_line(self.recipient_a.partner_id), self.line_a)

    def test_redirect_needs_a_line_of_ones_own(self):
        for target in (self.line_b, self.line_a, self.env["connect.line"]):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.line_a.write({"contract_rule": "redirect", "contract_line_id": target.id})
