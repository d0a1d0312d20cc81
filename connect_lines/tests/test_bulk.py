"""Many at once: tables of accounts, lines of many people; the splash screen (LIN-15, LIN-18, LIN-46, LIN-47)."""

import base64
import io

from lxml import etree
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval
from PIL import Image

from .common import LinesCase

COLUMNS = ["connect_surname", "connect_given_name", "email", "role", "line_ids", "login"]


@tagged("post_install", "-at_install")
class TestBulk(LinesCase):
    def _load(self, rows, user=None, kind="specialist", columns=COLUMNS):
        accounts = self.env["connect.account"].with_user(user or self.admin_a)
        return accounts.with_context(default_kind=kind, connect_import=True).load(columns, rows)

    def _users(self, *emails):
        return self.env["res.users"].search([("email", "in", emails)], order="login")

    def test_table_of_specialists(self):
        """LIN-15: every row is an account of the own company, with its role, its lines and an invitation."""
        mails = self.env["mail.mail"].search_count([])
        result = self._load(
            [
                ["Orlova", "Maria", "1@test.example", "Specialist", "Hot line", ""],
                ["Petrov", "Ivan", "2@test.example", "Supervisor", "", "petrov"],
            ]
        )
        self.assertFalse(result["messages"])
        users = self._users("1@test.example", "2@test.example")
        self.assertEqual(set(users.mapped("connect_role")), {"agent", "supervisor"})
        self.assertEqual(users.company_id, self.company_a)
        self.assertEqual(users.connect_member_ids.line_id, self.line_a)
        self.assertEqual(self.env["mail.mail"].search_count([]) - mails, 2)

    @mute_logger("odoo.sql_db")
    def test_what_is_wrong_is_told_by_the_row(self):
        """Each wrong row with its reason; nothing is kept of a table with mistakes."""
        result = self._load(
            [
                ["Good", "One", "ok@test.example", "Specialist", "", ""],
                ["No", "Mail", "", "Specialist", "", ""],
                ["Bad", "Line", "b@test.example", "Specialist", "Beta line", ""],
                ["Taken", "Login", "c@test.example", "Specialist", "", self.agent_b.login],
            ]
        )
        self.assertFalse(result["ids"])
        self.assertEqual({message["record"] for message in result["messages"]}, {1, 2, 3})
        self.assertIn(self.agent_b.login, " ".join(message["message"] for message in result["messages"]))
        self.assertFalse(self._users("ok@test.example"))

    @mute_logger("odoo.sql_db")
    def test_the_report_names_the_rows_of_the_table(self):
        """LIN-15: one line a reason, with the numbers that the person sees in his table, titles counted."""
        rows = [
            "Surname,Given name,E-mail,Role",
            "Good,One,ok@test.example,Specialist",
            "No,Mail,,Specialist",
            "Strange,Role,b@test.example,Chief",
            "No,Mail either,,Specialist",
        ]
        imports = self.env["base_import.import"].with_user(self.admin_a)
        table = imports.with_context(default_kind="specialist", connect_import=True).create(
            {"res_model": "connect.account", "file": "\n".join(rows).encode(), "file_type": "text/csv"}
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
        columns = ["connect_surname", "connect_given_name", "email", "role"]
        result = table.execute_import(columns, columns, options)
        self.assertEqual([message["record"] for message in result["messages"]], ["3, 5", "4"])
        role = result["messages"][1]["message"]
        self.assertIn("Chief", role)
        self.assertIn("Specialist, Supervisor, Administrator", role)
        self.assertFalse(self._users("ok@test.example"))

    def test_table_of_users(self):
        """LIN-15: users of clients, by the name of the client."""
        columns = ["connect_surname", "connect_given_name", "email", "client_id", "line_ids"]
        result = self._load(
            [["Orlova", "Maria", "1@test.example", "Camomile", "Hot line"]], kind="recipient", columns=columns
        )
        self.assertFalse(result["messages"])
        person = self._users("1@test.example").partner_id
        self.assertEqual((person.parent_id, person.connect_connection_ids.line_id), (self.client_a, self.line_a))

    def test_only_the_administrator_imports(self):
        row = ["A", "B", "1@test.example", "Specialist", "", ""]
        for user in (self.supervisor_a, self.user_distributor, self.recipient_a):
            try:
                self.assertTrue(self._load([row], user=user)["messages"])
            except AccessError:
                continue
        self.assertFalse(self._users("1@test.example"))

    def test_lines_of_many_specialists(self):
        """LIN-18, LIN-22: assigned with a priority, changed, taken away, at once."""
        users = self.agent_a | self.supervisor_a
        wizard = (
            self.env["connect.connect.wizard"]
            .with_user(self.admin_a)
            .create(
                {"line_ids": [Command.set(self.line_a.ids)], "user_ids": [Command.set(users.ids)], "priority": "medium"}
            )
        )
        wizard.action_connect()
        self.assertEqual(self.line_a.member_ids.mapped("priority"), ["medium", "medium"])
        wizard.action_disconnect()
        self.assertFalse(self.line_a.member_ids)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_supervisors_assign_projects(self):
        """ROU-40: «Назначить проект», found by project or login, taken away again. Clients and other tenants' lines
        are no affair of a supervisor."""
        self.line_a.kind = "project"
        values = {"line_ids": [Command.set(self.line_a.ids)], "user_ids": [Command.set(self.agent_a.ids)]}
        wizards = self.env["connect.connect.wizard"].with_user(self.supervisor_a)
        action = self.agent_a.with_user(self.supervisor_a).action_connect_lines()
        self.assertEqual(action["context"], {"default_user_ids": self.agent_a.ids})
        wizard = wizards.create(values)
        wizard.action_connect()
        members = self.env["connect.line.member"].with_user(self.supervisor_a)
        search = members.get_views([(False, "search")])["views"]["search"]["arch"]
        for field, value in (("user_id", self.agent_a.login), ("user_id", self.agent_a.name), ("line_id", "Hot line")):
            found = members.search(self._typed(search, field, value)).filtered(lambda each: each.line_id == self.line_a)
            self.assertIn(self.agent_a, found.user_id, value)
        wizard.action_disconnect()
        self.assertNotIn(self.agent_a, self.line_a.member_ids.user_id)
        client = wizards.create({"line_ids": values["line_ids"], "partner_ids": [Command.set(self.client_a.ids)]})
        with self.assertRaises(AccessError):
            client.action_connect()
        stranger = self._staff("Supervisor B", self.company_b, "supervisor")
        with self.assertRaises(AccessError):
            self.env["connect.connect.wizard"].with_user(stranger).create(values).action_connect()
        with self.assertRaises(AccessError):
            self.env["connect.connect.wizard"].with_user(self.agent_a).create(values)

    def _typed(self, arch, name, value):
        """The domain of what is typed into this field of a search view."""
        field = etree.fromstring(arch).find(f"./field[@name='{name}']")
        if domain := field.get("filter_domain"):
            return safe_eval(domain, {"self": value})
        return [(name, "ilike", value)]


@tagged("post_install", "-at_install")
class TestSplash(HttpCase, LinesCase):
    def _picture(self, color):
        output = io.BytesIO()
        Image.new("RGB", (64, 36), color).save(output, "PNG")
        return base64.b64encode(output.getvalue())

    def test_splash_of_the_serving_company(self):
        """LIN-46, LIN-47, POR-14: with the subscription; a changed picture has another address at the next start."""
        subscription = self.env["connect.subscription"].create(
            {"company_id": self.company_a.id, "feature": "personalization"}
        )
        self.company_a.connect_splash = self._picture("red")
        self.recipient_a.password = "a-long-password"
        self.authenticate(self.recipient_a.login, "a-long-password")
        url = self.company_a._connect_splash_url()
        self.assertEqual(self.url_open(url).headers["Content-Type"], "image/png")
        self.company_a.connect_splash = self._picture("blue")
        self.assertNotEqual(self.company_a._connect_splash_url(), url)
        self.assertEqual(self.company_b._connect_splash_url(), "")
        subscription.unlink()
        self.assertEqual(self.company_a._connect_splash_url(), "")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 404)
