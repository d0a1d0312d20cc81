from types import MappingProxyType

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

ROLES = [
    ("agent", "Specialist"),
    ("supervisor", "Supervisor"),
    ("partner_admin", "Administrator"),
]
# from the strongest; the first that a user has is shown
ALL_ROLES = [
    ("platform", "Platform administrator"),
    ("distributor", "Distributor"),
    ("support_staff", "Platform support staff"),
    *reversed(ROLES),
]
# where a day begins, unless the person has chosen otherwise; a specialist's does in Discuss
HOME_ACTIONS = MappingProxyType(
    {"distributor": "connect_lines.action_lkd", "partner_admin": "connect_lines.action_start"}
)
# what belongs to a person, not to his place; an empty login becomes a number
PERSONAL = (
    "login",
    "email",
    "phone",
    "connect_surname",
    "connect_given_name",
    "connect_patronymic",
    "connect_birthdate",
    "image_1920",
)


class ResUsers(models.Model):
    """Accounts: specialists are internal users of exactly one company, recipients are portal users."""

    _inherit = "res.users"

    login = fields.Char(help="Used to log in, shown as «ID 200001». Left empty, a number of six digits is given.")
    connect_paid = fields.Boolean("Paid account", help="Counted in the payment of the service company.")
    connect_role = fields.Selection(
        ALL_ROLES, "Role in Connect", compute="_compute_connect_role", search="_search_connect_role", compute_sudo=True
    )
    connect_member_ids = fields.One2many("connect.line.member", "user_id", "Line memberships", copy=True)
    connect_closed_with_id = fields.Many2one(
        "res.partner", "Blocked with", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    connect_line_names = fields.Char("Serves", compute="_compute_connect_line_names")
    connect_seen_client = fields.Char("Program", compute="_compute_connect_seen_client", compute_sudo=True)

    # every rule of visibility asks for the staff of a company
    _connect_staff_idx = models.Index("(company_id) WHERE share IS NOT TRUE")
    # the number of users on the distributor's list of companies
    _connect_recipients_idx = models.Index("(company_id) WHERE share IS TRUE")
    _connect_paid_idx = models.Index("(company_id) WHERE connect_paid")

    @api.depends("group_ids")
    def _compute_connect_role(self):
        for user in self:
            user.connect_role = next(
                (code for code, _name in ALL_ROLES if user.has_group("connect_lines.group_" + code)), False
            )

    def _search_connect_role(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = [code for code, _name in ROLES if code in value] + [code for code in value if code not in dict(ROLES)]
        ids = [self.env.ref("connect_lines.group_" + code).id for code in codes if code]
        return [("group_ids", "in", ids)]

    @api.depends("connect_member_ids.line_id")
    def _compute_connect_line_names(self):
        for user in self:
            user.connect_line_names = ", ".join(user.connect_member_ids.line_id.mapped("name"))

    @api.depends("log_ids")
    def _compute_connect_seen_client(self):
        devices = {}
        for device in self.env["res.device"].search([("user_id", "in", self.ids)], order="last_activity"):
            devices[device.user_id.id] = ", ".join(filter(None, (device.browser, device.platform))).title()
        for user in self:
            user.connect_seen_client = devices.get(user.id, False)

    @api.constrains("company_id", "company_ids", "group_ids")
    def _check_connect_one_company(self):
        """Staff work for exactly one company; only the platform's people see several."""
        for user in self:
            if (
                (user.has_group("connect_lines.group_agent") or user.has_group("connect_lines.group_distributor"))
                and not (user.has_group("connect_lines.group_platform") or user.has_group("base.group_system"))
                and user.company_ids != user.company_id
            ):
                raise ValidationError(self.env._("%s must belong to exactly one company.", user.name))

    @api.constrains("company_id")
    def _check_connect_members(self):
        self.sudo().connect_member_ids._check_may_serve()  # sudo: lines of every owner

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("login"):
                vals["login"] = self._connect_next_login()
        users = super().create(vals_list)
        users._connect_align_partners()
        self.env["connect.paid.period"]._note(users.filtered("connect_paid"))
        return users

    def copy_data(self, default=None):
        """A copy is another person in the same place: role, company, lines with their priorities, nobody's contacts.

        So does `auth_ldap` make an account from its template user at the first login (ADM-05).
        """
        return super().copy_data({**dict.fromkeys(PERSONAL, False), **(default or {})})

    def write(self, vals):
        if "active" in vals:
            vals = {**vals, "connect_closed_with_id": False}  # noted anew by whoever takes the account along
        res = super().write(vals)
        if {"company_id", "company_ids", "group_ids", "active"} & vals.keys():
            self._connect_align_partners()
        if {"connect_paid", "company_id", "active"} & vals.keys():
            self.env["connect.paid.period"]._note(self)
        return res

    def _connect_home_action(self):
        """The screen on which the day of this role begins; empty for those who begin in Discuss."""
        self.ensure_one()
        name = HOME_ACTIONS.get(self.connect_role)
        return self.env.ref(name) if name else self.env["ir.actions.actions"]

    @api.model
    def _connect_portal_links(self):
        """What an addon offers beside the lines in the caller's portal: ``[{"url", "icon", "text"}]``."""
        return []

    @api.model
    def _connect_next_login(self):
        """The next free number: six digits, unique among all accounts, archived ones included.

        The sequence never gives a number twice; those that somebody entered by hand are skipped.
        """
        # sudo: sequences and foreign logins are not readable by those who register accounts
        sequence = self.env.ref("connect_lines.sequence_login").sudo()
        Users = self.sudo().with_context(active_test=False)
        while True:
            login = sequence.next_by_id()
            if not Users.search_count([("login", "=", login)], limit=1):
                return login

    def _connect_align_partners(self):
        """The contact of a user belongs to the user's company, so that isolation is one comparison.

        Not for the platform's own accounts: they stand outside of the tenants.
        """
        outside = [SUPERUSER_ID] + [
            record.id
            for record in (
                self.env.ref("base.public_user", raise_if_not_found=False),
                self.env.ref("base.template_portal_user_id", raise_if_not_found=False),
            )
            if record
        ]
        for user in self.sudo():  # sudo: follows from the company of the user, which has been checked
            if user.id in outside or user._is_public() or user.has_group("connect_lines.group_platform"):
                continue
            if user.company_ids == user.company_id and user.partner_id.company_id != user.company_id:
                user.partner_id.company_id = user.company_id
