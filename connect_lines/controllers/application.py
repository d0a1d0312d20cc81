"""Where people ask for something: the public page «Get an account» and the portal's page of lines and applications."""

from base64 import b64encode

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request, route
from odoo.tools import consteq, email_normalize
from werkzeug.exceptions import NotFound

from ..models.connect_application import PERSON

FOUND = 20  # lines that a search shows
LIST = 50  # applications on the page
LONGEST = 2000  # characters of anything that is typed in


def typed(post, names):
    """What a form brought for these names: trimmed, not endless."""
    return {name: str(post.get(name) or "").strip()[:LONGEST] for name in names}


def number(value):
    """The id that a form brought; 0, which is nobody's, for anything else."""
    return int(value) if str(value).isascii() and str(value).isdecimal() and len(str(value)) < 10 else 0


class ConnectRegistration(Controller):
    @route(["/connect/account", "/connect/account/<int:company_id>/<string:code>"], type="http", auth="public",
           methods=["GET", "POST"], website=True, sitemap=False)  # fmt: skip
    def account(self, company_id=0, code="", **post):
        """«Get an account»: anybody applies (LIN-31). With the link of a service company it is the one that decides."""
        company = self._company(company_id, code)
        values = {"company": company, "post": post, "error": "", "sent": False, "disable_database_manager": True}
        if request.httprequest.method == "POST":
            values["error"] = self._register(company, post)
            values["sent"] = not values["error"]
        response = request.render("connect_lines.registration_page", values)
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _register(self, company, post):
        """Send the application; the text of what is wrong, empty when it went."""
        if post.get("website"):
            return ""  # a field that people do not see: a machine filled it in and is told nothing
        try:
            request.env["ir.http"]._verify_request_recaptcha_token("connect_account")
            request.env["connect.application"]._apply_publicly(
                typed(post, (*PERSON, "organisation", "comment")), request.httprequest.remote_addr, company
            )
        except UserError as error:
            return error.args[0]
        return ""

    def _company(self, company_id, code):
        # sudo: the name of the company whose secret link was followed
        company = request.env["res.company"].sudo().browse(company_id).exists()
        if not company_id:
            return company
        if not company or not consteq(code, company._connect_account_code()) or company._connect_is_suspended():
            raise NotFound()
        return company

    @route("/connect/requirements", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def requirements(self):
        """«Technical requirements», from the login page (POR-02)."""
        return request.render("connect_lines.requirements_page", {"disable_database_manager": True})


class ConnectApplications(Controller):
    @route("/my/applications", type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def page(self, search="", done="", **_query):
        """Lines that can be asked for, the ITS contract, and the caller's own applications."""
        partner = request.env.user.partner_id
        offers = request.env["connect.line.offer"]
        search = search.strip()[:100]
        found = offers.browse()
        if search:
            found = offers.search(
                [("is_published", "=", True), "|", "|", ("name", "ilike", search), ("description", "ilike", search),
                 ("owner_name", "ilike", search)], limit=FOUND
            )  # fmt: skip
        advertised = offers.search([("is_advertised", "=", True)], limit=FOUND) - found
        applications = request.env["connect.application"].search([("applicant_id", "=", partner.id)], limit=LIST)
        return request.render(
            "connect_lines.portal_applications",
            {
                "page_name": "connect_applications",
                "search": search,
                "done": done,
                "found": found._for_person(partner),
                "advertised": [each for each in advertised._for_person(partner) if each["status"] != "connected"],
                "applications": applications,
                "its": partner._connect_its(),
            },
        )

    @route("/my/applications/line", type="http", auth="user", methods=["POST"], website=True)
    def line(self, line_id="", **_post):
        """Ask for a line that was found or advertised."""
        return self._sent({"type": "line", "line_id": number(line_id)})

    @route("/my/applications/contract", type="http", auth="user", methods=["POST"], website=True)
    def contract(self, **_post):
        """Ask for the extension of the client's ITS contract (LIN-34)."""
        contract = request.env.user.partner_id.commercial_partner_id._connect_contract()
        if not contract:
            raise NotFound()
        return self._sent({"type": "contract", "contract_id": contract.id})

    @route("/my/applications/colleague", type="http", auth="user", methods=["GET", "POST"], website=True)
    def colleague(self, **post):
        """An account for a colleague: surname, name, patronymic, position, e-mail, telephone (LIN-32)."""
        error = ""
        if request.httprequest.method == "POST":
            values = typed(post, (*PERSON, "comment"))
            if not all(values[name] for name in PERSON if name != "connect_patronymic"):
                error = request.env._("Fill in the fields with an asterisk.")
            else:
                try:
                    request.env["connect.application"]._apply({**values, "type": "colleague"})
                    return request.redirect("/my/applications?done=1")
                except UserError as problem:
                    error = problem.args[0]
        return request.render(
            "connect_lines.portal_colleague", {"page_name": "connect_colleague", "post": post, "error": error}
        )

    @route("/my/applications/cancel", type="http", auth="user", methods=["POST"], website=True)
    def cancel(self, application_id="", **_post):
        """Take an application back."""
        application = request.env["connect.application"].search([("id", "=", number(application_id))])
        if not application:
            raise NotFound()
        application.action_cancel()
        return request.redirect("/my/applications")

    @route("/connect/applications/line", type="jsonrpc", auth="user", methods=["POST"])
    def line_rpc(self, line_id):
        """The same from the page of the conversation: ``{"sent": bool}``."""
        self._apply_line({"type": "line", "line_id": line_id if type(line_id) is int else 0})
        return {"sent": True}

    def _sent(self, values):
        try:
            self._apply_line(values)
        except UserError as error:
            return request.render("connect_lines.portal_application_refused", {"error": error.args[0]})
        return request.redirect("/my/applications?done=1")

    def _apply_line(self, values):
        line_id = values.get("line_id")
        # what is not offered to the caller does not exist for him
        if line_id is not None and not request.env["connect.line.offer"].search_count([("id", "=", line_id)], limit=1):
            raise AccessError(request.env._("This line is not offered. Search for another one."))
        request.env["connect.application"]._apply(values)


class ConnectProfile(Controller):
    FIELDS = ("connect_surname", "connect_given_name", "connect_patronymic", "function", "email", "phone")

    @route("/my/profile", type="http", auth="user", methods=["GET", "POST"], website=True)
    def profile(self, **post):
        """One's own card: name, position, contacts, date of birth, photo (POR-11)."""
        user = request.env.user
        error = ""
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    self._save(user, post)
                return request.redirect("/my/profile?saved=1")
            except UserError as problem:
                error = problem.args[0]
        names = {name: user.partner_id[name] or "" for name in self.FIELDS}
        if not names["connect_surname"] and not names["connect_given_name"]:
            names.update(zip(self.FIELDS[:3], user.name.split(None, 2)))
        return request.render(
            "connect_lines.portal_profile",
            {
                "page_name": "connect_profile",
                "user": user,
                "values": {**names, "birthdate": user.partner_id.connect_birthdate or "", **post},
                "error": error,
                "saved": bool(post.get("saved")),
            },
        )

    def _save(self, user, post):
        values = typed(post, self.FIELDS)
        _ = request.env._
        if not values["connect_surname"] or not email_normalize(values["email"]):
            raise UserError(_("The surname and one e-mail address are needed: a lost password is restored by it."))
        try:
            values["connect_birthdate"] = fields.Date.to_date(post.get("birthdate") or False)
        except ValueError:
            raise UserError(_("Enter the date of birth as it is in the calendar.")) from None
        photo = request.httprequest.files.get("photo")
        if photo and photo.filename:
            content = photo.stream.read(5 * 1024 * 1024 + 1)
            if len(content) > 5 * 1024 * 1024:
                raise UserError(_("The photo is larger than 5 MB. Choose a smaller one."))
            values["image_1920"] = self._image(content)
        # sudo: a recipient may not write contacts; these are the fields of his own card
        user.partner_id.sudo().write(values)

    def _image(self, content):
        if not content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")):
            raise UserError(request.env._("A photo is a JPEG, PNG, WebP or GIF picture."))
        return b64encode(content)
