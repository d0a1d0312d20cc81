from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ConnectLineOffer(models.Model):
    """Lines that their owners publish or advertise: what anybody may know of a line before it is connected.

    A line itself is hidden from whom it does not concern; this view shows its name, description and owner only. A
    vendor offers to everybody, any other company to its own people (``rule_line_offer``).
    """

    _name = "connect.line.offer"
    _description = "Published line"
    _auto = False
    _order = "name, id"

    name = fields.Char("Line", readonly=True)
    description = fields.Text("Description", readonly=True)
    line_id = fields.Many2one("connect.line", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    owner_name = fields.Char("Owner", readonly=True)
    is_vendor = fields.Boolean("Of a vendor", readonly=True)
    is_published = fields.Boolean("Published", readonly=True)
    is_advertised = fields.Boolean("Advertised", readonly=True)
    status = fields.Selection(
        [
            ("own", "Own line"),
            ("open", "Open to the company"),
            ("asked", "Application sent"),
            ("none", "Can be asked for"),
        ],
        "For the company",
        compute="_compute_status",
    )

    @property
    def _table_query(self):
        self.env["connect.line"].flush_model()
        self.env["res.company"].flush_model()
        return SQL(
            "SELECT l.id, l.id AS line_id, l.name, l.description, l.company_id, c.name AS owner_name,"
            " c.connect_is_vendor AS is_vendor, l.is_published, l.is_advertised"
            " FROM connect_line l JOIN res_company c ON c.id = l.company_id"
            " WHERE l.active AND (l.is_published OR l.is_advertised)"
            " AND (l.date_end IS NULL OR l.date_end >= current_date)"
            " AND c.connect_access <> 'suspended'"
        )

    def _compute_status(self):
        company = self.env.company
        # sudo: admissions of the caller's own company, applications that it sent
        grants = self.env["connect.line.grant"].sudo().search([("company_id", "=", company.id)]).line_id.ids
        keys = {f"line:{offer.id}:company-{company.id}": offer.id for offer in self}
        asked = self.env["connect.application"].sudo().search([("open_key", "in", list(keys))]).line_id.ids  # sudo: own
        for offer in self:
            if offer.company_id == company:
                offer.status = "own"
            elif offer.id in asked:
                offer.status = "asked"
            else:
                offer.status = "open" if offer.id in grants else "none"

    def action_apply(self):
        """The administrator asks the vendor to open the line to his company."""
        return self._ask(False)

    def action_apply_first_line(self):
        """The administrator asks for the right to serve his own clients on the line."""
        return self._ask(True)

    def _ask(self, first_line):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("connect_lines.group_partner_admin"):
            raise UserError(self.env._("The administrator of the company asks for lines of vendors."))
        application = self.env["connect.application"].create({"line_id": self.line_id.id, "first_line": first_line})
        application.submit()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The application was sent to %s.", self.owner_name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _for_person(self, partner):
        """Offers with what they are to a person: 'connected', 'asked' or 'none'.

        :return: list of ``{"id", "name", "description", "owner", "status"}``
        """
        # sudo: the person's own connections and applications
        connections = self.env["connect.line.connection"].sudo()
        connected = connections.search([("partner_id", "=", partner.id), ("state", "!=", "expired")]).line_id.ids
        keys = [f"line:{offer.id}:person-{partner.id}" for offer in self]
        asked = self.env["connect.application"].sudo().search([("open_key", "in", keys)]).line_id.ids  # sudo: own
        return [
            {
                "id": offer.id,
                "name": offer.name,
                "description": offer.description or "",
                "owner": offer.owner_name,
                "status": "connected" if offer.id in connected else "asked" if offer.id in asked else "none",
            }
            for offer in self
        ]
