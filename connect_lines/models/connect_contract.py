from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .row_by_row import RowByRow

REMINDER = "mail.mail_activity_data_todo"
BATCH = 100  # contracts reminded of before what is done is kept
STATES = [("valid", "Valid"), ("expiring", "Expiring"), ("expired", "Expired")]


class ConnectContract(models.Model):
    """An ITS contract of a client. Its state is compared with the day of the company whenever somebody looks."""

    _name = "connect.contract"
    _description = "ITS contract"
    _inherit = ["mail.thread", "mail.activity.mixin", "connect.fixed.mixin"]
    _order = "date_end desc, id desc"
    _rec_name = "number"

    number = fields.Char("Number", required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Client",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("connect_is_client", "=", True)],
    )
    company_id = fields.Many2one(
        "res.company", "Company", related="partner_id.company_id", store=True, index=True, precompute=True
    )
    date_start = fields.Date("Valid from", tracking=True)
    date_end = fields.Date("Valid until", required=True, tracking=True, help="The last day, inclusive.", index=True)
    state = fields.Selection(STATES, "State", compute="_compute_state", search="_search_state")
    registration_number = fields.Char(
        "1C registration number",
        related="partner_id.connect_registration_number",
        readonly=False,  # else the import does not offer it; `create` takes it for the client, `write` refuses it
        help="In an import it stands for the client.",
    )
    reminded_end = fields.Date("Reminded of the end on", readonly=True, copy=False)

    _number_unique = models.Constraint(
        "UNIQUE (company_id, number)", "There is a contract with this number already. Change its dates instead."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_start IS NULL OR date_start <= date_end)", "The contract ends before it starts: check the dates."
    )

    @api.depends("date_end", "company_id.connect_contract_days")
    def _compute_state(self):
        for contract in self:
            contract.state = contract._state_on(contract.company_id._connect_today())

    def _state_on(self, today):
        if not self.date_end or self.date_end < today:
            return "expired"
        soon = fields.Date.add(today, days=self.sudo().company_id.connect_contract_days)  # sudo: a number of days
        return "expiring" if self.date_end <= soon else "valid"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        result = Domain.FALSE
        # sudo: how many days ahead each company looks; the values that occur, not the companies
        groups = self.env["res.company"].sudo()._read_group([], ["connect_contract_days"])
        for today, companies in self.env["res.company"]._connect_days():
            ended = Domain("date_end", "<", today)
            for (days,) in groups:
                soon = Domain("date_end", "<=", fields.Date.add(today, days=days))
                by_state = {"expired": ended, "expiring": ~ended & soon, "valid": ~soon}
                # any!: the threshold decides for everybody, whoever looks
                own = Domain("company_id", "any!", Domain("connect_contract_days", "=", days))
                of_days = Domain.OR(by_state[state] for state in value if state in by_state)
                result |= of_days & own & companies("company_id")
        return result

    @api.constrains("partner_id")
    def _check_client(self):
        for contract in self:
            if not contract.partner_id.connect_is_client:
                raise ValidationError(
                    self.env._("«%s» is not a client. A contract is made with a client.", contract.partner_id.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]  # the import tries the same rows again, one by one
        try:
            for vals in vals_list:
                self._name_client(vals)
        except UserError as error:
            if self.env.context.get("import_file") and len(vals_list) > 1:
                raise RowByRow() from error
            raise
        return super().create(vals_list)

    def write(self, vals):
        self._connect_check_fixed(vals, ("partner_id", "registration_number"))
        result = super().write(vals)
        if "date_end" in vals:
            end = fields.Date.to_date(vals["date_end"])
            later = self.filtered(lambda contract: contract.reminded_end and end and contract.reminded_end < end)
            # sudo: the reminder of a colleague
            later.sudo().activity_feedback([REMINDER], feedback=self.env._("The contract was extended."))
            self.sudo().reminded_end = False  # another end, another reminder; nobody writes it by hand
        return result

    @api.model
    def get_import_templates(self):
        """The table that the import shows as an example."""
        lang = "_ru" if (self.env.lang or "").startswith("ru") else ""
        label = self.env._("Table of ITS contracts")
        return [{"label": label, "template": f"/connect_lines/static/xls/contracts{lang}.xlsx"}]

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    def _name_client(self, vals):
        """The 1C registration number stands for the client; a client that is named must be one that the caller sees."""
        number = (vals.pop("registration_number", None) or "").strip()
        if vals.get("partner_id"):
            if not self.env.su:
                self.env["res.partner"].browse(vals["partner_id"]).check_access("read")
        elif number:
            vals["partner_id"] = self._client_of(number).id
        elif self.env.context.get("import_file"):
            raise UserError(self.env._("Whose contract is it? Give the client or its 1C registration number."))

    @api.model
    def _client_of(self, number):
        """The client with a 1C registration number, among those whom the caller sees."""
        clients = self.env["res.partner"].search(
            [("connect_registration_number", "=", number), ("connect_is_client", "=", True)], limit=2
        )
        if len(clients) != 1:
            raise UserError(
                self.env._("Several clients have the registration number %s: name the client.", number)
                if clients
                else self.env._(
                    "No client has the registration number %s. Enter it on the client's card, or name the client.",
                    number,
                )
            )
        return clients

    def _can_extend(self):
        """From `connect_contract_days` before the end on, and after it, a user asks for an extension (LIN-34)."""
        self.ensure_one()
        return self.state != "valid"

    def _extend(self, until=False):
        """Let the contract go on until a day; by default for a year from its end (or from today, if that is over)."""
        self.ensure_one()
        today = self.company_id._connect_today()
        self.date_end = until or fields.Date.add(max(self.date_end, today), years=1)

    # ------------------------------------------------------------
    # reminders
    # ------------------------------------------------------------

    @api.model
    def _remind(self):
        """Daily: one activity per client whose contract ends soon, for those who look after the client."""
        due = self.search([("state", "=", "expiring"), ("reminded_end", "=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for start in range(0, len(due), BATCH):
            contracts = due[start : start + BATCH]
            current = contracts.partner_id._connect_contracts()
            for contract in contracts:
                if current[contract.partner_id.id] == contract:  # else a later contract follows it
                    contract._make_reminder()
                contract.reminded_end = contract.date_end
            self.env["ir.cron"]._commit_progress(len(contracts))

    def _make_reminder(self):
        user = self._responsible()
        if user:
            self.activity_schedule(
                REMINDER,
                date_deadline=self.date_end,
                summary=self.with_context(lang=user.lang)._reminder_text(),
                user_id=user.id,
            )

    def _reminder_text(self):
        names = {"number": self.number, "client": self.partner_id.name}
        return self.env._("The ITS contract %(number)s of %(client)s ends", **names)

    def _responsible(self):
        """The account manager, else the support specialist, else an administrator of the company."""
        client = self.partner_id
        user = client.connect_manager_id.filtered("active") or client.connect_support_id.filtered("active")
        return user or self.env["res.users"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("group_ids", "in", self.env.ref("connect_lines.group_partner_admin").ids),
            ],
            limit=1,
        )
