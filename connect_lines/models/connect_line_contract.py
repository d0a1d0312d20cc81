from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connect_line import STAFF


class ConnectLine(models.Model):
    """The ITS contract of the client as an input of delivery: an option of each line."""

    _inherit = "connect.line"

    contract_rule = fields.Selection(
        [
            ("ignore", "Not considered"),
            ("refuse", "Refuse, with the reason"),
            ("redirect", "To another line"),
        ],
        "Without a valid ITS contract",
        default="ignore",
        required=True,
        groups=STAFF,
        help="What happens to requests of clients whose ITS contract has expired, or who have none.",
    )
    contract_grace = fields.Integer(
        "Days of grace",
        groups=STAFF,
        help="So many days after the end of the contract the line still accepts requests.",
    )
    contract_line_id = fields.Many2one(
        "connect.line",
        "Line for the others",
        groups=STAFF,
        ondelete="restrict",
        help="It must be connected to these people.",
    )

    _grace_not_negative = models.Constraint("CHECK (contract_grace >= 0)", "Days of grace cannot be negative.")

    @api.constrains("contract_rule", "contract_line_id")
    def _check_contract_line(self):
        for line in self:
            target = line.sudo().contract_line_id  # sudo: a foreign line named by its id must be refused, not hidden
            if line.contract_rule != "redirect":
                continue
            if not target:
                raise ValidationError(self.env._("Choose the line for clients without a valid contract."))
            if target == line or target.company_id != line.company_id or target.contract_rule == "redirect":
                raise ValidationError(
                    self.env._("The line for the others is another line of your company that does not redirect itself.")
                )

    def _contract_refusal(self, partner, serving, _):
        """The last question of `_refusal`, for people to whom the line is open otherwise. `self` is in sudo.

        :return: as `_refusal`; codes 'contract' and 'contract_line'
        """
        if self.contract_rule == "ignore":
            return None
        client = partner.commercial_partner_id
        contract = client._connect_contract()
        today = serving._connect_today()
        if contract and fields.Date.add(contract.date_end, days=self.contract_grace) >= today:
            return None
        if contract:
            why = _("The ITS contract ended on %s.", self._connect_format_date(contract.date_end))
        else:
            why = _("There is no ITS contract with %s.", client.name)
        other = self.contract_line_id
        if self.contract_rule == "redirect" and not other._refusal(partner):
            return "contract_line", _("%(why)s Please write to the line «%(line)s».", why=why, line=other.name)
        return "contract", _("%(why)s Ask %(company)s to extend it.", why=why, company=serving.name)

    def _delivery_line(self, recipient):
        """The line that takes a request of the recipient: this one, or the one for clients without a contract.

        :rtype: connect.line
        """
        self.ensure_one()
        line = self.sudo()  # sudo: an inner setting of the line; the line it names asks about the recipient itself
        line._fetch_rules()
        if line.contract_rule != "redirect":
            return self
        refusal = line._refusal(recipient)
        return line.contract_line_id.with_env(self.env) if refusal and refusal[0] == "contract_line" else self
