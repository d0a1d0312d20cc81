from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

TRIAL_DAYS = 30
PERSONALIZED_FIELDS = ("connect_app_name", "connect_splash")


class ResCompany(models.Model):
    """A tenant: a service company ("partner"), a vendor or a distributor."""

    _inherit = "res.company"

    connect_role = fields.Selection(
        [("partner", "Service company"), ("distributor", "Distributor")],
        string="Role in Connect",
        default="partner",
        required=True,
        help="A service company supports clients. A distributor gives service companies access and subscriptions.",
    )
    connect_is_vendor = fields.Boolean(
        "Vendor", help="May publish its support lines for the clients of other companies. Given by the platform only."
    )
    connect_distributor_id = fields.Many2one(
        "res.company",
        "Distributor",
        domain=[("connect_role", "=", "distributor")],
        index="btree_not_null",
        help="The distributor who gave this company access.",
    )
    connect_partner_ids = fields.One2many("res.company", "connect_distributor_id", "Service companies")
    connect_access = fields.Selection(
        [("full", "Permanent"), ("trial", "Trial"), ("suspended", "Suspended")],
        string="Access",
        default="full",
        required=True,
        help="The lines of a suspended company accept nobody; its data stay.",
    )
    connect_access_until = fields.Date(
        "Trial until", help="The last day of the trial, inclusive. After it the company is suspended."
    )
    connect_site = fields.Char(
        "Site", help="Where the data of the company are kept, as it was agreed: one database is one site."
    )
    connect_notify_email = fields.Char(
        "E-mail for missed requests", help="Where to write when a request could not be delivered to anybody."
    )
    connect_app_name = fields.Char(
        "Name of the program", help="Your users see it instead of «Connect». Needs the subscription «Personalization»."
    )
    connect_greeting = fields.Char(
        "Greeting", translate=True, help="The phrase that meets your users in their portal. Free for everybody."
    )
    connect_splash = fields.Image(
        "Splash screen",
        max_width=1920,
        max_height=1080,
        help="The picture shown when the program starts. Needs the subscription «Personalization».",
    )
    connect_contract_days = fields.Integer(
        "Days before the end of an ITS contract",
        default=30,
        required=True,
        help="From this day on the contract is shown as expiring, its extension can be asked for, "
        "and a reminder is made.",
    )
    connect_subscription_ids = fields.One2many("connect.subscription", "company_id", "Subscriptions")
    connect_line_ids = fields.One2many("connect.line", "company_id", "Support lines")

    # figures only: a distributor reads them and has no access to what they count
    connect_line_count = fields.Integer("Lines", compute="_compute_connect_counts")
    connect_specialist_count = fields.Integer("Specialists", compute="_compute_connect_counts")
    connect_client_count = fields.Integer("Clients", compute="_compute_connect_counts")
    connect_user_count = fields.Integer("Users", compute="_compute_connect_counts")
    connect_paid_count = fields.Integer("Paid accounts", compute="_compute_connect_counts")
    connect_is_personalized = fields.Boolean(
        "Personalization subscribed",
        compute="_compute_connect_is_personalized",
        help="Whether the name of the program and the splash screen may be changed.",
    )

    def _compute_connect_counts(self):
        # sudo: numbers only, the reader needs no access to the records behind them
        env = self.sudo().env

        def count(model, domain):
            return dict(env[model]._read_group([("company_id", "in", self.ids), *domain], ["company_id"], ["__count"]))

        lines = count("connect.line", [])
        specialists = count("res.users", [("share", "=", False)])
        users = count("res.users", [("share", "=", True)])
        clients = count("res.partner", [("connect_is_client", "=", True)])
        paid = count("res.users", [("connect_paid", "=", True)])
        for company in self:
            company.connect_line_count = lines.get(company._origin, 0)
            company.connect_specialist_count = specialists.get(company._origin, 0)
            company.connect_paid_count = paid.get(company._origin, 0)
            company.connect_user_count = users.get(company._origin, 0)
            company.connect_client_count = clients.get(company._origin, 0)

    @api.depends(
        "connect_subscription_ids.date_start", "connect_subscription_ids.date_end", "connect_subscription_ids.feature"
    )
    def _compute_connect_is_personalized(self):
        for company in self:
            company.connect_is_personalized = company._connect_has("personalization")

    @api.constrains("connect_distributor_id")
    def _check_connect_distributor(self):
        for company in self:
            distributor = company.connect_distributor_id
            if distributor and (distributor == company or distributor.connect_role != "distributor"):
                raise ValidationError(self.env._("«%s» is not a distributor.", distributor.name))

    @api.constrains("connect_access", "connect_access_until")
    def _check_connect_trial(self):
        for company in self:
            if company.connect_access == "trial" and not company.connect_access_until:
                raise ValidationError(self.env._("A trial needs its last day."))

    @api.onchange("connect_access")
    def _onchange_connect_access(self):
        if self.connect_access == "trial" and not self.connect_access_until:
            self.connect_access_until = fields.Date.add(self._connect_today(), days=TRIAL_DAYS)

    # ------------------------------------------------------------
    # facts that other code asks for
    # ------------------------------------------------------------

    def _connect_zone(self):
        partner = self.sudo().partner_id  # sudo: only the time zone of the company
        partner.fetch(["tz"])
        return pytz.timezone(partner.tz or "UTC")

    def _connect_today(self):
        """The day that a company, wherever the server stands, has now."""
        return fields.Datetime.now().replace(tzinfo=pytz.utc).astimezone(self._connect_zone()).date()

    @api.model
    def _connect_days(self):
        """The days that the companies have at this moment: one as a rule, two around somebody's midnight.

        :return: pairs (day, function of a field's name giving the domain of "its company has that day")
        """
        # sudo: the time zones in use, whoever searches
        zones = self.sudo().env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM res_company c JOIN res_partner p ON p.id = c.partner_id",
                SQL.identifier("p", "tz", to_flush=self.env["res.partner"]._fields["tz"]),
            )
        )
        now = fields.Datetime.now().replace(tzinfo=pytz.utc)
        days = {}
        for (zone,) in zones:
            days.setdefault(now.astimezone(pytz.timezone(zone or "UTC")).date(), []).append(zone or False)

        def companies(names):
            def domain(field_name):
                if len(days) == 1:
                    return Domain.TRUE
                # any!: the time zone decides the day for everybody, whoever looks
                return Domain(field_name, "any!", Domain("partner_id", "any!", Domain("tz", "in", names)))

            return domain

        return [(day, companies(names)) for day, names in sorted(days.items())]

    def _connect_is_suspended(self):
        """Suspended by hand, or the trial is over (whether or not the hourly job has noticed)."""
        self.ensure_one()
        company = self.sudo()  # sudo: recipients ask through a line, they cannot read companies
        company.fetch(["connect_access", "connect_access_until", "partner_id"])  # of a wide row, for each message
        if company.connect_access == "trial" and company.connect_access_until:
            return company.connect_access_until < company._connect_today()
        return company.connect_access == "suspended"

    def _connect_access_changed(self):
        """Open screens look at once, and once more in the minute after a trial has ended."""
        self._connect_wake_sockets()
        # sudo: accounts of the companies, only looked at
        users = self.env["res.users"].sudo()
        self.env["connect.paid.period"]._note(
            users.search([("company_id", "in", self.ids), ("connect_paid", "=", True)])
        )
        out = self.filtered(lambda company: company._connect_is_suspended())
        users.search([("company_id", "in", out.ids), ("share", "=", False)])._on_locked_out()
        # sudo: a wake-up of the job that ends trials
        job = self.env.ref("connect_lines.cron_end_trials").sudo()
        for company in self.filtered(lambda each: each.connect_access == "trial"):
            end = datetime.combine(company.connect_access_until + timedelta(days=1), time.min)
            job._trigger(at=company._connect_zone().localize(end).astimezone(pytz.utc).replace(tzinfo=None))

    def _connect_wake_sockets(self):
        """Open screens of everybody in the companies check their sessions now (LIN-39)."""
        for company in self:
            self.env["bus.bus"]._sendone((company, "connect_sessions"), "connect.session/check", {})

    def _connect_has(self, feature):
        """Whether the company has a paid feature today."""
        self.ensure_one()
        # sudo: a yes or no, asked by everybody who meets the feature
        company = self.sudo()
        if company.env["ir.config_parameter"].get_param("connect_lines.all_features", "").lower() in ("1", "true"):
            return True
        today = company._connect_today()
        return any(
            subscription.feature == feature and subscription._period_state(today) == "active"
            for subscription in company.connect_subscription_ids
        )

    def _connect_program_name(self):
        """What the users of this company call the program."""
        company = self.sudo()  # sudo: shown on the login page and in letters
        if company and company.connect_app_name and company._connect_has("personalization"):
            return company.connect_app_name
        return company.env["ir.config_parameter"].get_param("connect_lines.app_name") or "Connect"

    @api.model
    def _connect_end_trials(self):
        """Suspend what is over. Requests do not wait for this job: they look at the date themselves."""
        soon = fields.Date.today() + timedelta(days=1)
        trials = self.search([("connect_access", "=", "trial"), ("connect_access_until", "<=", soon)])
        trials.filtered(lambda company: company._connect_is_suspended()).connect_access = "suspended"

    def _check_personalization(self, vals):
        """Name and splash screen are paid; taking them away is free."""
        if not any(vals.get(name) for name in PERSONALIZED_FIELDS):
            return
        for company in self:
            if not company._connect_has("personalization"):
                raise AccessError(
                    self.env._(
                        "The name of the program and the splash screen belong to the subscription «Personalization». "
                        "Ask your distributor to connect it; the greeting can be changed without it."
                    )
                )
