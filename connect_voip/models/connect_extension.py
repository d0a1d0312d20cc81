"""A person's telephone: in the browser, and on the desk where he has one. A specialist's has a short number."""

import secrets

from odoo import api, fields, models
from odoo.addons.connect_lines.models.verbs import in_users_language
from odoo.exceptions import AccessError, UserError

BROWSER_FIRST = 2  # s that a desk telephone leaves to the browser when both are to answer by themselves
ADMIN = "connect_lines.group_partner_admin,connect_lines.group_platform"

CALLS_FROM = [("browser", "Browser, when it is open"), ("desk", "Desk telephone, when it is on")]


class ConnectExtension(models.Model):
    _name = "connect.extension"
    _inherit = ["connect.number.mixin", "connect.fixed.mixin"]
    _description = "Telephone"
    _order = "number, id"
    _check_company_auto = True

    user_id = fields.Many2one("res.users", string="Employee", index="btree_not_null", ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Person", index="btree_not_null", ondelete="cascade", help="A recipient in the portal."
    )
    pbx_id = fields.Many2one("connect.pbx", readonly=True, index=True, ondelete="set null", check_company=True)
    has_phone = fields.Boolean("Also a telephone on the desk", default=True)
    calls_from = fields.Selection(
        CALLS_FROM,
        "Rings first",
        help="When a call is begun with a click, this telephone rings, then the other end.",
        default="browser",
        required=True,
    )
    is_encrypted = fields.Boolean(
        "Encrypted alone",
        help="The telephone on the desk has to come by TLS, with its sound in SRTP; without them it is refused.",
    )
    sip_user = fields.Char("SIP user", compute="_compute_sip_user", store=True, index=True)
    sip_secret = fields.Char("SIP password", groups=ADMIN, readonly=True, copy=False)
    label = fields.Char("Name", compute="_compute_label", store=True)
    outbound_scheme_id = fields.Many2one(
        "connect.outbound.scheme",
        string="Outgoing scheme",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Empty: the scheme for everybody.",
    )
    sip_host = fields.Char(related="pbx_id.sip_host")
    sip_tls_host = fields.Char("SIP server", related="pbx_id.sip_tls_host")
    department_ids = fields.Many2many("connect.department", string="Departments", readonly=True)
    department_only = fields.Boolean(
        "Sees calls of the own departments only",
        help="Calls and recordings of colleagues of other departments are hidden from this employee.",
    )

    _browser = models.Index("((sip_user || '-web'))")  # as Asterisk asks for it: connect_pbx_tables.py
    _one_of_user = models.UniqueIndex("(user_id) WHERE user_id IS NOT NULL", "This employee has a telephone already.")
    _one_of_person = models.UniqueIndex(
        "(partner_id, company_id) WHERE partner_id IS NOT NULL", "This person has a telephone already."
    )
    _somebodys = models.Constraint(
        "CHECK((user_id IS NULL) <> (partner_id IS NULL))", "A telephone belongs to an employee or to a person."
    )

    @api.depends("number", "company_id", "user_id", "partner_id")
    def _compute_sip_user(self):
        for phone in self:
            own = phone.number or f"p{phone.partner_id.id or phone.user_id.id}"
            phone.sip_user = f"{phone.company_id.id}-{own}"

    @api.depends("user_id.name", "partner_id.name")
    def _compute_label(self):
        for phone in self:
            phone.label = phone.user_id.name or phone.partner_id.name

    @api.depends("number", "label")
    def _compute_display_name(self):
        for phone in self:
            phone.display_name = " · ".join(filter(None, [phone.number, phone.label]))

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        for phone in made:
            phone.sudo().sip_secret = secrets.token_urlsafe(18)  # nobody chooses a password himself
        made._set_pbx()
        self.env.registry.clear_cache()  # the rules of whom it restricts
        return made

    def write(self, vals):
        self._connect_check_fixed(vals, ["user_id", "partner_id", "company_id"])
        if {"department_only", "active"} & vals.keys():
            self.env.registry.clear_cache()  # as above
        return super().write(vals)

    def _set_pbx(self):
        for company in self.company_id:
            own = self.filtered(lambda phone, company=company: phone.company_id == company)
            # sudo: connect.extension - which exchange serves a company is not chosen in the telephone's form
            own.sudo().write({"pbx_id": self.env["connect.pbx"]._of_company(company).id})

    def action_new_secret(self):
        """Button: another password; devices that have the old one are refused at their next registration."""
        self.check_access("write")
        for phone in self:
            phone.sudo().sip_secret = secrets.token_urlsafe(18)  # the right to write was checked just above
        return True

    # --- public ---

    @api.model
    @in_users_language
    def get_phone(self):
        """What the caller's own browser telephone needs to register. A recipient gets one made at the first call.

        :return: ``{"user": str, "password": str, "websocket": str, "number": str, "is_connected": bool}``
        :rtype: dict
        :raise UserError: his company has no telephone exchange, or he has no telephone
        """
        # sudo: connect.extension - the caller's own telephone
        phone = self.sudo()._own()
        pbx = phone.pbx_id
        if not pbx:
            raise UserError(self.env._("Your company has no telephone exchange yet. Ask its administrator."))
        return {
            "user": f"{phone.sip_user}-web",
            "password": phone.sip_secret,
            "websocket": pbx.websocket_url or "",
            "number": phone.number or "",
            "is_connected": pbx.is_connected,
        }

    @api.model
    def _own(self):
        """The caller's telephone, in sudo."""
        user = self.env.user
        if user._is_public():
            raise AccessError(self.env._("Log in to call."))
        if user.has_group("connect_lines.group_agent"):
            phone = self.search([("user_id", "=", user.id)], limit=1)
            if not phone:
                raise UserError(self.env._("You have no telephone. Ask your administrator to give you one."))
            return phone
        partner, owner = user.partner_id, self._owner_company()
        known = [("partner_id", "=", partner.id), ("company_id", "=", owner.id)]
        return self.search(known, limit=1) or self.create(
            {"partner_id": partner.id, "company_id": owner.id, "has_phone": False}
        )

    @api.model
    def _owner_company(self):
        """Whose telephone the caller of a recipient's page has: his service company's."""
        return self.env.user.partner_id.company_id or self.env.user.company_id

    @api.model
    def _of_person(self, partner, pbx):
        """A recipient's telephone at this exchange; empty while he has none, since he has not opened his page yet."""
        return self.search([("partner_id", "=", partner.id), ("pbx_id", "=", pbx.id)], limit=1)

    def _endpoints(self):
        """His telephones in Asterisk: in the browser, and on the desk where he has one."""
        self.ensure_one()
        return [f"PJSIP/{self.sip_user}-web"] + ([f"PJSIP/{self.sip_user}"] if self.has_phone else [])

    def _targets(self, seconds, at_once=False):
        """His telephones as the bridge rings them, one beside the other.

        :param at_once: they answer by themselves: the browser, and the one on the desk when there is no browser
        """
        common = {"user_id": self.user_id.id or 0, "seconds": seconds, **({"at_once": True} if at_once else {})}
        browser, *desk = ({"endpoint": endpoint, **common} for endpoint in self._endpoints())
        return [browser, *({**each, **({"after": BROWSER_FIRST} if at_once else {})} for each in desk)]

    def _caller_id(self):
        """Who calls, as a rung telephone shows it. The name goes to Asterisk: signs that mean something there are left
        out."""
        name = "".join(each for each in self.label or "" if each.isalnum() or each in " .-")
        number = "".join(each for each in self.number or self.partner_id.phone or "" if each in "+0123456789")
        return f'"{name}" <{number}>'

    def _own_first(self):
        """Which of his telephones is to ring when he calls from his screen: the first that is there."""
        return sorted(self._endpoints(), key=lambda each: each.endswith("-web") == (self.calls_from == "desk"))
