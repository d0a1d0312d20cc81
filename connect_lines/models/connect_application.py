from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, email_normalize

from .connect_line import STAFF
from .verbs import in_users_language

TYPES = [
    ("account", "Account"),
    ("colleague", "Account for a colleague"),
    ("line", "Connection of a line"),
    ("contract", "Extension of the ITS contract"),
]
STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("rejected", "Turned down"),
    ("cancelled", "Cancelled"),
]
PERSON = ("connect_surname", "connect_given_name", "connect_patronymic", "function", "email", "phone")
# what a decision rests on or results in: set by the methods alone
GUARDED = frozenset(
    {
        "type",
        "state",
        "open_key",
        "company_id",
        "from_company_id",
        "applicant_id",
        "submitted_at",
        "decided_by_id",
        "decided_at",
        "user_id",
        "source_address",
    }
)
# what staff may not bring along with a new application either; the rest of GUARDED is set over whatever comes
NOT_AT_CREATION = (GUARDED - {"type", "state", "from_company_id", "applicant_id"}) | {"contract_id", "contract_until"}
# what the side that decides adds before it does
DECIDER_FIELDS = frozenset({"client_id", "copy_lines", "contract_until", "reason", "first_line"})


class ConnectApplication(models.Model):
    """Somebody asks for an account, a colleague's account, a line or a longer ITS contract; a company decides.

    An application that is open holds ``open_key``, unique in the database: whoever clicks twice has sent one.
    """

    _name = "connect.application"
    _description = "Application"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char("Subject", compute="_compute_name")
    type = fields.Selection(TYPES, "Kind", required=True, default="line", index=True)
    state = fields.Selection(STATES, "State", required=True, default="draft", readonly=True, tracking=True, copy=False)
    open_key = fields.Char(readonly=True, copy=False, groups=STAFF)
    company_id = fields.Many2one(
        "res.company", "Decides", index=True, readonly=True, help="Empty: the platform assigns it to a service company."
    )
    from_company_id = fields.Many2one("res.company", "Comes from", index="btree_not_null", readonly=True)
    applicant_id = fields.Many2one(
        "res.partner", "Applicant", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    applicant_name = fields.Char("Sent by", compute="_compute_applicant_name", compute_sudo=True)
    submitted_at = fields.Datetime("Sent on", readonly=True, copy=False)
    comment = fields.Text("Comment")

    # an account, for oneself or a colleague
    connect_surname = fields.Char("Surname")
    connect_given_name = fields.Char("Given name")
    connect_patronymic = fields.Char("Patronymic")
    function = fields.Char("Position")
    email = fields.Char("E-mail")
    phone = fields.Char("Phone")
    organisation = fields.Char("Organisation")
    client_id = fields.Many2one(
        "res.partner",
        "Client",
        groups=STAFF,
        index="btree_not_null",
        domain="[('connect_is_client', '=', True), ('company_id', '=', company_id)]",
        help="Whose user the person becomes. Empty: a new client with the name of the organisation.",
    )
    copy_lines = fields.Boolean("With the applicant's lines", groups=STAFF)
    same_email = fields.Char("The same e-mail", compute="_compute_same_email", groups=STAFF)
    source_address = fields.Char("Network address", readonly=True, groups=STAFF, index="btree_not_null")

    # a line
    line_id = fields.Many2one("connect.line", "Line", index="btree_not_null", ondelete="cascade")
    line_name = fields.Char("Name of the line", compute="_compute_line_name", compute_sudo=True)
    first_line = fields.Boolean(
        "First-line right", help="The specialists of the company that asks serve its own clients on the line, too."
    )

    # an ITS contract
    contract_id = fields.Many2one("connect.contract", "ITS contract", index="btree_not_null", ondelete="cascade")
    contract_until = fields.Date("Extend until")

    # the decision
    reason = fields.Text("Reason", help="The applicant reads it in the letter about the decision.")
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False, groups=STAFF)
    decided_at = fields.Datetime("Decided on", readonly=True, copy=False)
    user_id = fields.Many2one("res.users", "New account", readonly=True, copy=False, groups=STAFF)
    can_decide = fields.Boolean(compute="_compute_can_decide")

    _open_unique = models.UniqueIndex("(open_key)", "This application has been sent already and waits for a decision.")

    @api.depends("type", "connect_surname", "connect_given_name", "line_id", "contract_id")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["type"]._description_selection(self.env))
        for application in self:
            # sudo: the number of the contract that the application is about
            about = application.line_name or application.sudo().contract_id.number or application._person_name()
            application.name = f"{kinds.get(application.type, '')}: {about}" if about else kinds.get(application.type)

    @api.depends("name")
    def _compute_display_name(self):
        for application in self:
            application.display_name = application.name

    @api.depends("line_id")
    def _compute_line_name(self):
        for application in self:
            application.line_name = application.line_id.name

    @api.depends("applicant_id", "organisation", "connect_surname", "connect_given_name")
    def _compute_applicant_name(self):
        for application in self:
            person = application.applicant_id
            if not person:
                parts = (application._person_name(), application.organisation)
            else:
                client = person.commercial_partner_id
                parts = (person.name, client.name if client != person else application.from_company_id.name)
            application.applicant_name = ", ".join(filter(None, parts))

    @api.depends("email", "company_id", "state")
    def _compute_same_email(self):
        for application in self:
            email = application.state == "submitted" and email_normalize(application.email)
            people = self.env["res.partner"]
            if email:
                people = people.search([("email_normalized", "=", email)], limit=3)
            application.same_email = ", ".join(people.mapped("display_name"))

    @api.depends_context("uid")
    @api.depends("company_id", "state")
    def _compute_can_decide(self):
        for application in self:
            application.can_decide = application.state == "submitted" and application._is_decider()

    @api.constrains("type", "line_id", "contract_id", "email", "connect_surname", "connect_given_name")
    def _check_content(self):
        for application in self:
            if application.type == "line" and not application.line_id:
                raise ValidationError(self.env._("Choose the line."))
            if application.type == "contract" and not application.contract_id:
                raise ValidationError(self.env._("Choose the contract."))
            if application.type in ("account", "colleague"):
                if not (application.connect_surname and application.connect_given_name):
                    raise ValidationError(self.env._("Enter the surname and the name."))
                if not email_normalize(application.email):
                    raise ValidationError(
                        self.env._("Enter one e-mail address, like name@company.com: the answer is sent there.")
                    )

    # ------------------------------------------------------------
    # overrides
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            user = self.env.user
            for vals in vals_list:
                if any(vals.get(name) for name in NOT_AT_CREATION) or vals.get("state", "draft") != "draft":
                    raise AccessError(self.env._("An application is decided by whom it is sent to. Nothing was saved."))
                kind = vals.get("type", "line")
                if kind not in ("line", "colleague"):
                    raise UserError(self.env._("Staff ask for lines of vendors and for accounts of colleagues here."))
                if kind == "line" and not user.has_group("connect_lines.group_partner_admin"):
                    raise AccessError(self.env._("The administrator of the company asks for lines of vendors."))
                self._check_named(vals)
                vals.update(applicant_id=user.partner_id.id, from_company_id=user.company_id.id)
        applications = super().create(vals_list)
        for application in applications.sudo():  # sudo: who decides follows from what is asked for
            if not application.company_id:
                application.company_id = application._deciding_company()
        return applications

    def write(self, vals):
        if not self.env.su:
            is_platform = self.env.user.has_group("connect_lines.group_platform")
            if GUARDED & vals.keys() - ({"company_id"} if is_platform else set()):
                raise AccessError(self.env._("An application is decided by its buttons. Nothing was saved."))
            self._check_named(vals)
            for application in self:
                open_fields = application._editable_fields()
                if forbidden := vals.keys() & self._own_fields() - open_fields:
                    labels = ", ".join(sorted(self._fields[name]._description_string(self.env) for name in forbidden))
                    raise AccessError(self.env._("This can no longer be changed: %s.", labels))
        result = super().write(vals)
        if "company_id" in vals and not self.env.su:
            self._assigned()
        return result

    def _assigned(self):
        """The platform has said which service company decides."""
        for application in self.sudo():  # sudo: the key is guarded
            application.open_key = application._make_open_key()
            application._notify_company()

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(application.state != "draft" for application in self):
            raise UserError(self.env._("Only drafts are deleted. Cancel or reject the application instead."))

    # ------------------------------------------------------------
    # public
    # ------------------------------------------------------------

    @in_users_language
    def submit(self):
        """Send drafts to those who decide.

        :rtype: bool
        :raise AccessError: the draft is somebody else's
        :raise UserError: the same application waits for a decision already
        """
        self.check_access("read")
        for application in self:
            application._check_sender()
            if application.state == "submitted":
                continue
            if application.state != "draft":
                raise UserError(self.env._("«%s» has been decided. Make a new application.", application.name))
            application._check_sendable()
            key = application._make_open_key()
            application.flush_recordset()
            known = self.sudo().search_count([("open_key", "=", key)], limit=1)  # sudo: anybody's, told to nobody else
            if known:
                raise UserError(self.env._("This application has been sent already and waits for a decision."))
            # sudo: guarded fields; the sender was checked
            application.sudo().write({"state": "submitted", "open_key": key, "submitted_at": fields.Datetime.now()})
            application._notify_company()
        return True

    @in_users_language
    def approve(self):
        """Do what is asked for, and tell the applicant. A second call does nothing more.

        :rtype: bool
        :raise AccessError: another company decides
        :raise UserError: not submitted, or it cannot be done; the text says why
        """
        for application in self._decidable("approved"):
            getattr(application, f"_approve_{application.type}")()
            application._decide("approved")
        return True

    @in_users_language
    def reject(self, reason=""):
        """Refuse, with a reason that the applicant reads. A second call does nothing more.

        :param str reason: what the applicant should know
        :rtype: bool
        """
        for application in self._decidable("rejected"):
            if reason:
                application.reason = reason
            application._decide("rejected")
        return True

    # ------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------

    def action_submit(self):
        return self.submit()

    def action_approve(self):
        return self.approve()

    def action_reject(self):
        return self.reject()

    def action_cancel(self):
        """The sender takes the application back."""
        self.check_access("read")
        for application in self:
            application._check_sender()
            application._lock()
            if application.state in ("draft", "submitted"):
                application.sudo().write({"state": "cancelled", "open_key": False})  # sudo: guarded; checked above
        return True

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    def _person_name(self):
        return self.env["res.partner"]._connect_join_name(*(self[name] for name in PERSON[:3]))

    def _check_named(self, vals):
        """An application shows the names of what it is about: what the caller cannot see, he cannot name."""
        line_id, client_id = vals.get("line_id"), vals.get("client_id")
        if line_id and not self.env["connect.line.offer"].search_count([("id", "=", line_id)], limit=1):
            raise UserError(self.env._("This line is not offered. Search for another one."))
        if client_id:
            self.env["res.partner"].browse(client_id).check_access("read")

    def _own_fields(self):
        return {name for name, field in self._fields.items() if field._module == "connect_lines"}

    def _editable_fields(self):
        """The names of fields that the caller may change in the present state."""
        names = set()
        if self.state == "draft" and self._is_sender():
            names |= {*PERSON, "comment", "organisation", "line_id", "first_line"}
        if self.state == "submitted" and self._is_decider():
            names |= DECIDER_FIELDS | {*PERSON, "organisation"}
            if self.type == "account" and self.env.user.has_group("connect_lines.group_platform"):
                names.add("company_id")
        return names

    def _is_sender(self):
        user = self.env.user
        own_company = self.from_company_id in user.company_ids and user.has_group("connect_lines.group_partner_admin")
        return self.env.su or self.applicant_id == user.partner_id or own_company

    def _is_decider(self):
        user = self.env.user
        if self.env.su or user.has_group("connect_lines.group_platform"):
            return True
        return user.has_group("connect_lines.group_partner_admin") and self.company_id in user.company_ids

    def _check_sender(self):
        if not self._is_sender():
            raise AccessError(self.env._("Only who made the application sends it or takes it back."))

    def _lock(self):
        """Wait for whoever decides at this moment: his commit makes this transaction begin anew and see it."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM connect_application WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )
        self.invalidate_recordset()

    def _decidable(self, target):
        """Those of `self` that are still to be decided, locked, after the rights of the caller were checked."""
        self.check_access("read")
        if any(not application._is_decider() for application in self):
            raise AccessError(self.env._("The application is decided by the company it was sent to."))
        self._lock()
        for application in self:
            if application.state not in ("submitted", target):
                state = dict(self._fields["state"]._description_selection(self.env))[application.state]
                raise UserError(
                    self.env._("«%(name)s» is not open: %(state)s.", name=application.name, state=state.lower())
                )
        return self.filtered(lambda application: application.state == "submitted")

    def _decide(self, state):
        # sudo: guarded fields; the caller was checked by _decidable
        self.sudo().write(
            {
                "state": state,
                "open_key": False,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self._notify_applicant()
