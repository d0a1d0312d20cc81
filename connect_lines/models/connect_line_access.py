from odoo import api, fields, models
from odoo.fields import Domain

SHOWN_AFTER_END = 30  # days for which the portal still shows a connection that has ended


class ConnectLine(models.Model):
    """Whether a recipient may write to a line, and which company answers for him."""

    _inherit = "connect.line"

    def _refusal(self, partner):
        """Why the recipient may not write to the line at this moment.

        The dates are compared now, so an expired line or connection never accepts anything, whatever the jobs do.

        :param partner: the recipient, `res.partner`
        :rtype: tuple[str, str] | None
        :return: None when he may; else a code ('archived', 'not_connected', 'suspended', 'line_pending',
            'line_closed', 'pending', 'expired') and a translated text that says what to do
        """
        self.ensure_one()
        # sudo: recipients read neither companies nor the settings of a line; the answer is a code and a text
        line, partner = self.sudo(), partner.sudo()
        _ = self.env._
        line._fetch_rules()
        if not line.active:
            return "archived", _("The line «%s» no longer exists. Choose another line.", line.name)
        connection = line.env["connect.line.connection"].search_fetch(
            [("line_id", "=", line.id), ("partner_id", "=", partner.id)], ["date_start", "date_end"], limit=1
        )
        serving = line._serving_company(partner)
        if not connection:
            return "not_connected", _(
                "The line «%(line)s» is not connected to you. Ask %(company)s to connect it.",
                line=line.name,
                company=serving.name,
            )
        if line.company_id._connect_is_suspended():
            return "suspended", _(
                "The line «%(line)s» is switched off: the work of %(company)s in the program is suspended. "
                "Contact %(company)s by telephone or e-mail.",
                line=line.name,
                company=line.company_id.name,
            )
        if serving._connect_is_suspended():
            return "suspended", _(
                "Support is switched off: the work of %(company)s in the program is suspended. "
                "Contact %(company)s by telephone or e-mail.",
                company=serving.name,
            )
        state = line._period_state(line.company_id._connect_today())
        if state == "pending":
            return "line_pending", _(
                "The line «%(line)s» opens on %(date)s. Write then.",
                line=line.name,
                date=line._connect_format_date(line.date_start),
            )
        if state == "expired":
            return "line_closed", _(
                "The line «%(line)s» worked until %(date)s and is closed. Ask %(company)s which line to use now.",
                line=line.name,
                date=line._connect_format_date(line.date_end),
                company=serving.name,
            )
        state = connection._period_state(serving._connect_today())
        if state == "pending":
            return "pending", _(
                "The line «%(line)s» will be open to you from %(date)s. Write then.",
                line=line.name,
                date=line._connect_format_date(connection.date_start),
            )
        if state == "expired":
            return "expired", _(
                "Your access to the line «%(line)s» ended on %(date)s. Ask %(company)s to extend it.",
                line=line.name,
                date=line._connect_format_date(connection.date_end),
                company=serving.name,
            )
        return line._contract_refusal(partner, serving, _)

    def _fetch_rules(self):
        """What each message asks of a line, here and where it is answered, and nothing else of its wide row."""
        names = ("active", "company_id", "contract_rule", "date_start", "date_end", "for_staff")
        self.sudo().fetch([*names, "warn_after", "close_after"])  # sudo: nothing is shown

    def _is_connected(self, partner):
        """Whether the person has a connection that has not ended."""
        self.ensure_one()
        # sudo: a yes or no about one person and one line
        connections = self.env["connect.line.connection"].sudo()
        return bool(
            connections.search_count(
                [("line_id", "=", self.id), ("partner_id", "=", partner.id), ("state", "!=", "expired")], limit=1
            )
        )

    def _serving_company(self, partner):
        """The company that serves the recipient: that of his client, else the owner of the line.

        :rtype: res.company
        """
        self.ensure_one()
        # sudo: a company is only named here
        line, partner = self.sudo(), partner.sudo()
        partner.fetch(["company_id", "commercial_partner_id"])
        company = partner.company_id or partner.commercial_partner_id.company_id or line.company_id
        return company.with_env(self.env)

    @api.model
    def _recipient_lines(self, partner):
        """The connections that a person sees in the portal: active and coming ones, and those ended lately.

        :return: `connect.line.connection`, in superuser mode, in the order of the lines
        """
        connections = (
            self.env["connect.line.connection"]
            # sudo: the person's own connections; the caller shows names and dates only
            .sudo()
            .search([("partner_id", "=", partner.id), ("line_id.active", "=", True)])
        )
        first = fields.Date.subtract(fields.Date.today(), days=SHOWN_AFTER_END)

        def shown(connection):
            last = min(filter(None, (connection.date_end, connection.line_id.date_end)), default=None)
            return not last or last >= first

        return connections.filtered(shown).sorted(lambda c: (c.line_id.sequence, c.line_id.name, c.id))

    def _can_connect(self, company):
        """Whether a company may connect its own people to the line: its owner, or one the owner let in."""
        self.ensure_one()
        line = self.sudo()  # sudo: the grants of a foreign line
        return line.company_id == company or company in line.grant_ids.company_id

    def _can_serve(self, company):
        """Whether specialists of a company may serve the line: the owner's, or with the first-line right."""
        self.ensure_one()
        line = self.sudo()  # sudo: the grants of a foreign line
        return line.company_id == company or any(
            grant.company_id == company and grant.first_line for grant in line.grant_ids
        )

    def _connectable_domain(self, companies):
        """The lines to which the companies may connect their people."""
        return Domain("company_id", "in", companies.ids) | Domain("grant_ids.company_id", "in", companies.ids)

    def _connect_format_date(self, date):
        return self.env["ir.qweb.field.date"].value_to_html(date, {})
