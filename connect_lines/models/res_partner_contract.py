from odoo import api, fields, models
from odoo.tools import SQL

from .res_users_session import EXEMPT


class ResPartner(models.Model):
    """The ITS contracts of a client and the indicator of the current one."""

    _inherit = "res.partner"

    connect_registration_number = fields.Char(index="btree_not_null")
    connect_contract_ids = fields.One2many("connect.contract", "partner_id", "ITS contracts", groups="base.group_user")
    connect_its_state = fields.Selection(
        [("none", "No contract"), ("valid", "Valid"), ("expiring", "Expiring"), ("expired", "Expired")],
        "ITS contract",
        compute="_compute_connect_its",
        compute_sudo=True,
        help="Of the client; shown when the 1C registration number is on its card.",
    )
    connect_its_until = fields.Date("ITS contract until", compute="_compute_connect_its", compute_sudo=True)

    @api.depends("connect_registration_number", "commercial_partner_id.connect_contract_ids.date_end")
    @api.depends_context("uid")
    def _compute_connect_its(self):
        """For the client itself and its service company: a vendor on whose line its people write does not see it."""
        user = self.env.user
        shown = self
        if not (user._is_superuser() or any(user.has_group(group) for group in EXEMPT)):
            shown = self.filtered(lambda partner: partner.company_id in user.company_ids)
        (self - shown).update({"connect_its_until": False, "connect_its_state": False})
        contracts = shown.commercial_partner_id._connect_contracts()
        for partner in shown:
            client = partner.commercial_partner_id
            contract = contracts.get(client.id)
            is_official = bool(client.connect_registration_number)
            partner.connect_its_until = contract.date_end if contract and is_official else False
            partner.connect_its_state = (contract.state if contract else "none") if is_official else False

    def _connect_contract(self):
        """The current contract of a client: the one that ends last (LIN-35), in superuser mode; empty if none."""
        self.ensure_one()
        return self._connect_contracts().get(self.id) or self.env["connect.contract"]

    def _connect_contracts(self):
        """``{client id: connect.contract}``, the last one of each."""
        contracts = self.env["connect.contract"].sudo()  # sudo: recipients have no right on contracts, only on a date
        contracts.flush_model(["partner_id", "date_end"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (partner_id) partner_id, id FROM connect_contract WHERE partner_id = ANY(%s)"
                " ORDER BY partner_id, date_end DESC, id DESC",
                self.ids,
            )
        )
        return {partner_id: contracts.browse(contract_id) for partner_id, contract_id in rows}

    def _connect_its(self):
        """The indicator of a person (LIN-36, POR-08).

        :return: ``{"state", "text", "icon", "color", "can_extend", "is_asked", "contract_id"}``, False without an
            official client
        """
        self.ensure_one()
        # sudo: recipients have no right on contracts; the answer is a date
        person = self.sudo()
        state = person.connect_its_state
        if not state:
            return False
        _ = self.env._
        contract = person.commercial_partner_id._connect_contract()
        until = self.env["ir.qweb.field.date"].value_to_html(contract.date_end, {}) if contract else ""
        text, icon, color = {
            "valid": (_("ITS until %s", until), "fa-check-circle", "success"),
            "expiring": (_("ITS ends on %s", until), "fa-exclamation-circle", "warning"),
            "expired": (_("ITS ended on %s", until), "fa-times-circle", "danger"),
            "none": (_("No ITS contract"), "fa-times-circle", "danger"),
        }[state]
        asked = person.env["connect.application"].search_count([("open_key", "=", f"contract:{contract.id}")], limit=1)
        return {
            "state": state,
            "text": text,
            "icon": icon,
            "color": color,
            "contract_id": contract.id,
            "can_extend": bool(contract and contract._can_extend() and not asked),
            "is_asked": bool(asked),
        }
