from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL

# other people that a card names; naming is reading, so they must be visible to whoever names them
LINKS = ("parent_id", "user_id", "connect_manager_id", "connect_support_id")
NAME_PARTS = ("connect_surname", "connect_given_name", "connect_patronymic")


def _search_index(registry):
    """What PostgreSQL finds `ilike` by; nothing where its extensions do not give it."""
    if not registry.has_trigram or registry.has_unaccent == FunctionStatus.PRESENT:  # present, but not immutable
        return ""
    columns = (registry.unaccent(f'"{name}"') for name in ("name", "email", "phone"))
    return f"USING gin ({', '.join(f'({column}) gin_trgm_ops' for column in columns)})"


class ResPartner(models.Model):
    """Clients of a service company and their people."""

    _inherit = "res.partner"

    # the card of a client
    connect_is_client = fields.Boolean(
        "Client",
        compute="_compute_connect_is_client",
        store=True,
        help="A legal or natural person to whom a service company gives support.",
    )
    connect_manager_id = fields.Many2one(
        "res.users",
        "Account manager",
        domain="[('share', '=', False), ('company_id', '=', company_id)]",
        index="btree_not_null",
    )
    connect_support_id = fields.Many2one(
        "res.users",
        "Support specialist",
        domain="[('share', '=', False), ('company_id', '=', company_id)]",
        index="btree_not_null",
    )
    connect_fallback_order = fields.Selection(
        [
            ("support_first", "Support specialist, then account manager"),
            ("manager_first", "Account manager, then support specialist"),
        ],
        string="Whom to try first",
        default="support_first",
        help="On lines with the rule «First the client's own specialists».",
    )
    connect_registration_number = fields.Char(
        "1C registration number", help="Of the client's 1C product. An official user sees the state of the contract."
    )

    # the card of a person
    connect_surname = fields.Char("Surname")
    connect_given_name = fields.Char("Given name")
    connect_patronymic = fields.Char("Patronymic")
    connect_birthdate = fields.Date("Date of birth")
    connect_connection_ids = fields.One2many("connect.line.connection", "partner_id", "Line connections")
    connect_line_count = fields.Integer("Connected lines", compute="_compute_connect_line_count")
    connect_person_ids = fields.One2many(
        "res.partner", "parent_id", "People", domain=[("is_company", "=", False), ("type", "=", "contact")]
    )
    connect_person_count = fields.Integer("Number of users", compute="_compute_connect_person_count")

    # the account of a person, for the staff of his service company
    connect_user_id = fields.Many2one("res.users", "Account", compute="_compute_connect_account", compute_sudo=True)
    connect_login = fields.Char(
        "Login (ID)", compute="_compute_connect_account", search="_search_connect_login", compute_sudo=True
    )
    connect_last_login = fields.Datetime("Last authorisation", compute="_compute_connect_account", compute_sudo=True)
    connect_account_state = fields.Selection(
        [("none", "No account"), ("invited", "Invited"), ("active", "Works"), ("blocked", "Blocked")],
        "Account state",
        compute="_compute_connect_account",
        compute_sudo=True,
    )

    # the list of clients: among ten times as many people, sorted as it is shown
    _connect_clients_idx = models.Index("(name) WHERE connect_is_client IS TRUE")
    # the search for a part of a name, an address or a number among all people of the installation
    _connect_search_idx = models.Index(_search_index)

    @api.depends("parent_id", "company_id", "partner_share")
    def _compute_connect_is_client(self):
        clients = self.filtered(lambda p: p.company_id and p.partner_share and not p.parent_id)
        # sudo: the contacts that stand for companies themselves are no clients
        own_cards = self.env["res.company"].sudo().search([("partner_id", "in", clients.ids)]).partner_id
        clients -= own_cards
        clients.connect_is_client = True
        (self - clients).connect_is_client = False

    def _compute_connect_line_count(self):
        counts = dict(
            self.env["connect.line.connection"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.connect_line_count = counts.get(partner._origin, 0)

    def _compute_connect_person_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("parent_id", "in", self.ids), ("is_company", "=", False), ("type", "=", "contact")],
                ["parent_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.connect_person_count = counts.get(partner._origin, 0)

    @api.depends("user_ids.active", "user_ids.login", "user_ids.log_ids")
    @api.depends_context("uid")
    def _compute_connect_account(self):
        outsider = self.env.user.share  # recipients learn nothing about accounts, their own excepted
        users = self.with_context(active_test=False).user_ids
        for partner in self:
            # a slice would be read alone: two statements for each row of a list
            user = partner.with_context(active_test=False).user_ids[:1].with_prefetch(users.ids)
            if outsider and user != self.env.user:
                user = user.browse()
            partner.connect_user_id = user
            partner.connect_login = user.login
            partner.connect_last_login = user.login_date
            if not user:
                partner.connect_account_state = "none"
            elif not user.active:
                partner.connect_account_state = "blocked"
            else:
                partner.connect_account_state = "active" if user.login_date else "invited"

    def _search_connect_login(self, operator, value):
        """By the whole login. An array, not a subselect: beside other conditions in an `OR` it is found by index."""
        if operator != "in":
            return NotImplemented
        logins = [login for login in value if login]
        # recipients learn nothing about accounts, their own excepted
        only = SQL("AND u.id = %s", self.env.uid) if self.env.user.share else SQL()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(SELECT u.partner_id FROM res_users u WHERE u.login = ANY(%s) %s))",
                SQL.identifier(alias, "id"),
                logins,
                only,
            )
        )

    # ------------------------------------------------------------
    # constraints
    # ------------------------------------------------------------

    @api.constrains("company_id", "parent_id")
    def _check_connect_company(self):
        """Clients, their contacts and portal accounts belong to a service company."""
        for partner in self.sudo():  # sudo: the connections of the person, whoever edits the card
            if partner.company_id:
                continue
            if partner.connect_connection_ids or any(user._is_portal() and user.active for user in partner.user_ids):
                raise ValidationError(
                    self.env._(
                        "%s must belong to a service company: it has an account or connected lines.",
                        partner.display_name,
                    )
                )

    @api.constrains("company_id")
    def _check_connect_connections(self):
        """A person who moves to another service company loses nothing silently."""
        connections = self.sudo().connect_connection_ids  # sudo: connections to lines of vendors count, too
        connections._check_may_connect()

    @api.constrains("connect_manager_id", "connect_support_id", "company_id")
    def _check_connect_managers(self):
        for partner in self.sudo():  # sudo: the users may belong to another company, that is what is refused
            for user in partner.connect_manager_id | partner.connect_support_id:
                if user.share or user.company_id != partner.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(user)s is not a specialist of %(company)s.",
                            user=user.name,
                            company=partner.company_id.name or self.env._("this company"),
                        )
                    )

    # ------------------------------------------------------------
    # overrides
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        company = self._connect_default_company()
        for vals in vals_list:
            self._connect_check_links(vals)
            self._connect_compose_name(vals)
            # sudo: a contact belongs where its parent does; the rules decide whether the caller may put it there
            parent_company = self.sudo().browse(vals.get("parent_id")).company_id
            if parent_company:
                vals["company_id"] = parent_company.id
            elif company and not vals.get("company_id"):
                vals["company_id"] = company.id
        return super().create(vals_list)

    def write(self, vals):
        self._connect_check_links(vals)
        if len(self) == 1:
            self._connect_compose_name(vals, self)
        res = super().write(vals)
        if not self.env.su and {"company_id", "parent_id"} & vals.keys():
            self.check_access("write")  # nobody pushes a card into another company
        return res

    def signup_get_auth_param(self):
        """Odoo answers with the login of any contact by its id."""
        self.check_access("read")
        return super().signup_get_auth_param()

    @api.onchange("connect_surname", "connect_given_name", "connect_patronymic")
    def _onchange_connect_name(self):
        name = self._connect_join_name(*(self[part] for part in NAME_PARTS))
        if name and not self.is_company:
            self.name = name

    # ------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------

    def action_add_user(self):
        """Open the assistant that registers a user of this client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_account_wizard")
        return {
            **action,
            "name": self.env._("Add a user"),
            "context": {"default_kind": "recipient", "default_client_id": self.id},
        }

    def action_create_account(self):
        """Open the assistant that gives an account to this person."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_account_wizard")
        return {
            **action,
            "name": self.env._("Create an account"),
            "context": {"default_kind": "recipient", "default_partner_id": self.id},
        }

    def action_edit_account(self):
        """Open the assistant with the account of this person."""
        self.ensure_one()
        return self._connect_accounts().action_connect_edit()

    def action_invite(self):
        """Send the invitation again."""
        accounts = self._connect_accounts()
        accounts._connect_send_invitation()
        return accounts._connect_notify_invited()

    def action_block_account(self):
        self._connect_accounts()._connect_update_account({"active": False})

    def action_restore_account(self):
        self._connect_accounts()._connect_update_account({"active": True})

    def action_connect_lines(self):
        """Open the assistant that connects lines to every user of the clients."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_connect_wizard")
        return {**action, "context": {"default_partner_ids": self.ids}}

    def action_open_persons(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_person")
        return {
            **action,
            "domain": [("parent_id", "=", self.id), ("is_company", "=", False)],
            "context": {"default_parent_id": self.id, "default_company_id": self.company_id.id},
        }

    def action_open_connections(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_connection")
        return {
            **action,
            "domain": [("partner_id", "child_of", self.id)],
            "context": {} if self.is_company else {"default_partner_id": self.id},
        }

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    def _connect_accounts(self):
        """The accounts of people whose card the caller may edit, else AccessError."""
        self.check_access("write")
        return self.sudo().with_context(active_test=False).user_ids.sudo(False)  # sudo: just checked

    def _connect_persons(self):
        """The people behind clients and persons: each person, and every contact of each company."""
        persons = self.filtered(lambda partner: not partner.is_company)
        companies = self - persons
        if companies:
            persons |= self.search(
                [("id", "child_of", companies.ids), ("is_company", "=", False), ("type", "=", "contact")]
            )
        return persons

    @api.model
    def _connect_check_links(self, vals):
        if self.env.su:
            return
        for name in LINKS:
            if vals.get(name):
                self.env[self._fields[name].comodel_name].browse(vals[name]).check_access("read")

    @api.model
    def _connect_default_company(self):
        """The company of every contact that staff of a tenant creates, in whatever way."""
        user = self.env.user
        if (
            user._is_internal()
            and not user.has_group("connect_lines.group_platform")
            and (user.has_group("connect_lines.group_agent") or user.has_group("connect_lines.group_distributor"))
        ):
            return user.company_id
        return self.env["res.company"]

    @api.model
    def _connect_join_name(self, surname, given_name, patronymic):
        return " ".join(part.strip() for part in (surname, given_name, patronymic) if part and part.strip())

    @api.model
    def _connect_compose_name(self, vals, partner=None):
        """Keep the full name and its parts the same: the parts rule; a name alone is split into them."""
        if any(part in vals for part in NAME_PARTS):
            name = self._connect_join_name(
                *(vals[part] if part in vals else partner and partner[part] for part in NAME_PARTS)
            )
            if name:
                vals["name"] = name
        elif (
            vals.get("name") and partner and any(partner[part] for part in NAME_PARTS) and vals["name"] != partner.name
        ):
            words = vals["name"].split(None, 2)
            vals.update(zip(NAME_PARTS, words + [False] * (3 - len(words))))
