"""Every screen opens for every role, in Russian (ADM-01, ADM-20)."""

from odoo.tests import HttpCase, tagged

from .common import LinesCase
from .isolation import users_of


@tagged("post_install", "-at_install")
class TestViews(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")

    def _menus(self, user):
        """The window actions under our menu that the user has."""
        if not user._is_internal():
            return []
        menus = self.env["ir.ui.menu"].with_user(user).with_context(lang="ru_RU")
        visible = menus.browse(menus._visible_menu_ids())
        root = self.env.ref("connect_lines.menu_root")
        ours = visible.filtered(
            lambda m: (
                m.sudo().parent_path.startswith(root.parent_path)
                and all(int(part) in visible.ids for part in m.sudo().parent_path.strip("/").split("/"))
            )
        )
        return [(menu, menu.sudo().action) for menu in ours if menu.sudo().action]

    def test_every_menu_opens(self):
        for role, user in users_of(self).items():
            for menu, action in self._menus(user):
                if action._name != "ir.actions.act_window":
                    continue
                with self.subTest(role=role, menu=menu.name):
                    Model = self.env[action.res_model].with_user(user).with_context(lang="ru_RU")
                    views = [(view.view_id.id, view.view_mode) for view in action.view_ids] or [
                        (False, mode) for mode in action.view_mode.split(",")
                    ]
                    result = Model.get_views([*views, (action.search_view_id.id, "search")])
                    for mode, view in result["views"].items():
                        self.assertTrue(view["arch"], mode)
                    records = Model.search([], limit=5)
                    for _view_id, mode in views:
                        fields = list(result["models"][action.res_model]["fields"])
                        names = [name for name in fields if f'name="{name}"' in result["views"][mode]["arch"]]
                        Model.browse(records.ids).read(names)

    def test_menus_by_role(self):
        """ADM-01: who has which screens."""
        users = users_of(self)

        def names(role):
            return {menu.get_external_id()[menu.id].split(".")[1] for menu, _action in self._menus(users[role])}

        self.assertLessEqual(
            {"menu_start", "menu_lines", "menu_clients", "menu_specialists", "menu_own_company"}, names("admin")
        )
        self.assertNotIn("menu_companies", names("admin"))
        self.assertLessEqual({"menu_lines", "menu_clients"}, names("agent"))
        self.assertFalse(names("agent") & {"menu_start", "menu_own_company", "menu_lkd_partners"})
        self.assertEqual(
            names("distributor") & {"menu_lkd_partners", "menu_lines", "menu_clients"}, {"menu_lkd_partners"}
        )
        self.assertIn("menu_companies", names("support_staff"))
        self.assertFalse(names("recipient"))

    def test_russian_is_complete(self):
        """ADM-20: the quoted terms, by their Russian names."""
        line = self.env["connect.line"].with_context(lang="ru_RU")
        self.assertEqual(
            [
                name
                for _code, name in self.env["connect.line.member"]
                .with_context(lang="ru_RU")
                .fields_get(["priority"])["priority"]["selection"]
            ],
            ["Высокий", "Средний", "Стандартный", "Наблюдатель"],
        )
        self.assertEqual(line.fields_get(["delivery_rule"])["delivery_rule"]["string"], "Правило доставки обращений")
        self.assertIn("Любой свободный", self.line_a.with_context(lang="ru_RU").summary)
        self.assertEqual(self.env.ref("connect_lines.menu_lines").with_context(lang="ru_RU").name, "Линии поддержки")


@tagged("post_install", "-at_install")
class TestPortal(HttpCase, LinesCase):
    def test_portal_frame(self):
        """POR-02..04: the card of the lines, the ID, the name of the program as the serving company calls it."""
        self.recipient_a.password = "recipient-123"
        self.env["connect.subscription"].create({"company_id": self.company_a.id, "feature": "personalization"})
        self.company_a.connect_app_name = "Alpha Connect"
        self.authenticate(self.recipient_a.login, "recipient-123")
        page = self.url_open("/my").text
        self.assertIn("/my/connect", page)
        self.assertIn(f"ID {self.recipient_a.login}", page)
        self.assertIn("Alpha Connect", page)

    def test_login_page(self):
        """POR-02, ADM-10: login, password, «Forgot password»."""
        self.authenticate(None, None)
        page = self.url_open("/web/login").text
        self.assertIn("/web/reset_password", page)
        self.assertIn('name="password"', page)

    def test_admin_starts_with_four_steps(self):
        """UX: the start page of a partner's administrator."""
        self.admin_a.password = "admin-a-12345"
        self.authenticate(self.admin_a.login, "admin-a-12345")
        action = self.env.ref("connect_lines.action_start")
        result = self.make_jsonrpc_request("/web/action/run", {"action_id": action.id})
        self.assertEqual((result["res_model"], result["res_id"]), ("res.company", self.company_a.id))
