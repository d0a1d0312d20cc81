"""Service tickets: what was asked, who works on it, how far it is. Clock, mail and form have files of their own.

A ticket belongs to its line: the line's owner keeps it (numbers, deadlines, subscription), the company that serves
the recipient sees it, too. Stages move through ``write``; everything the server answers for is in ``SYSTEM``.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context

from .connect_ticket_fields import DETAILS, ORIGINS, PRIORITIES, TITLE_LIMIT
from .connect_ticket_stage import OPEN_KINDS
from .verbs import trusted

# written by the server alone
SYSTEM = frozenset(
    {
        "name",
        "owner_id",
        "company_id",
        "client_id",
        "stage_kind",
        "urgency",
        "origin",
        "rule_id",
        "idempotency_key",
        "duplicate_of_id",
        "event_ids",
        "first_reply_at",
        "closed_at",
        "policy_id",
        "reply_due",
        "solve_due",
        "deadline",
        "clock_stale",
        "access_token",
    }
)
URGENCY = {"normal": 0, "high": 1, "blocking": 2}


class ConnectTicket(models.Model):
    _name = "connect.ticket"
    _description = "Service ticket"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin", "connect.fixed.mixin"]
    _order = "urgency desc, id desc"
    _rec_names_search = ["name", "summary"]
    _mail_post_access = "read"  # recipients answer in their own tickets

    name = fields.Char("Number", required=True, readonly=True, copy=False, help="Six digits, from 1 in each company.")
    summary = fields.Char("Title", required=True, tracking=True, size=TITLE_LIMIT, index="trigram")
    line_id = fields.Many2one("connect.line", "Line", required=True, ondelete="restrict")
    owner_id = fields.Many2one(
        "res.company", "Line's owner", related="line_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one("res.partner", "User", required=True, index=True, ondelete="restrict")
    client_id = fields.Many2one(
        "res.partner", "Client", related="partner_id.commercial_partner_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        "res.company",
        "Served by",
        compute="_compute_company_id",
        store=True,
        index=True,
        precompute=True,
        help="The company of the user's client.",
    )
    user_id = fields.Many2one("res.users", "Specialist", tracking=True, ondelete="restrict")
    type_id = fields.Many2one(
        "connect.ticket.type", "Type", required=True, ondelete="restrict", default=lambda self: self._default_type()
    )
    type_code = fields.Char("Code of the type", related="type_id.code")
    process = fields.Selection(related="type_id.process", string="Stages")
    topic_id = fields.Many2one("connect.topic", "Topic", required=True, index=True, ondelete="restrict", tracking=True)
    stage_id = fields.Many2one(
        "connect.ticket.stage",
        "Stage",
        required=True,
        ondelete="restrict",
        tracking=True,
        group_expand="_read_group_stage_ids",
        copy=False,
    )
    stage_kind = fields.Selection(related="stage_id.kind", string="Meaning of the stage", store=True, precompute=True)
    priority = fields.Selection(PRIORITIES, "Priority", required=True, default="normal", tracking=True)
    urgency = fields.Integer(compute="_compute_urgency", store=True, precompute=True)
    origin = fields.Selection(ORIGINS, "Source", required=True, readonly=True, default="agent")
    rule_id = fields.Many2one(
        "connect.ticket.rule", "By the rule", readonly=True, index="btree_not_null", ondelete="set null", copy=False
    )
    idempotency_key = fields.Char(readonly=True, copy=False)
    duplicate_of_id = fields.Many2one("connect.ticket", "Duplicate of", readonly=True, ondelete="restrict", copy=False)
    duplicate_ids = fields.One2many("connect.ticket", "duplicate_of_id", "Duplicates")

    # the forms of LIN-56..58
    description = fields.Text("Description", help="With the steps to reproduce; full-screen screenshots as files.")
    incident_time = fields.Char("When it happened, approximately")
    occurrence = fields.Selection([("once", "Once"), ("repeated", "Repeatedly")], "How often")
    affected = fields.Text("Who is affected", help="Which users or computers.")
    actions_taken = fields.Text("What was done already")
    versions = fields.Text("Versions of the software", help="Operating system, application…")
    contact = fields.Char("Contact person", help="On the client's side: who can help to solve it.")
    situation = fields.Text("Situation", help="In which the request arose.")
    desired_result = fields.Text("Desired result")
    other_info = fields.Text("Other information")
    os_version = fields.Char("Operating system", help="Captured when the form was sent, or as the user was seen last.")
    browser_version = fields.Char("Browser", help="Captured when the form was sent, or as the user was seen last.")

    line_description = fields.Text(related="line_id.description", string="Description of the line")
    partner_function = fields.Char(related="partner_id.function", string="Position")

    _number_unique = models.UniqueIndex("(owner_id, name)")
    _key_unique = models.UniqueIndex("(partner_id, idempotency_key) WHERE idempotency_key IS NOT NULL")
    _of_line = models.Index("(line_id, client_id, id DESC)")
    # the open ones are few among all; lists, counters and the kanban view ask for them
    _open_of_owner = models.Index("(owner_id) WHERE stage_kind IN ('new', 'work', 'waiting')")
    _open_served_by = models.Index("(company_id) WHERE stage_kind IN ('new', 'work', 'waiting')")
    _of_user = models.Index("(user_id, id DESC) WHERE stage_kind IN ('new', 'work', 'waiting')")
    _unassigned = models.Index("(line_id) WHERE user_id IS NULL AND stage_kind IN ('new', 'work', 'waiting')")
    _duplicates = models.Index("(duplicate_of_id) WHERE duplicate_of_id IS NOT NULL")

    # ------------------------------------------------------------
    # defaults, computes
    # ------------------------------------------------------------

    @api.model
    def _default_type(self):
        return self.env.ref("connect_lines.ticket_type_other", raise_if_not_found=False)

    @api.depends("partner_id.company_id", "partner_id.commercial_partner_id.company_id", "line_id.company_id")
    def _compute_company_id(self):
        for ticket in self.sudo():  # sudo: the company that serves is a fact, whoever writes the ticket
            ticket.company_id = ticket.line_id._serving_company(ticket.partner_id) if ticket.line_id else False

    @api.depends("priority")
    def _compute_urgency(self):
        for ticket in self:
            ticket.urgency = URGENCY.get(ticket.priority, 0)

    @api.depends("name", "summary")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"№ {ticket.name} {ticket.summary or ''}".strip()

    def _compute_access_url(self):
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Every stage of the process has its column, empty ones too."""
        return stages.search([("process", "=", self.env.context.get("connect_process", "service"))])

    @api.onchange("line_id")
    def _onchange_line_id(self):
        if self.topic_id and not self.topic_id._fits(self.line_id):
            self.topic_id = False
        rule = self.env["connect.ticket.rule"]._manual(self.line_id)
        if rule:
            self.update({"type_id": rule.type_id, "topic_id": rule.topic_id, "priority": rule.priority})

    # ------------------------------------------------------------
    # constraints
    # ------------------------------------------------------------

    @api.constrains("line_id", "partner_id")
    def _check_connected(self):
        for ticket in self.sudo():  # sudo: the connection of a vendor's line
            if not ticket.env["connect.line.connection"].search_count(
                [("line_id", "=", ticket.line_id.id), ("partner_id", "=", ticket.partner_id.id)], limit=1
            ):
                raise ValidationError(
                    self.env._(
                        "The line «%(line)s» is not connected to %(user)s. Connect it first.",
                        line=ticket.line_id.name,
                        user=ticket.partner_id.name,
                    )
                )

    @api.constrains("topic_id", "line_id")
    def _check_topic(self):
        for ticket in self.sudo():  # sudo: topics of a vendor's line
            if not ticket.topic_id._fits(ticket.line_id):
                raise ValidationError(self.env._("The topic «%s» is not one of this line.", ticket.topic_id.name))

    @api.constrains("stage_id", "type_id")
    def _check_stage(self):
        for ticket in self:
            if ticket.stage_id.process != ticket.type_id.process:
                raise ValidationError(
                    self.env._(
                        "«%(stage)s» is no stage of the type «%(type)s».",
                        stage=ticket.stage_id.name,
                        type=ticket.type_id.name,
                    )
                )

    @api.constrains("user_id", "line_id")
    def _check_user(self):
        for ticket in self.sudo():  # sudo: the rule concerns a user that the caller may not see
            self._check_assignee(ticket.user_id, ticket.line_id, ticket.company_id)

    @api.model
    def _check_assignee(self, user, line, company):
        """A ticket is worked on by those who may serve its user: the owner's staff, or first-line specialists."""
        if user and not self._may_be_assigned(user, line, company):
            raise ValidationError(
                self.env._("%(user)s cannot serve the line «%(line)s».", user=user.name, line=line.name)
            )

    @api.model
    def _may_be_assigned(self, user, line, company):
        return not user.share and user.company_id in (line.company_id | company) and line._can_serve(user.company_id)

    # ------------------------------------------------------------
    # overrides
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # a caller's context would name defaults of any field, behind the back of _refuse_system_fields
        self = self.with_context(clean_context(self.env.context))
        for vals in vals_list:
            self._refuse_system_fields(vals)
            self._fill_in(vals)
        for company_id in dict.fromkeys(vals["owner_id"] for vals in vals_list):
            own = [vals for vals in vals_list if vals["owner_id"] == company_id]
            for vals, number in zip(own, self.env["connect.ticket.number"]._take(company_id, len(own)), strict=True):
                vals["name"] = number
        tickets = super().create([{name: vals[name] for name in vals if name != "owner_id"} for vals in vals_list])
        for ticket in tickets.sudo():  # sudo: the history and the deadlines are the server's
            ticket.message_subscribe(ticket.partner_id.ids)
            ticket._note("opened")
        tickets.sudo()._refresh_clock()  # sudo: as said above
        tickets._on_created()
        return tickets

    def write(self, vals):
        self._refuse_system_fields(vals)
        self._connect_check_fixed(vals, ("line_id", "partner_id"))
        vals = self._with_stage_of_type(vals)
        before = {ticket: ticket.stage_id for ticket in self}
        specialists = {ticket: ticket.user_id for ticket in self}
        result = super().write(vals)
        # sudo: as in create; the caller's context has no say in it
        moved = trusted(self.filtered(lambda ticket: ticket.stage_id != before[ticket])).sudo()
        for ticket in moved:
            ticket._note("stage")
            if ticket.duplicate_of_id and ticket._is_open():  # somebody found that it is none
                ticket.duplicate_of_id = False
            ticket._tell_stage(self.env.user)
        if {"stage_id", "type_id", "priority"} & vals.keys():
            trusted(self).sudo()._refresh_clock()  # sudo: as in create
        if "user_id" in vals:
            # sudo: as above
            for ticket in trusted(self.filtered(lambda ticket: ticket.user_id != specialists[ticket])).sudo():
                ticket._tell_new_specialist()
        return result

    def _connect_check_readonly(self, vals_list):
        """``_refuse_system_fields`` has looked already, before what this model fills in itself."""

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Tickets are kept: a number is never missing. Move the ticket to «Cancelled»."))

    def copy_data(self, default=None):
        raise UserError(self.env._("A ticket is not duplicated: create a new one."))

    def _on_created(self):
        """Hook: these tickets are new, in the transaction that made them."""

    # ------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------

    def action_assign_to_me(self):
        self.write({"user_id": self.env.uid})

    def action_merge(self):
        """Open the assistant that closes duplicates."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connect_lines.action_ticket_merge")
        target = self.filtered(lambda ticket: ticket._is_open()).sorted("id")[:1]
        return {**action, "context": {"default_ticket_ids": self.ids, "default_target_id": target.id}}

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    def _is_open(self):
        return self.stage_kind in OPEN_KINDS

    @api.model
    def _system_fields(self):
        """Hook: names of the fields that the server alone writes."""
        return SYSTEM

    def _refuse_system_fields(self, vals):
        if not self.env.su and self._system_fields() & vals.keys():
            raise AccessError(
                self.env._("The number, the history and the deadlines of a ticket are kept by the system.")
            )

    def _fill_in(self, vals):
        """Check the parties of a ticket that is about to be made, and fill in what its line and type decide."""
        line = self.env["connect.line"].browse(vals.get("line_id")).exists()
        if not line:
            raise ValidationError(self.env._("A ticket needs a line. Choose one."))
        if not self.env.su:
            line.check_access("read")
            self.env["res.partner"].browse(vals.get("partner_id")).check_access("read")
        line._check_tickets()
        # sudo: the owner of the line keeps the ticket, whoever makes it
        vals["owner_id"] = line.sudo().company_id.id
        kind = self.env["connect.ticket.type"].browse(vals.get("type_id")) or self._default_type()
        vals["type_id"] = kind.id
        if not vals.get("user_id"):
            vals["user_id"] = self._first_instance(
                line, self.env["res.partner"].browse(vals.get("partner_id")), kind
            ).id
        if not vals.get("stage_id"):
            vals["stage_id"] = self.env["connect.ticket.stage"]._first(kind.process).id
        if vals.get("origin") not in ("portal", "mail") and not (vals.get("os_version") or vals.get("browser_version")):
            vals.update(self._captured(self.env["res.partner"].browse(vals.get("partner_id"))))

    @api.model
    def _first_instance(self, line, partner, kind):
        """Who gets a ticket that names nobody: the one of the line's rule; a wish goes to those who look after the
        client (LIN-60)."""
        client = partner.sudo().commercial_partner_id  # sudo: who looks after the client, whoever files the ticket
        candidates = self.env["connect.ticket.rule"]._manual(line).user_id
        if kind.process == "wish":
            candidates += client.connect_manager_id + client.connect_support_id
        return self._assignable(candidates, line, partner)[:1]

    @api.model
    def _assignable(self, users, line, partner):
        """Those of the users who still work here and may serve the person on the line."""
        company = line._serving_company(partner)
        return users.filtered(lambda user: user.active and self._may_be_assigned(user, line, company))

    def _with_stage_of_type(self, vals):
        """A ticket that gets a type with other stages begins at the first of them."""
        if vals.get("type_id") and not vals.get("stage_id"):
            process = self.env["connect.ticket.type"].browse(vals["type_id"]).process
            if any(ticket.process != process for ticket in self):
                return {**vals, "stage_id": self.env["connect.ticket.stage"]._first(process).id}
        return vals

    def _filled_details(self):
        """What was filled in, for people to read: pairs (label, text)."""
        self.ensure_one()
        labels = self.fields_get([*DETAILS, "os_version", "browser_version"], ["string", "selection"])
        pairs = []
        for name in (*DETAILS, "os_version", "browser_version"):
            if text := self[name]:
                pairs.append((labels[name]["string"], dict(labels[name].get("selection", ())).get(text, text)))
        return pairs
