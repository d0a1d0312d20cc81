"""Applications of all four kinds, from the form to what they result in (LIN-25..28, LIN-30..34)."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.connect_application_parties import network_of
from .common import LinesCase

PERSON = {
    "connect_surname": "Orlova",
    "connect_given_name": "Maria",
    "function": "Accountant",
    "email": "orlova@test.example",
    "phone": "+7 495 000-00-00",
}

# guests are answered in the language of the site, which depends on the demo data
SENT = "(The application was|Application) sent|Заявка отправлена"


class ApplicationCase(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor_line = cls._line("Cash desks", cls.vendor, is_published=True)

    def _apply(self, user, **values):
        return self.env["connect.application"].with_user(user)._apply(values)

    def _as(self, application, user):
        application.invalidate_recordset()
        return application.with_user(user)

    def _mails(self):
        return self.env["mail.mail"].search([])

    def _offers(self, user):
        ours = (self.vendor | self.company_a | self.company_b).ids
        return self.env["connect.line.offer"].with_user(user).search([("company_id", "in", ours)])


@tagged("post_install", "-at_install")
class TestLineApplication(ApplicationCase):
    def test_vendor_offers_to_everybody_others_to_their_own(self):
        """LIN-03, LIN-26: a published line of a vendor is found by all, that of another company by its own people."""
        own = self._line("For our own", self.company_a, is_published=True)
        offered = {self.vendor_line.id, own.id}
        self.assertEqual(set(self._offers(self.recipient_a).ids), offered)
        self.assertEqual(set(self._offers(self.admin_a).ids), offered)
        self.assertEqual(self._offers(self.recipient_b).ids, self.vendor_line.ids)
        self.assertFalse(self.env["connect.line"].with_user(self.recipient_b).search([("id", "=", own.id)]))

    def test_suspended_owner_and_closed_line_offer_nothing(self):
        """LIN-27: what cannot be connected is not offered."""
        self.vendor_line.date_end = date(2020, 1, 1)
        self.assertFalse(self._offers(self.recipient_b))
        self.vendor_line.date_end = False
        self.vendor.connect_access = "suspended"
        self.assertFalse(self._offers(self.recipient_b))

    def test_user_of_another_company_asks_and_the_owner_connects(self):
        """LIN-28: the owner and the servicing company see it; the owner's approval connects the line."""
        mails = self._mails()
        self.vendor.connect_notify_email = "inbox@vendor.example"
        application = self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id)
        self.assertEqual(application.state, "submitted")
        self.assertEqual((self._mails() - mails).email_to, "inbox@vendor.example")
        for reader in (self.admin_v, self.admin_a):
            self.assertEqual(self._as(application, reader).applicant_name, "Anna A, Camomile")
        for stranger in (self.admin_b, self.user_distributor, self.recipient_b):
            with self.assertRaises(AccessError):
                self._as(application, stranger).read(["state"])
        with self.assertRaises(AccessError):
            self._as(application, self.admin_a).approve()
        mails = self._mails()
        self.assertTrue(self._as(application, self.admin_v).approve())
        self.assertEqual((self._mails() - mails).email_to, self.recipient_a.email)
        self.assertIsNone(self.vendor_line._refusal(self.recipient_a.partner_id))
        self.assertEqual(self.vendor_line.grant_ids.company_id, self.company_a)
        self.assertFalse(self.vendor_line.grant_ids.first_line)

    def test_owner_sees_the_person_and_not_the_rest_of_the_client(self):
        """LIN-42's neighbour: on approval the vendor sees the person of its line, no colleague of his."""
        people = self.env["res.partner"].with_user(self.admin_v)
        application = self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id)
        self._as(application, self.admin_v).approve()
        ids = (self.recipient_a.partner_id | self.colleague_a.partner_id | self.client_a).ids
        self.assertEqual(people.search([("id", "in", ids)]), self.recipient_a.partner_id)

    def test_company_asks_for_a_line_with_the_first_line_right(self):
        """LIN-24, LIN-25: the partner files an application and tracks it; the vendor's approval is the admission."""
        offer = self._offers(self.admin_a).filtered(lambda each: each.id == self.vendor_line.id)
        self.assertEqual(offer.status, "none")
        offer.action_apply_first_line()
        offer.invalidate_recordset()
        self.assertEqual(offer.status, "asked")
        with self.assertRaises(UserError):
            offer.action_apply()
        application = self.env["connect.application"].search([("line_id", "=", self.vendor_line.id)])
        self._as(application, self.admin_v).approve()
        self.assertTrue(self.vendor_line._can_serve(self.company_a))
        self.assertEqual(self._as(application, self.admin_a).state, "approved")
        self._member(self.vendor_line, self.agent_a)
        self.assertFalse(self.vendor_line._can_serve(self.company_b))

    def test_what_is_not_offered_cannot_be_asked_for(self):
        """LIN-28: neither a hidden line by its id, nor one that is connected already."""
        for line in (self.line_b, self.line_a):
            with self.assertRaises(UserError):
                self._apply(self.recipient_a, type="line", line_id=line.id)
        self.line_a.is_published = True
        with self.assertRaises(UserError):
            self._apply(self.recipient_a, type="line", line_id=self.line_a.id)

    def test_twice_is_once(self):
        """A second click sends nothing; a second approval does nothing."""
        first = self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id)
        self.assertEqual(self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id), first)
        self._as(first, self.admin_v).approve()
        mails = self._mails()
        self.assertTrue(self._as(first, self.admin_v).approve())
        self.assertEqual(self._mails(), mails)
        with self.assertRaises(UserError):
            self._as(first, self.admin_v).reject("too late")

    def test_nobody_decides_by_writing(self):
        """The state is changed by the methods alone, whatever is written or created."""
        application = self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id)
        for values in ({"state": "approved"}, {"company_id": self.company_a.id}, {"open_key": "x"}):
            for user in (self.admin_a, self.admin_v):
                with self.assertRaises(AccessError):
                    self._as(application, user).write(values)
        with self.assertRaises(AccessError):
            self._as(application, self.recipient_a).write({"comment": "x"})
        create = self.env["connect.application"].with_user(self.admin_a).create
        with self.assertRaises(AccessError):
            create({"type": "line", "line_id": self.vendor_line.id, "state": "approved"})
        with self.assertRaises(AccessError):
            create({"type": "line", "line_id": self.vendor_line.id, "company_id": self.company_a.id})
        with self.assertRaises(AccessError):
            self.env["connect.application"].with_user(self.agent_a).create({"line_id": self.vendor_line.id})
        contract = self.env["connect.contract"].create(
            {"number": "B-1", "partner_id": self.client_b.id, "date_end": "2030-01-01"}
        )
        for values in (
            {"contract_id": contract.id},
            {"decided_by_id": self.admin_a.id},
            {"submitted_at": "2020-01-01"},
        ):
            with self.assertRaises(AccessError):
                create({"type": "colleague", **PERSON, **values})

    def test_nobody_names_what_he_cannot_see(self):
        """A draft shows the name of its line, a decision that of a client: foreign ids are refused."""
        create = self.env["connect.application"].with_user(self.admin_a).create
        with self.assertRaises(UserError):
            create({"type": "line", "line_id": self.line_b.id})
        draft = create({"type": "line", "line_id": self.vendor_line.id})
        with self.assertRaises(UserError):
            draft.line_id = self.line_b
        application = self.env["connect.application"]._apply_publicly(PERSON, "203.0.113.7", self.company_a)
        with self.assertRaises(AccessError):
            self._as(application, self.admin_a).client_id = self.client_b
        self._as(application, self.admin_a).client_id = self.client_a

    def test_taken_back(self):
        """LIN-25: cancelled by the applicant; the same may be asked again."""
        application = self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id)
        with self.assertRaises(AccessError):
            self._as(application, self.colleague_a).action_cancel()
        self._as(application, self.recipient_a).action_cancel()
        self.assertEqual(application.state, "cancelled")
        self.assertNotEqual(self._apply(self.recipient_a, type="line", line_id=self.vendor_line.id), application)


@tagged("post_install", "-at_install")
class TestPersonApplication(ApplicationCase):
    def test_colleague(self):
        """LIN-32, LIN-33: the partner accepts, the account joins the applicant's client, lines on request."""
        application = self._apply(self.recipient_a, type="colleague", **PERSON)
        self.assertEqual(application.company_id, self.company_a)
        decider = self._as(application, self.admin_a)
        decider.copy_lines = True
        mails = self._mails()
        decider.approve()
        user = application.sudo().user_id
        self.assertTrue(user.share)
        self.assertEqual(user.partner_id.parent_id, self.client_a)
        self.assertEqual(user.partner_id.connect_connection_ids.line_id, self.line_a)
        letters = self._mails() - mails
        self.assertIn(user.login, "".join(letters.mapped("body_html")))
        self.assertIn(self.recipient_a.email, letters.mapped("email_to"))

    def test_colleague_of_a_specialist(self):
        """LIN-30: specialists apply, too; the new one is a specialist."""
        application = self.env["connect.application"].with_user(self.agent_a).create({"type": "colleague", **PERSON})
        application.submit()
        with self.assertRaises(AccessError):
            application.approve()
        self._as(application, self.admin_a).approve()
        self.assertEqual(application.sudo().user_id.connect_role, "agent")

    def test_rejected_with_a_reason(self):
        """LIN-33: rejected; the applicant reads why, and no account exists."""
        application = self._apply(self.recipient_a, type="colleague", **PERSON)
        mails = self._mails()
        self._as(application, self.admin_a).reject("Such a person does not work there")
        letter = self._mails() - mails
        self.assertEqual(letter.email_to, self.recipient_a.email)
        self.assertIn("Such a person does not work there", letter.body_html)
        self.assertFalse(self.env["res.users"].search([("email", "=", PERSON["email"])]))

    def test_account_without_a_company_goes_to_the_platform(self):
        """LIN-31: nobody known: the platform assigns it, the company approves, a new client comes into being."""
        applications = self.env["connect.application"]
        application = applications.with_user(self.env.ref("base.public_user"))._apply_publicly(
            {**PERSON, "organisation": "Lily"}, "203.0.113.7"
        )
        self.assertFalse(application.sudo().company_id)
        for user in (self.admin_a, self.admin_v, self.user_distributor):
            with self.assertRaises(AccessError):
                self._as(application, user).read(["email"])
        platform = self._as(application, self.platform)
        with self.assertRaises(UserError):
            platform.approve()
        platform.company_id = self.company_a
        self._as(application, self.admin_a).approve()
        user = application.sudo().user_id
        self.assertEqual((user.company_id, user.partner_id.parent_id.name), (self.company_a, "Lily"))
        self.assertTrue(user.share)

    def test_platform_approves_for_a_company(self):
        """LIN-31: the account belongs to the assigned company, not to the platform's."""
        application = self.env["connect.application"]._apply_publicly(PERSON, "203.0.113.7", self.company_b)
        self._as(application, self.platform).approve()
        self.assertEqual(application.user_id.company_id, self.company_b)

    def test_public_form_is_limited(self):
        """LIN-31: five an hour from one address; the same person twice is once."""
        public = self.env["connect.application"].with_user(self.env.ref("base.public_user"))
        first = public._apply_publicly(PERSON, "203.0.113.7")
        self.assertEqual(public._apply_publicly({**PERSON, "email": "Orlova@TEST.example"}, "203.0.113.7"), first)
        for number in range(4):
            public._apply_publicly({**PERSON, "email": f"{number}@test.example"}, "203.0.113.7")
        with self.assertRaises(UserError):
            public._apply_publicly({**PERSON, "email": "more@test.example"}, "203.0.113.7")
        self.assertTrue(public._apply_publicly({**PERSON, "email": "more@test.example"}, "203.0.113.8"))

    def test_one_household_is_one_sender(self):
        """LIN-31: with IPv6 a household has addresses without end; its network is what counts."""
        self.assertEqual(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff::9"))
        self.assertNotEqual(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"))
        self.assertEqual(network_of("::ffff:203.0.113.7"), "203.0.113.7")
        self.assertEqual(network_of(None), "unknown")

    def test_only_content_comes_in(self):
        """Whatever else a form brings is refused."""
        for values in ({"state": "approved"}, {"company_id": self.company_b.id}, {"user_id": self.agent_a.id}):
            with self.assertRaises(AccessError):
                self._apply(self.recipient_a, **{"type": "colleague", **PERSON, **values})


@tagged("post_install", "-at_install")
class TestApplicationPages(HttpCase, ApplicationCase):
    def _form(self, url, **values):
        page = self.url_open(url).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(url, data={"csrf_token": token, **values})

    def test_get_an_account(self):
        """LIN-31, POR-02: from the login page to the application, with no account needed."""
        self.authenticate(None, None)
        self.assertIn("/connect/account", self.url_open("/web/login").text)
        answer = self._form("/connect/account", **PERSON, organisation="Lily")
        self.assertRegex(answer.text, SENT)
        application = self.env["connect.application"].search([("email", "=", PERSON["email"])])
        self.assertEqual((application.type, application.state), ("account", "submitted"))
        self._form("/connect/account", **PERSON)
        self.assertEqual(self.env["connect.application"].search_count([("email", "=", PERSON["email"])]), 1)

    def test_link_of_a_company(self):
        """LIN-31: the link of a service company leads to it, and cannot be guessed."""
        self.authenticate(None, None)
        url = self.company_a.connect_account_url.replace(self.company_a.get_base_url(), "")
        self.assertIn("Alpha Ltd", self.url_open(url).text)
        self._form(url, **PERSON)
        application = self.env["connect.application"].search([("email", "=", PERSON["email"])])
        self.assertEqual(application.company_id, self.company_a)
        with mute_logger("odoo.http"):
            self.assertEqual(
                self.url_open(f"/connect/account/{self.company_b.id}/{url.split('/')[-1]}").status_code, 404
            )

    def test_machine_is_told_nothing(self):
        """LIN-31: who fills in the hidden field has sent nothing."""
        self.authenticate(None, None)
        self.assertRegex(self._form("/connect/account", **PERSON, website="x").text, SENT)
        self.assertFalse(self.env["connect.application"].search([("email", "=", PERSON["email"])]))

    def test_portal_page(self):
        """POR-10, LIN-27, LIN-28, LIN-32: search, advertised lines, an application, a colleague."""
        advertised = self._line("We recommend", self.vendor, is_advertised=True)
        self.recipient_a.password = "recipient-123"
        self.authenticate(self.recipient_a.login, "recipient-123")
        page = self.url_open("/my/applications?search=cash").text
        self.assertIn("Cash desks", page)
        self.assertIn("We recommend", page)
        self.assertNotIn("Beta line", self.url_open("/my/applications?search=beta").text)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        answer = self.url_open("/my/applications/line", data={"csrf_token": token, "line_id": advertised.id})
        self.assertRegex(answer.text, SENT)
        answer = self._form("/my/applications/colleague", **PERSON)
        self.assertIn("Orlova", answer.text)
        mine = self.env["connect.application"].search([("applicant_id", "=", self.recipient_a.partner_id.id)])
        self.assertEqual(set(mine.mapped("type")), {"line", "colleague"})
        with mute_logger("odoo.http"):
            answer = self.url_open("/my/applications/line", data={"csrf_token": token, "line_id": self.line_b.id})
        self.assertRegex(answer.text, "not offered|не предлагается")

    def test_own_card(self):
        """POR-11: a recipient changes his name, contacts and position, and nothing else."""
        self.recipient_a.password = "recipient-123"
        self.authenticate(self.recipient_a.login, "recipient-123")
        self._form(
            "/my/profile",
            **{**PERSON, "email": "anna@new.example"},
            company_id=self.company_b.id,
            birthdate="1990-02-03",
        )
        person = self.recipient_a.partner_id
        self.assertEqual((person.name, person.email), ("Orlova Maria", "anna@new.example"))
        self.assertEqual(person.connect_birthdate, date(1990, 2, 3))
        self.assertEqual(person.company_id, self.company_a)
