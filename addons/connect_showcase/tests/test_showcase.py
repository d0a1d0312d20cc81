from odoo.addons.connect_lines.tests.common import LinesCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

# 1 × 1, transparent
PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class ShowcaseCase(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.env["connect.product"].with_user(cls.admin_a)
        cls.book = cls.products.create({"name": "Handbook", "kind": "print", "is_published": True, "price": 100})

    def _more(self, count):
        return self.products.create([{"name": f"More {n}", "is_published": True, "sequence": 20} for n in range(count)])

    def _subscribe(self):
        return self.env["connect.subscription"].create({"company_id": self.company_a.id, "feature": "showcase"})

    def _shown(self, company=None):
        return self.env["connect.product"].with_user(self.recipient_a)._shown(company or self.company_a)

    def _ask(self, user, product):
        values = {"type": "product", "product_id": product.id}
        return self.env["connect.application"].with_user(user)._apply(values)


@tagged("post_install", "-at_install")
class TestShowcase(ShowcaseCase):
    def test_published_ones_are_shown_in_order(self):
        """LIN-48: what the partner published; a suspended company offers nothing."""
        hidden = self.products.create({"name": "Not yet"})
        first = self.products.create({"name": "First", "is_published": True, "sequence": 1})
        self.assertEqual(self._shown().mapped("name"), ["First", "Handbook"])
        self.assertEqual((first.is_shown, hidden.is_shown), (True, False))
        self.assertEqual(first.currency_id, self.company_a.currency_id)
        self.company_a.connect_access = "suspended"
        self.assertFalse(self._shown())

    def test_the_way_to_it(self):
        """LIN-48, POR-14: beside the conversation while there is something to see."""
        people = self.env["res.users"].with_user(self.recipient_a)
        self.assertEqual([link["url"] for link in people._connect_portal_links()], ["/my/showcase"])
        self.book.is_published = False
        self.assertFalse(people._connect_portal_links())

    def test_free_limit_and_subscription(self):
        """LIN-48, C-25: three are free; with the subscription there is no limit; when it ends the first three stay."""
        self._more(2)
        with self.assertRaises(ValidationError) as refusal:
            self._more(1)
        self.assertIn("at most 3", refusal.exception.args[0])
        subscription = self._subscribe()
        last = self._more(2)[-1]
        self.assertEqual(len(self._shown()), 5)
        subscription.write({"date_start": "2020-01-01", "date_end": "2020-01-02"})
        self.env.invalidate_all()
        self.assertEqual(self._shown().mapped("name"), ["Handbook", "More 0", "More 1"])
        self.assertFalse(last.is_shown)
        last.is_published = False  # withdrawing is always possible

    def test_the_limit_is_a_setting(self):
        """C-25: a number of the installation; nonsense in it is the default."""
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("connect_showcase.free_limit", "1")
        with self.assertRaises(ValidationError):
            self._more(1)
        parameters.set_param("connect_showcase.free_limit", "many")
        self._more(2)

    def test_an_archived_product_comes_back_within_the_limit(self):
        self._more(2)
        self.book.active = False
        self._more(1)
        with self.assertRaises(ValidationError):
            self.book.active = True

    def test_links_are_addresses(self):
        for link in ("javascript:alert(1)", "company.com", "https://"):
            with self.subTest(link=link), self.assertRaises(ValidationError):
                self.book.link = link
        self.book.link = "https://company.com/book"

    def test_products_stay_with_their_company(self):
        """ADM-07: nobody offers in the name of another company."""
        with self.assertRaises(AccessError):
            self.products.create({"name": "Spy", "company_id": self.company_b.id})
        with self.assertRaises(UserError):
            self.book.company_id = self.company_b
        with self.assertRaises(AccessError):
            self.book.with_user(self.agent_a).is_published = False


@tagged("post_install", "-at_install")
class TestInterest(ShowcaseCase):
    def test_interest_is_an_application(self):
        """LIN-48: one click, one application; the company gets a letter, the person the decision."""
        mails = self.env["mail.mail"].search([])
        self.company_a.connect_notify_email = "sales@alpha.example"
        application = self._ask(self.recipient_a, self.book)
        self.assertEqual(self._ask(self.recipient_a, self.book), application)
        letters = self.env["mail.mail"].search([]) - mails
        self.assertEqual(letters.mapped("email_to"), ["sales@alpha.example"])
        self.assertIn("Handbook", application.name)
        self.assertEqual((application.state, application.company_id), ("submitted", self.company_a))
        self.assertEqual(self.book.application_count, 1)
        application.with_user(self.admin_a).approve()
        self.assertEqual((self.env["mail.mail"].search([]) - mails - letters).email_to, self.recipient_a.email)
        self.assertNotEqual(self._ask(self.recipient_a, self.book), application, "Interested again, later")

    def test_everybody_asks_for_himself(self):
        self.assertNotEqual(self._ask(self.recipient_a, self.book), self._ask(self.colleague_a, self.book))

    def test_only_what_is_shown_can_be_asked_for(self):
        """ADM-07: neither another company's product, nor one that was withdrawn, nor by staff."""
        with self.assertRaises(UserError):
            self._ask(self.recipient_b, self.book)
        with self.assertRaises(UserError):
            self._ask(self.agent_a, self.book)
        self.book.is_published = False
        with self.assertRaises(UserError):
            self._ask(self.recipient_a, self.book)

    def test_staff_write_no_product_into_an_application(self):
        """The product of an application is what the person clicked on."""
        application = self._ask(self.recipient_a, self.book)
        other = self._more(1)
        with self.assertRaises(AccessError):
            application.with_user(self.admin_a).product_id = other
        with self.assertRaises(AccessError):
            self.env["connect.application"].with_user(self.admin_a).create(
                {"type": "colleague", "product_id": self.book.id}
            )

    def test_what_was_asked_for_is_archived_not_deleted(self):
        self._ask(self.recipient_a, self.book)
        with self.assertRaisesRegex(UserError, "Archive"):
            self.book.unlink()
        self._more(1).unlink()


@tagged("post_install", "-at_install")
class TestShowcasePage(ShowcaseCase, HttpCase):
    def _login(self, user):
        user.password = user.login
        self.authenticate(user.login, user.login)

    def _click(self, product_id):
        form = {"csrf_token": Request.csrf_token(self), "product_id": product_id}
        return self.url_open("/my/showcase/interest", data=form)

    def test_people_see_their_company_s_products(self):
        """POR-14: cards with picture, price and «Interesting»; another company's people see none of them."""
        self.book.image_1920 = PIXEL
        image = f"/my/showcase/{self.book.id}/image"
        self._login(self.recipient_a)
        page = self.url_open("/my/showcase").text
        self.assertIn("Handbook", page)
        self.assertIn(image, page)
        self.assertEqual(self.url_open(image).status_code, 200)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["connect_product_count"]})
        self.assertEqual(counters, {"connect_product_count": 1})
        self._login(self.recipient_b)
        self.assertNotIn("Handbook", self.url_open("/my/showcase").text)
        self.assertEqual(self.url_open(image).status_code, 404)

    def test_two_clicks(self):
        """LIN-48: a second click sends nothing; a foreign or invented product is refused in words."""
        applications = self.env["connect.application"]
        self._login(self.recipient_a)
        self._click(self.book.id)
        self.assertIn("fa-clock-o", self._click(self.book.id).text)
        asked = applications.search([("product_id", "=", self.book.id)])
        self.assertEqual(asked.applicant_id, self.recipient_a.partner_id)
        self._login(self.recipient_b)
        for product_id in (self.book.id, 999_999_999, "x"):
            self.assertIn("alert-warning", self._click(product_id).text)
        self.assertEqual(applications.search([("product_id", "=", self.book.id)]), asked)
