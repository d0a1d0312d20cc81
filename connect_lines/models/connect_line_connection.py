from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConnectLineConnection(models.Model):
    """A line that is connected to a recipient, for ever or for a period."""

    _name = "connect.line.connection"
    _description = "Connection of a recipient to a line"
    _inherit = ["connect.period.mixin", "connect.fixed.mixin"]
    _order = "line_id, id desc"

    line_id = fields.Many2one("connect.line", "Line", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        "Recipient",
        required=True,
        index=True,
        ondelete="cascade",
        help="A user of a client, or a specialist who gets support himself.",
    )
    client_id = fields.Many2one(
        "res.partner", "Client", related="partner_id.commercial_partner_id", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        "Served by",
        compute="_compute_company_id",
        store=True,
        index=True,
        precompute=True,
        help="The company of the recipient's client.",
    )
    owner_id = fields.Many2one(
        "res.company", "Line's owner", related="line_id.company_id", store=True, index=True, precompute=True
    )
    state = fields.Selection(
        [("pending", "Not yet"), ("active", "Active"), ("expired", "Expired")],
        "State",
        compute="_compute_state",
        search="_search_state",
        help="The period of the connection together with that of its line.",
    )

    _line_partner_unique = models.Constraint(
        "UNIQUE (line_id, partner_id)", "The line is connected to this person already. Change the period instead."
    )

    @api.depends("partner_id.company_id", "partner_id.commercial_partner_id.company_id", "line_id.company_id")
    def _compute_company_id(self):
        for connection in self.sudo():  # sudo: the company that serves is a fact, whoever connects
            partner = connection.partner_id
            connection.company_id = (
                partner.company_id or partner.commercial_partner_id.company_id or connection.line_id.company_id
            )

    @api.depends("line_id", "partner_id")
    def _compute_display_name(self):
        for connection in self:
            # sudo: the two names, shown to whoever may read the connection
            record = connection.sudo()
            connection.display_name = f"{record.line_id.name} – {record.partner_id.name}"

    @api.depends("date_start", "date_end", "company_id", "line_id.state")
    def _compute_state(self):
        for connection in self:
            record = connection.sudo()  # sudo: the period of a vendor's line
            own = record._period_state(record.company_id._connect_today())
            line = record.line_id.state
            if "expired" in (own, line):
                connection.state = "expired"
            elif "pending" in (own, line):
                connection.state = "pending"
            else:
                connection.state = "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._period_search(value, prefixes=("", "line_id."))

    @api.constrains("line_id", "partner_id")
    def _check_may_connect(self):
        for connection in self.sudo():  # sudo: the rule concerns lines and people that the caller may not see
            partner, line, company = connection.partner_id, connection.line_id, connection.company_id
            if not (partner.company_id or partner.commercial_partner_id.company_id):
                raise ValidationError(
                    self.env._("%s belongs to no service company. Fill in the company on the card first.", partner.name)
                )
            if partner.is_company:
                raise ValidationError(
                    self.env._(
                        "Lines are connected to people. Connect «%s» by its button: every user gets a connection.",
                        partner.name,
                    )
                )
            if not line._can_connect(company) and (partner.partner_share or not line.for_staff):
                raise ValidationError(
                    self.env._(
                        "%(company)s cannot connect the line «%(line)s»: its owner has not opened it to them.",
                        company=company.name,
                        line=line.name,
                    )
                )

    def write(self, vals):
        self._connect_check_fixed(vals, ("line_id", "partner_id"))
        return super().write(vals)

    @api.model
    def _connect_people(self, lines, partners, date_start=False, date_end=False):
        """Connect every person to every line; connections that exist get the period.

        :return: (created, updated), two recordsets
        """
        existing = self.search([("line_id", "in", lines.ids), ("partner_id", "in", partners.ids)])
        existing.write({"date_start": date_start, "date_end": date_end})
        pairs = {(connection.line_id.id, connection.partner_id.id) for connection in existing}
        created = self.create(
            [
                {"line_id": line.id, "partner_id": partner.id, "date_start": date_start, "date_end": date_end}
                for line in lines
                for partner in partners
                if (line.id, partner.id) not in pairs
            ]
        )
        return created, existing
