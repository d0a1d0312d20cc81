from datetime import timedelta
from ipaddress import ip_address, ip_network

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize
from psycopg2.errors import UniqueViolation

from .connect_application import PERSON
from .verbs import trusted

PER_HOUR = 5  # public applications from one network address
CONTENT = frozenset(
    {*PERSON, "comment", "organisation", "line_id", "first_line", "contract_id", "contract_until", "type"}
)


def network_of(address):
    """What counts as one sender: an address; with IPv6 the network of a household, which has addresses without end."""
    try:
        known = ip_address(address)
    except ValueError:
        return address or "unknown"
    if known.version == 4 or known.ipv4_mapped:
        return str(getattr(known, "ipv4_mapped", None) or known)
    return str(ip_network((known, 64), strict=False))


class ConnectApplication(models.Model):
    """Who applies, who decides, what a decision does."""

    _inherit = "connect.application"

    is_of_company = fields.Boolean("Sent for a company", compute="_compute_is_of_company")

    @api.depends("applicant_id")
    def _compute_is_of_company(self):
        for application in self:
            application.is_of_company = application._of_staff()

    # ------------------------------------------------------------
    # the way in: portal and public pages
    # ------------------------------------------------------------

    @api.model
    def _apply(self, values):
        """Make and send an application of the caller; sent twice, it is the same one.

        :param dict values: of _content()
        :return: the application; empty when a parallel call has just sent the same one
        """
        return self._apply_as(values, self.env.user.partner_id, self.env.user.company_id)

    @api.model
    def _apply_publicly(self, values, address, company=None):
        """«Get an account»: somebody without an account applies from a network address.

        :param company: the service company whose link he followed; else the platform decides to whom he belongs
        """
        address = network_of(address)
        # sudo: nobody but the platform reads where applications came from
        recent = self.sudo().search_count(
            [("source_address", "=", address), ("create_date", ">", self._hour_ago())], limit=PER_HOUR
        )
        if recent >= PER_HOUR:
            raise UserError(self.env._("Too many applications came from your network within an hour. Try again later."))
        values = {**values, "type": "account"}
        return self._apply_as(values, self.env["res.partner"], company or self.env["res.company"], address)

    def _apply_as(self, values, applicant, company, address=False):
        if unknown := values.keys() - self._content():
            raise AccessError(self.env._("These values cannot be set here: %s.", ", ".join(sorted(unknown))))
        draft = {
            **values,
            "applicant_id": applicant.id,
            "from_company_id": company.id if applicant else False,
            "company_id": False if applicant else company.id,
            "source_address": address,
        }
        # sudo: recipients and guests write nothing themselves; the content is whitelisted, the parties are set here
        applications = trusted(self).sudo().with_context(mail_create_nolog=True)
        application = applications.new(draft)
        known = applications.search([("open_key", "=", application._make_open_key())], limit=1)
        if known:
            return known.with_env(self.env)
        try:
            with self.env.cr.savepoint():
                application = applications.create(draft)
                application.submit()
                self.env.flush_all()
        except UniqueViolation:
            return self.browse()  # sent twice at once: the other one stands
        return application.with_env(self.env)

    @api.model
    def _content(self):
        """Names of what an applicant says himself; a plugin adds those of its own type."""
        return CONTENT

    @api.model
    def _hour_ago(self):
        return self.env.cr.now().replace(tzinfo=None) - timedelta(hours=1)

    # ------------------------------------------------------------
    # who decides, and what makes two applications the same
    # ------------------------------------------------------------

    def _deciding_company(self):
        if self.type == "line":
            return self.line_id.company_id
        if self.type == "contract":
            return self.contract_id.company_id
        return self.from_company_id

    def _make_open_key(self):
        record = self.sudo()  # sudo: ids of parties only
        email = email_normalize(record.email) or ""
        if record.type == "line":
            person = record.applicant_id
            who = f"company-{record.from_company_id.id}" if record._of_staff() else f"person-{person.id}"
            return f"line:{record.line_id.id}:{who}"
        if record.type == "contract":
            return f"contract:{record.contract_id.id}"
        if record.type == "colleague":
            return f"colleague:{record.applicant_id.commercial_partner_id.id}:{email}"
        return f"account:{record.company_id.id or 0}:{email}"

    def _of_staff(self):
        """A service company asks for itself, not one of its clients' people."""
        users = self.sudo().applicant_id.user_ids  # sudo: whether the applicant is staff
        return any(not user.share for user in users)

    def _check_sendable(self):
        record = self.sudo()  # sudo: the line of another company, the contract of one's client
        if record.type == "line":
            record._check_line_offered()
        elif record.type == "contract" and record.contract_id.partner_id != record.applicant_id.commercial_partner_id:
            raise AccessError(self.env._("This contract is not your company's."))
        elif record.type == "contract" and not record.contract_id._can_extend():
            until = self.env["ir.qweb.field.date"].value_to_html(record.contract_id.date_end, {})
            raise UserError(self.env._("The contract is valid until %s; its extension opens later.", until))

    def _check_line_offered(self):
        line, company = self.line_id, self.from_company_id
        owner = line.company_id
        is_offered = (
            line.active
            and (line.is_published or line.is_advertised)
            and (owner.connect_is_vendor or owner == company)
            and not owner._connect_is_suspended()
            and line._period_state(owner._connect_today()) != "expired"
        )
        if not is_offered:
            raise UserError(self.env._("This line is not offered. Search for another one."))
        if self._of_staff():
            if owner == company:
                raise UserError(self.env._("«%s» is your own line: connect it yourselves.", line.name))
            if not self.first_line and line._can_connect(company):
                raise UserError(self.env._("«%s» is open to your company already.", line.name))
        elif line._is_connected(self.applicant_id):
            raise UserError(self.env._("«%s» is connected to you already.", line.name))

    # ------------------------------------------------------------
    # what an approval does; the caller was checked, his own rights are used where he has them
    # ------------------------------------------------------------

    def _approve_account(self):
        if not self.company_id:
            raise UserError(self.env._("Say first which service company the person belongs to: «Assigned to»."))
        client = self.client_id
        if not client and self.organisation:
            client = self.env["res.partner"].create(
                {"name": self.organisation, "is_company": True, "company_id": self.company_id.id}
            )
        self._register_account(client=client)

    def _approve_colleague(self):
        applicant = self.sudo().applicant_id  # sudo: the rights of the decider concern the account, checked there
        if self._of_staff():
            user = self._register_account(role="agent")
            if self.copy_lines:
                members = applicant.user_ids.connect_member_ids.filtered(lambda m: m.company_id == self.company_id)
                self.env["connect.line.member"].create(
                    [{"line_id": m.line_id.id, "user_id": user.id, "priority": m.priority} for m in members]
                )
            return
        client = applicant.commercial_partner_id
        user = self._register_account(client=client.with_env(self.env) if client != applicant else None)
        if self.copy_lines:
            self.env["connect.line.connection"].create(
                [
                    {
                        "line_id": each.line_id.id,
                        "partner_id": user.partner_id.id,
                        "date_start": each.date_start,
                        "date_end": each.date_end,
                    }
                    for each in applicant.connect_connection_ids
                ]
            )

    def _register_account(self, role=False, client=None):
        values = {name: self[name] for name in PERSON}
        user = self.env["res.users"]._connect_create_account(values, role=role, client=client, company=self.company_id)
        self.sudo().user_id = user  # sudo: guarded; the result of the door
        return user

    def _approve_line(self):
        # sudo: parties that the owner of the line cannot see before they meet on it
        line, applicant, company = self.line_id, self.sudo().applicant_id, self.sudo().from_company_id
        if self._of_staff():
            grants = self.env["connect.line.grant"]
            grant = grants.search([("line_id", "=", line.id), ("company_id", "=", company.id)])
            if grant:
                grant.first_line = grant.first_line or self.first_line
            else:
                grants.create({"line_id": line.id, "company_id": company.id, "first_line": self.first_line})
            return
        serving = line._serving_company(applicant)
        if not line._can_connect(serving):
            self.env["connect.line.grant"].create({"line_id": line.id, "company_id": serving.id})
        # sudo: the owner may not choose foreign people; this one has asked for the line himself
        connections = self.env["connect.line.connection"].sudo()
        connections._connect_people(line, applicant)

    def _approve_contract(self):
        self.contract_id._extend(self.contract_until)

    # ------------------------------------------------------------
    # letters
    # ------------------------------------------------------------

    def _notify_company(self):
        """To the company's address for notices; the inbox «Applications» holds it in any case."""
        company = self.sudo().company_id  # sudo: an address of the company that decides
        email = company.connect_notify_email or company.email
        if email:
            self._send("connect_lines.mail_template_application_new", email, company.partner_id.lang)

    def _notify_applicant(self):
        """The decision. Who gets an account has the invitation instead of a letter about the approval."""
        record = self.sudo()  # sudo: the address that the applicant gave himself
        if record.type == "account" and record.state == "approved":
            return
        person = record.applicant_id
        email = person.email or record.email
        if email:
            self._send("connect_lines.mail_template_application_decided", email, person.lang or self.env.user.lang)

    def _decision_text(self):
        if self.state == "approved":
            return self.env._("The application was approved")
        return self.env._("The application was rejected")

    def _send(self, xml_id, email, lang):
        # sudo: the template reads the application and its company
        template = self.env.ref(xml_id).sudo().with_context(lang=lang)
        template.send_mail(self.id, email_values={"email_to": email}, email_layout_xmlid="connect_lines.mail_layout")
