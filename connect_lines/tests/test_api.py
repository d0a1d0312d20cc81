import xmlrpc.client
from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import LinesCase


@tagged("post_install", "-at_install")
class TestApi(LinesCase, HttpCase):
    """API-02: calls from outside need the subscription «api»; the browser never does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin_a.write({"login": "api_admin_a", "password": "api_admin_a"})
        until = datetime.now() + timedelta(days=1)
        keys = cls.env["res.users.apikeys"]
        cls.key = keys.with_user(cls.admin_a)._generate("rpc", "test", until)
        cls.recipient_key = keys.with_user(cls.recipient_a)._generate("rpc", "test", until)

    def _subscribe(self, **values):
        return self.env["connect.subscription"].create(
            {"company_id": self.company_a.id, "feature": "api", "date_start": "2020-01-01", **values}
        )

    def _json2(self, key=None):
        return self.url_open(
            "/json/2/connect.line/search_count",
            json={"domain": [("id", "=", self.line_a.id)]},
            headers={"Authorization": f"bearer {key or self.key}"},
        )

    def _xmlrpc(self, secret, user=None):
        user = user or self.admin_a
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, user.id, secret, "connect.line", "search_count", [[["id", "=", self.line_a.id]]]
        )

    def _refused(self, secret, user=None):
        with self.assertRaises(xmlrpc.client.Fault) as refused, mute_logger("odoo.http"):
            self._xmlrpc(secret, user)
        self.assertEqual(refused.exception.faultCode, 4, "the code of AccessError")
        return refused.exception.faultString

    def test_open_with_the_subscription(self):
        self._subscribe()
        self.assertEqual(self._xmlrpc(self.key), 1)
        self.assertEqual(self._xmlrpc("api_admin_a"), 1)
        self.assertEqual(self._json2().json(), 1)
        self.assertEqual(self._json2(self.recipient_key).json(), 1)

    def test_closed_without_it(self):
        """With a key or a password, for staff and recipients, by either protocol."""
        for user, secret in (
            (self.admin_a, self.key),
            (self.admin_a, "api_admin_a"),
            (self.recipient_a, self.recipient_key),
        ):
            self.assertRegex(self._refused(secret, user), "Alpha Ltd.*North")
        with mute_logger("odoo.http"):
            answer = self._json2()
        self.assertEqual(answer.status_code, 403)
        self.assertIn("Integrations (API)", answer.json()["message"])

    def test_closed_by_json_rpc(self):
        """The third way leads through the same gate."""

        def answer():
            arguments = [self.env.cr.dbname, self.admin_a.id, self.key, "connect.line", "search_count", [[]]]
            params = {"service": "object", "method": "execute_kw", "args": arguments}
            return self.url_open("/jsonrpc", json={"jsonrpc": "2.0", "method": "call", "params": params}).json()

        with mute_logger("odoo.http"):
            self.assertEqual(answer()["error"]["data"]["name"], "odoo.exceptions.AccessError")
        self._subscribe()
        self.assertGreaterEqual(answer()["result"], 1)

    def test_a_wrong_key_learns_nothing(self):
        """Who does not know the key hears that, not what the company has paid for."""
        with self.assertRaises(xmlrpc.client.Fault) as refused, mute_logger("odoo.http", "odoo.addons.base"):
            self._xmlrpc("wrong")
        self.assertEqual(refused.exception.faultCode, 3)
        with mute_logger("odoo.http"):
            self.assertEqual(self._json2("0" * 40).status_code, 401)

    def test_ends_with_its_last_day(self):
        """LIN-40: neither before the period nor after it; no job has to run."""
        subscription = self._subscribe(date_end="2020-12-31")
        self._refused(self.key)
        subscription.date_end = False
        self.assertEqual(self._xmlrpc(self.key), 1)
        subscription.date_start = "2099-01-01"
        self._refused(self.key)

    def test_refused_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.admin_a.lang = "ru_RU"
        self.assertIn("подписк", self._refused(self.key))
        with mute_logger("odoo.http"):
            self.assertIn("подписк", self._json2().json()["message"])

    def test_all_features_included(self):
        """C-25: in an installation of one company nothing is sold."""
        self.env["ir.config_parameter"].set_param("connect_lines.all_features", "True")
        self.assertEqual(self._xmlrpc(self.key), 1)
        self.assertEqual(self._json2().json(), 1)

    def test_the_platform_is_exempt(self):
        until = datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(self.platform)._generate("rpc", "test", until)
        self.assertEqual(self._xmlrpc(key, self.platform), 1)
        self.assertEqual(self._json2(key).json(), 1)

    def test_the_browser_is_not_an_integration(self):
        self.authenticate("api_admin_a", "api_admin_a")
        params = {"model": "connect.line", "method": "search_count", "args": [[("id", "=", self.line_a.id)]]}
        self.assertEqual(self.make_jsonrpc_request("/web/dataset/call_kw", {**params, "kwargs": {}}), 1)
