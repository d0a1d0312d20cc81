from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.connect_line_member import PRIORITIES
from ..models.res_users import ROLES
from ..models.row_by_row import RowByRow

# the values that go through the door of res.users, by the same names
PERSON = (
    "connect_surname",
    "connect_given_name",
    "connect_patronymic",
    "connect_birthdate",
    "email",
    "phone",
    "function",
    "image_1920",
)


class ConnectAccount(models.TransientModel):
    """The form in which an administrator registers or edits an account.

    It has no rights of its own: everything goes through `res.users._connect_create_account` and
    `_connect_update_account`, which check names, role and company.
    """

    _name = "connect.account"
    _description = "Registration of an account"

    kind = fields.Selection(
        [("recipient", "User of a client"), ("specialist", "Specialist")], "Kind", required=True, default="specialist"
    )
    user_id = fields.Many2one("res.users", "Account", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    client_id = fields.Many2one(
        "res.partner",
        "Client",
        domain=[("connect_is_client", "=", True)],
        help="Empty: the person is a client himself.",
    )
    company_id = fields.Many2one("res.company", "Company", default=lambda self: self.env.company, readonly=True)

    connect_surname = fields.Char("Surname")
    connect_given_name = fields.Char("Given name")
    connect_patronymic = fields.Char("Patronymic")
    connect_birthdate = fields.Date("Date of birth")
    email = fields.Char("E-mail")
    phone = fields.Char("Phone")
    function = fields.Char("Position")
    image_1920 = fields.Image("Photo", max_width=1920, max_height=1920)
    login = fields.Char("Login", help="Empty: a number of six digits is given.")
    connect_paid = fields.Boolean("Paid account", default=True)
    role = fields.Selection(ROLES, "Role", default="agent")
    line_ids = fields.Many2many(
        "connect.line", string="Lines", help="They are connected at once; the periods can be set later."
    )
    priority = fields.Selection(PRIORITIES, "Priority on these lines", default="standard")

    @api.model
    def default_get(self, field_names):
        values = super().default_get(field_names)
        user = self.env["res.users"].browse(values.get("user_id"))
        partner = user.partner_id or self.env["res.partner"].browse(values.get("partner_id"))
        if user:
            user._connect_check_caller()
            user.check_access("read")
            values.update(
                kind="recipient" if user.share else "specialist",
                login=user.login,
                connect_paid=user.connect_paid,
                partner_id=partner.id,
            )
            if user.connect_role in dict(ROLES):
                values["role"] = user.connect_role
        if partner:
            partner.check_access("read")
            values.update({name: partner[name] for name in PERSON if name in field_names})
            if not partner.connect_surname and partner.name:
                values.update(zip(PERSON, partner.name.split(None, 2)))
            values["client_id"] = partner.parent_id.id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        # a form that names somebody shows his name: foreign ids are refused
        accounts.client_id.check_access("read")
        accounts.partner_id.check_access("read")
        accounts.user_id.check_access("read")
        if self.env.context.get("connect_import"):
            accounts._register_rows()
        return accounts

    def _register_rows(self):
        """Each row of a table is an account; what is wrong is told beside its row, and nothing is kept."""
        try:
            for account in self:
                account._check_login_free()
                account.action_save()
        except UserError as error:
            if len(self) > 1:
                raise RowByRow() from error
            raise

    def _check_login_free(self):
        # sudo: a login is unique among all accounts of the installation
        users = self.env["res.users"].sudo().with_context(active_test=False)
        if self.login and users.search_count([("login", "=", self.login)], limit=1):
            raise UserError(self.env._("The login %s is taken. Choose another one or leave it empty.", self.login))

    @api.model
    def get_import_templates(self):
        """The table that the import shows as an example."""
        kind = self.env.context.get("default_kind", "specialist")
        labels = {"specialist": self.env._("Table of specialists"), "recipient": self.env._("Table of users")}
        lang = "_ru" if (self.env.lang or "").startswith("ru") else ""
        return [{"label": labels[kind], "template": f"/connect_lines/static/xls/{kind}s{lang}.xlsx"}]

    def action_save(self):
        """Register the account and send the invitation, or store the changes."""
        self.ensure_one()
        values = {name: self[name] for name in PERSON}
        if not self.user_id and not (self.connect_surname or self.connect_given_name):
            raise UserError(self.env._("Enter the surname and the name."))
        values["connect_paid"] = self.connect_paid
        if self.login:
            values["login"] = self.login
        role = self.role if self.kind == "specialist" else None
        if self.user_id:
            self.user_id._connect_update_account(values, role)
            return {"type": "ir.actions.act_window_close"}
        user = self.env["res.users"]._connect_create_account(
            values, role=role or False, client=self.client_id, partner=self.partner_id
        )
        self._connect_lines(user)
        return user._connect_notify_invited()

    def _connect_lines(self, user):
        if self.kind == "specialist":
            self.env["connect.line.member"].create(
                [{"line_id": line.id, "user_id": user.id, "priority": self.priority} for line in self.line_ids]
            )
        else:
            self.env["connect.line.connection"]._connect_people(self.line_ids, user.partner_id)
