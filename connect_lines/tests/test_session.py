"""One session per login, suspension at once, changes of rights (ADM-06, POR-20, LIN-38, LIN-39)."""

import json
from datetime import timedelta

from odoo.exceptions import AccessDenied, AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import Opener
from odoo.tools import mute_logger

from .common import LinesCase

PASSWORD = "a-long-password"
# guests are answered in the language of the site, which depends on the demo data
LATER = "A later authorisation was detected|Обнаружена более поздняя авторизация"
SUSPENDED = "is suspended|приостановлена"


@tagged("post_install", "-at_install")
class TestSession(HttpCase, LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.recipient_a | cls.agent_a | cls.agent_b
        cls.people.password = PASSWORD

    def _browser(self, user):
        """Log in with a browser of its own: a function that opens a page, or posts to it."""
        opener = Opener(self)

        def browser(url, **post):
            self.opener = opener
            with mute_logger("odoo.http"):
                if "json" in post:
                    return opener.post(self.base_url() + url, json={"params": {}}).json()
                if post:
                    return opener.post(self.base_url() + url, data=post).text
                return opener.get(self.base_url() + url).text

        token = browser("/web/login").split('name="csrf_token" value="')[1].split('"')[0]
        browser.answer = browser("/web/login", login=user.login, password=PASSWORD, csrf_token=token)
        return browser

    def _is_in(self, browser):
        return "result" in browser("/web/session/get_session_info", json=True)

    def _login_page(self, browser):
        return browser("/web/login")

    def test_later_login_ends_the_earlier(self):
        """ADM-06, POR-20: the earlier browser is on the login page and reads why; the later one works."""
        first = self._browser(self.recipient_a)
        self.assertTrue(self._is_in(first))
        second = self._browser(self.recipient_a)
        self.assertFalse(self._is_in(first))
        self.assertRegex(self._login_page(first), LATER)
        self.assertRegex(self._login_page(first), LATER, "and still after a reload")
        self.assertTrue(self._is_in(second))
        other = self._browser(self.agent_a)
        self.assertTrue(self._is_in(second) and self._is_in(other), "another login ends nothing")

    def test_do_not_ask_again(self):
        """POR-02: the session outlives the browser only when that was asked for."""
        for remember, has_age in (({"remember": "1"}, True), ({}, False)):
            self.opener = opener = Opener(self)
            token = opener.get(self.base_url() + "/web/login").text.split('name="csrf_token" value="')[1].split('"')[0]
            form = {"login": self.recipient_a.login, "password": PASSWORD, "csrf_token": token, "remember_asked": "1"}
            opener.post(self.base_url() + "/web/login", data={**form, **remember})
            self.assertEqual([cookie.expires is not None for cookie in opener.cookies if cookie.name == "session_id"],
                             [has_age])  # fmt: skip
            self.assertEqual(opener.get(self.base_url() + "/my", allow_redirects=False).status_code, 200)

    def test_reload_of_a_page_leads_to_the_login(self):
        """POR-20: a page that is opened after the end leads to the login page with the reason."""
        first = self._browser(self.recipient_a)
        self._browser(self.recipient_a)
        self.assertRegex(first("/my"), LATER)

    def test_screen_asks_after_its_socket_was_closed(self):
        """POR-20: the open screen learns that it must go."""
        first = self._browser(self.recipient_a)
        self.assertFalse(first("/connect/session/state", json=True)["result"]["ended"])
        self._browser(self.recipient_a)
        self.assertTrue(first("/connect/session/state", json=True)["result"]["ended"])
        self.assertRegex(self._login_page(first), LATER)

    def test_integrations_end_nothing(self):
        """ADM-06: interactive sessions only: a login by XML-RPC leaves the browser alone."""
        browser = self._browser(self.recipient_a)
        uid = self.xmlrpc_common.login(self.env.cr.dbname, self.recipient_a.login, PASSWORD)
        self.assertEqual(uid, self.recipient_a.id)
        self.assertTrue(self._is_in(browser))

    def test_several_sessions_when_the_setting_says_so(self):
        self.env["ir.config_parameter"].set_param("connect_lines.single_session", "False")
        first = self._browser(self.recipient_a)
        self._browser(self.recipient_a)
        self.assertTrue(self._is_in(first))

    def test_suspension_ends_every_session_of_the_company(self):
        """LIN-39: specialists and clients' users at once; others and the platform go on; nothing is lost."""
        recipient, agent, other = (
            self._browser(self.recipient_a),
            self._browser(self.agent_a),
            self._browser(self.agent_b),
        )
        self.company_a.with_user(self.user_distributor).connect_access = "suspended"
        self.assertFalse(self._is_in(recipient))
        self.assertFalse(self._is_in(agent))
        self.assertTrue(self._is_in(other))
        self.assertRegex(self._login_page(agent), SUSPENDED)
        again = self._browser(self.agent_a)
        self.assertRegex(again.answer, SUSPENDED)
        self.assertFalse(self._is_in(again))
        self.company_a.with_user(self.user_distributor).connect_access = "full"
        self.assertTrue(self._is_in(self._browser(self.agent_a)))
        self.assertTrue(self.connection_a.exists() and self.member_a.exists())

    def test_trial_that_is_over(self):
        """LIN-38: the day after the trial nobody is in, whether or not the hourly job has run."""
        agent = self._browser(self.agent_a)
        today = self.company_a._connect_today()
        self.company_a.write({"connect_access": "trial", "connect_access_until": today})
        self.assertTrue(self._is_in(agent))
        self.company_a.connect_access_until = today - timedelta(days=1)
        self.assertFalse(self._is_in(agent))

    def test_suspension_reaches_integrations(self):
        """LIN-39: neither a password nor an API key helps."""
        self.env["connect.subscription"].create({"company_id": self.company_a.id, "feature": "api"})
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.agent_a)
            ._generate(None, "test", self.env.cr.now() + timedelta(days=1))
        )
        keys = self.env["res.users.apikeys"]
        users = self.env["res.users"]
        users._check_uid_passwd(self.agent_a.id, PASSWORD)
        self.assertEqual(keys._check_credentials(scope="rpc", key=key), self.agent_a.id)
        self.company_a.connect_access = "suspended"
        self.assertFalse(keys._check_credentials(scope="rpc", key=key))
        with self.assertRaises(AccessDenied):
            users._check_uid_passwd(self.agent_a.id, PASSWORD)

    def test_platform_is_never_locked_out(self):
        self.platform.company_id.connect_access = "suspended"
        self.assertFalse(self.platform._connect_session_state()[2])

    def test_password_and_role_end_sessions(self):
        """Abuse test CVE-2021-3740: a new password, another role, a block end what is open."""
        for change in (
            {"password": PASSWORD + "!"},
            {"group_ids": [Command.link(self.env.ref("connect_lines.group_supervisor").id)]},
            {"active": False},
        ):
            with self.subTest(change=change):
                browser = self._browser(self.agent_a)
                self.assertTrue(self._is_in(browser))
                self.agent_a.write(change)
                self.assertFalse(self._is_in(browser))
                self.agent_a.write({"password": PASSWORD, "active": True})

    def test_same_role_ends_nothing(self):
        browser = self._browser(self.agent_a)
        self.agent_a.group_ids = self.agent_a.group_ids
        self.assertTrue(self._is_in(browser))

    def test_sockets_are_woken(self):
        """LIN-39, ADM-06: one notice per company, one per account."""
        bus = self.env["bus.bus"].sudo()
        self.env.cr.precommit.run()
        before = bus.search([], order="id desc", limit=1).id
        self.company_a.connect_access = "suspended"
        self.agent_b.password = PASSWORD
        self.env.cr.precommit.run()
        channels = [json.loads(row.channel) for row in bus.search([("id", ">", before)])]
        self.assertIn([self.env.cr.dbname, "res.company", self.company_a.id, "connect_sessions"], channels)
        self.assertIn([self.env.cr.dbname, "res.partner", self.agent_b.partner_id.id], channels)

    def test_blocked_and_restored_with_everything(self):
        """A person who comes back has the lines, the client and the role he had."""
        users = self.agent_a | self.recipient_a
        before = (self.agent_a.connect_role, self.agent_a.connect_member_ids, self.recipient_a.partner_id.parent_id,
                  self.recipient_a.partner_id.connect_connection_ids)  # fmt: skip
        users.with_user(self.admin_a)._connect_update_account({"active": False})
        users.with_user(self.admin_a)._connect_update_account({"active": True})
        users.invalidate_recordset()
        after = (self.agent_a.connect_role, self.agent_a.connect_member_ids, self.recipient_a.partner_id.parent_id,
                 self.recipient_a.partner_id.connect_connection_ids)  # fmt: skip
        self.assertEqual(after, before)

    def test_client_archived_and_restored_with_everything(self):
        """LIN-15: its people are out at once and come back with it; who was blocked before stays blocked."""
        self.colleague_a.with_user(self.admin_a)._connect_update_account({"active": False})
        browser = self._browser(self.recipient_a)
        client = self.client_a.with_user(self.admin_a)
        client.action_archive()
        self.assertFalse(self._is_in(browser))
        people = self.recipient_a.partner_id | self.colleague_a.partner_id
        self.assertFalse(any(people.mapped("active")))
        client.action_unarchive()
        self.assertTrue(all(people.mapped("active")))
        self.assertTrue(self._is_in(self._browser(self.recipient_a)))
        self.assertFalse(self.colleague_a.active)
        self.assertEqual(self.recipient_a.partner_id.connect_connection_ids, self.connection_a)

    def test_who_goes_by_himself_does_not_come_back_with_the_client(self):
        """LIN-15: restored, and then blocked by hand, while the client was in the archive."""
        client = self.client_a.with_user(self.admin_a)
        client.action_archive()
        account = self.recipient_a.with_user(self.admin_a)
        account.action_connect_restore()
        account.action_connect_block()
        self.colleague_a.partner_id.with_user(self.admin_a).action_unarchive()
        self.colleague_a.partner_id.with_user(self.admin_a).action_archive()
        client.action_unarchive()
        self.assertFalse(self.recipient_a.active or self.colleague_a.partner_id.active)

    def test_person_archived_and_restored(self):
        """LIN-15: Odoo refuses to archive a contact whose account works; here the account is closed with it."""
        person = self.recipient_a.partner_id.with_user(self.admin_a)
        person.action_archive()
        self.assertFalse(self.recipient_a.active or person.active)
        person.action_unarchive()
        self.assertTrue(self.recipient_a.active and person.active)
        self.assertFalse(person.sudo().connect_archived_with_id or self.recipient_a.connect_closed_with_id)
        person.action_archive()
        self.recipient_a.with_user(self.admin_a).action_connect_restore()
        self.assertTrue(self.recipient_a.active and person.active)

    def test_nobody_else_archives(self):
        """LIN-15: another tenant, a vendor of the person's line, a specialist."""
        self._grant(self._line("Cash desks", self.vendor), self.company_a)
        for user in (self.admin_b, self.admin_v, self.agent_a, self.recipient_a, self.user_distributor):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.client_a.with_user(user).write({"active": False})
        self.assertTrue(self.client_a.active and self.recipient_a.active)
