"""What a line has for tickets: whether it may have any, and an address to which people write them."""

from odoo import api, fields, models
from odoo.addons.mail.tools.alias_error import AliasError
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .connect_line import STAFF
from .verbs import trusted


class ConnectLine(models.Model):
    _inherit = "connect.line"

    # The alias is found by the line, no link leads to it: an id that could be written would reach a foreign alias.
    ticket_alias_name = fields.Char(
        "Address for tickets",
        compute="_compute_ticket_alias",
        inverse="_inverse_ticket_alias_name",
        compute_sudo=True,
        groups=STAFF,
        help="The part before the @. Mails to this address become tickets.",
    )
    ticket_email = fields.Char("E-mail for tickets", compute="_compute_ticket_alias", compute_sudo=True)
    has_tickets = fields.Boolean("Service tickets subscribed", compute="_compute_has_tickets", compute_sudo=True)

    def _compute_ticket_alias(self):
        for line in self:
            alias = line._ticket_alias()
            line.ticket_alias_name = alias.alias_name
            line.ticket_email = alias.alias_full_name if alias.alias_domain_id else False

    def _inverse_ticket_alias_name(self):
        for line in self:
            alias, name = line._ticket_alias(), line.ticket_alias_name
            if not name:
                alias.unlink()
            elif alias:
                alias.alias_name = name
            else:
                alias.create(line._ticket_alias_values(name))

    @api.depends("company_id.connect_subscription_ids")
    def _compute_has_tickets(self):
        for line in self:
            line.has_tickets = line.company_id._connect_has("ticket")

    def unlink(self):
        for line in self:
            line._ticket_alias().unlink()
        return super().unlink()

    def _ticket_alias(self):
        self.ensure_one()
        # sudo: nobody but the system edits aliases; this one belongs to the line whose rights were checked
        aliases = trusted(self.env["mail.alias"]).sudo()
        return aliases.search(
            [("alias_parent_model_id.model", "=", "connect.line"), ("alias_parent_thread_id", "=", self._origin.id)],
            limit=1,
        )

    def _ticket_alias_values(self, name):
        model = self.env["ir.model"]._get_id
        return {
            "alias_name": name,
            # sudo: the address space of the company
            "alias_domain_id": self.sudo().company_id.alias_domain_id.id,
            "alias_model_id": model("connect.ticket"),
            "alias_parent_model_id": model("connect.line"),
            "alias_parent_thread_id": self.id,
            "alias_defaults": repr({"line_id": self.id}),
            "alias_contact": "everyone",  # who may write is decided by _alias_get_error
        }

    def _check_tickets(self):
        """UserError unless tickets are among the subscriptions of the line's owner."""
        for line in self.sudo():  # sudo: the subscription of a vendor
            if not line.company_id._connect_has("ticket"):
                raise UserError(
                    self.env._(
                        "Service tickets belong to the subscription «Service tickets», which %s does not have. "
                        "Ask your distributor to connect it.",
                        line.company_id.name,
                    )
                )

    def _ticket_sender(self, email):
        """The recipient of the line who has this address, when exactly one has it; in superuser mode."""
        address = email_normalize(email)
        if not address:
            return self.env["res.partner"]
        self.env.cr.execute(
            """SELECT p.id FROM res_partner p JOIN connect_line_connection c ON c.partner_id = p.id
                WHERE p.email_normalized = %s AND p.active AND c.line_id = %s LIMIT 2""",
            [address, self.id],
        )
        found = self.env.cr.fetchall()
        # sudo: the gateway has no user
        return self.env["res.partner"].sudo().browse(found[0] if len(found) == 1 else ())

    def _alias_get_error(self, message, message_dict, alias):
        """A mail becomes a ticket when its sender is a recipient of the line who may write to it now; everybody else
        gets it back with a letter."""
        sender = self._ticket_sender(message_dict.get("email_from"))
        if not sender:
            return AliasError("connect_unknown_sender", "the sender is no recipient of the line")
        # sudo: the gateway has no user
        refusal = self.sudo()._refusal(sender)
        if refusal:
            return AliasError(f"connect_{refusal[0]}", refusal[1])
        if not self.sudo().has_tickets:  # sudo: as above
            return AliasError("connect_no_tickets", "the line has no tickets")
        return False
