from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [("support", "Support line"), ("project", "Project")]
DELIVERY_RULES = [
    ("standard", "Standard: by priority"),
    ("manager", "First the client's own specialists"),
    ("balanced", "Evenly among the free"),
]
RATING_MODES = [("none", "Never"), ("always", "Always"), ("choice", "When the specialist asks")]
STAFF = "base.group_user"  # recipients read their line too: its name and description, not its inner settings


class ConnectLine(models.Model):
    """A channel through which a service company supports recipients (a project of a contact centre is one, too)."""

    _name = "connect.line"
    _description = "Support line"
    _inherit = ["connect.period.mixin"]
    _order = "sequence, name, id"

    name = fields.Char("Name", required=True, translate=False)
    description = fields.Text("Description", help="Recipients read it under the name of the line.")
    company_id = fields.Many2one(
        "res.company",
        "Owner",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
        help="The service company or vendor whose line it is.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer("Colour")
    kind = fields.Selection(
        KINDS,
        "Kind",
        default="support",
        required=True,
        help="A support line binds a recipient to a specialist until the work is done. "
        "A project spreads chats over its operators evenly, each up to a limit, and "
        "brings people back to who had them.",
    )

    # delivery and limits
    delivery_rule = fields.Selection(
        DELIVERY_RULES,
        "Delivery rule",
        required=True,
        groups=STAFF,
        compute="_compute_delivery",
        store=True,
        readonly=False,
        precompute=True,
    )
    capacity = fields.Integer(
        "Requests at once per specialist",
        groups=STAFF,
        compute="_compute_delivery",
        store=True,
        readonly=False,
        precompute=True,
        help="0 means without limit.",
    )
    transfer_consent = fields.Boolean(
        "Transfer with consent",
        groups=STAFF,
        compute="_compute_delivery",
        store=True,
        readonly=False,
        precompute=True,
        help="A colleague must accept a request that is handed over to him.",
    )
    rating_mode = fields.Selection(
        RATING_MODES,
        "Ask for a rating",
        required=True,
        groups=STAFF,
        compute="_compute_delivery",
        store=True,
        readonly=False,
        precompute=True,
    )
    transfer_line_ids = fields.Many2many(
        "connect.line",
        "connect_line_transfer_rel",
        "line_id",
        "target_id",
        string="Transfer to lines",
        groups=STAFF,
        help="Empty: to every line of the same company.",
    )
    ring_timeout = fields.Integer("Wait for an answer, s", default=60, groups=STAFF)
    warn_after = fields.Integer(
        "Warn of silence after, min",
        groups=STAFF,
        help="0 means never. Then the recipient is asked whether he is there.",
    )
    close_after = fields.Integer("Close after silence of, min", groups=STAFF, help="0 means never.")
    session_hours = fields.Integer("Chat session, h", default=24, groups=STAFF)
    sl_threshold = fields.Integer(
        "Service level threshold, s",
        default=30,
        groups=STAFF,
        help="A request answered within this time counts as answered in time.",
    )
    wrapup_time = fields.Integer("Wrap-up, s", default=30, groups=STAFF)

    # publication and notices
    is_published = fields.Boolean(
        "Published", help="Users find the line by searching. For users of other companies you must be a vendor."
    )
    is_advertised = fields.Boolean("Advertised", help="The line is offered to users who do not have it yet.")
    notify_email = fields.Char(
        "E-mail for missed requests", groups=STAFF, help="Empty: the address on the card of the company."
    )

    member_ids = fields.One2many("connect.line.member", "line_id", "Specialists", groups=STAFF)
    connection_ids = fields.One2many("connect.line.connection", "line_id", "Recipients")
    grant_ids = fields.One2many("connect.line.grant", "line_id", "Companies", groups=STAFF)

    state = fields.Selection(
        [("pending", "Not yet open"), ("active", "In service"), ("expired", "Closed")],
        "State",
        compute="_compute_state",
        search="_search_state",
    )
    member_count = fields.Integer("Number of specialists", compute="_compute_member_count", groups=STAFF)
    connection_count = fields.Integer("Number of recipients", compute="_compute_connection_count", groups=STAFF)
    summary = fields.Char("In words", compute="_compute_summary", groups=STAFF)
    is_vendor_line = fields.Boolean("Vendor line", compute="_compute_is_vendor_line")

    _capacity_not_negative = models.Constraint("CHECK (capacity >= 0)", "The limit of requests cannot be negative.")
    _times_not_negative = models.Constraint(
        "CHECK (ring_timeout > 0 AND session_hours > 0 AND sl_threshold >= 0 AND wrapup_time >= 0"
        " AND warn_after >= 0 AND close_after >= 0)",
        "Times cannot be negative, and waiting for an answer and the chat session need some time at all.",
    )

    @api.depends("kind")
    def _compute_delivery(self):
        for line in self:
            project = line.kind == "project"
            line.delivery_rule = "balanced" if project else "standard"
            line.capacity = 5 if project else 0
            line.transfer_consent = project
            line.rating_mode = "choice" if project else "always"

    @api.depends("date_start", "date_end", "company_id")
    def _compute_state(self):
        for line in self:
            line.state = line._period_state(line.company_id._connect_today())

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._period_search(value)

    @api.depends("member_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["connect.line.member"]._read_group([("line_id", "in", self.ids)], ["line_id"], ["__count"])
        )
        for line in self:
            line.member_count = counts.get(line._origin, 0)

    @api.depends("connection_ids")
    def _compute_connection_count(self):
        counts = dict(
            self.env["connect.line.connection"]._read_group([("line_id", "in", self.ids)], ["line_id"], ["__count"])
        )
        for line in self:
            line.connection_count = counts.get(line._origin, 0)

    def _compute_is_vendor_line(self):
        companies = self.env.companies
        for line in self:
            line.is_vendor_line = line.company_id not in companies

    @api.depends(
        "kind",
        "delivery_rule",
        "capacity",
        "notify_email",
        "company_id.connect_notify_email",
        "transfer_consent",
        "close_after",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        """What the settings do, in words."""
        _ = self.env._
        for line in self:
            if line.delivery_rule == "manager":
                first = _(
                    "First the client's support specialist and account manager, in the order of the client's card, "
                    "then anybody free by priority"
                )
            elif line.delivery_rule == "balanced":
                first = _("The free specialist with the least work")
            else:
                first = _("Anybody free by priority: high, then medium, then standard")
            if line.kind == "project":
                first = _("%s, but before all the one who served the recipient last, if he is free", first)
            if line.capacity:
                first = _("%(rule)s, up to %(count)s requests each", rule=first, count=line.capacity)
            email = line.notify_email or line.company_id.connect_notify_email
            if email:
                queue = _("if nobody is free, a queue and a letter to %s", email)
            else:
                queue = _("if nobody is free, a queue")
            text = _("%(first)s; %(queue)s.", first=first, queue=queue)
            if line.transfer_consent:
                text = _("%s A transfer needs the colleague's consent.", text)
            if line.close_after:
                text = _(
                    "%(text)s After %(minutes)s minutes of silence the work is closed.",
                    text=text,
                    minutes=line.close_after,
                )
            line.summary = text

    @api.constrains("warn_after", "close_after")
    def _check_silence(self):
        for line in self:
            if line.warn_after and line.close_after and line.warn_after >= line.close_after:
                raise ValidationError(self.env._("The warning must come before the closing: make its time shorter."))

    @api.constrains("company_id")
    def _check_owner(self):
        for line in self:
            if line.company_id.connect_role != "partner":
                raise ValidationError(
                    self.env._("Lines belong to service companies; «%s» is a distributor.", line.company_id.name)
                )

    @api.constrains("transfer_line_ids")
    def _check_transfer_lines(self):
        for line in self:
            # sudo: a foreign line named by its id must be refused, not hidden
            if any(target.company_id != line.company_id for target in line.sudo().transfer_line_ids):
                raise ValidationError(self.env._("Requests are handed over between lines of one company only."))

    def write(self, vals):
        if "company_id" in vals and any(line.company_id.id != vals["company_id"] for line in self):
            raise ValidationError(self.env._("A line stays with its owner. Create a new one for the other company."))
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", line.name))
            for line, vals in zip(self, super().copy_data(default=default))
        ]

    # ------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------

    def action_open_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_member")
        return {**action, "domain": [("line_id", "=", self.id)], "context": {"default_line_id": self.id}}

    def action_open_connections(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_connection")
        return {**action, "domain": [("line_id", "=", self.id)], "context": {"default_line_id": self.id}}

    def action_connect_clients(self):
        """Open the assistant that connects the line to the users of chosen clients."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_connect_wizard")
        return {**action, "context": {"default_line_ids": self.ids}}
