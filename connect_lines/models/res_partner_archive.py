from odoo import fields, models


class ResPartner(models.Model):
    """A client or a person who is archived takes his accounts with him, and brings back what he took.

    Nothing is deleted: lines, contracts, conversations and roles stay where they are. Each person and account notes
    with whom it went, so that whoever was blocked before stays blocked when the client comes back.
    """

    _inherit = "res.partner"

    connect_archived_with_id = fields.Many2one(
        "res.partner", "Archived with", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        vals = {**vals, "connect_archived_with_id": False}  # whoever goes or comes by himself goes with nobody
        if vals["active"]:
            result = super().write(vals)
            # sudo: whom these took with them; the rights of the caller are asked for each of them below
            people = self.sudo().with_context(active_test=False).search([("connect_archived_with_id", "in", self.ids)])
            super(ResPartner, people.sudo(self.env.su)).write({"active": True, "connect_archived_with_id": False})
            self._connect_bring_accounts_back()
            return result
        for partner in self.filtered(lambda each: each.active and each.company_id and each.partner_share):
            people = self.search([("id", "child_of", partner.id), ("id", "not in", self.ids)])
            (partner | people)._connect_take_accounts(partner)
            super(ResPartner, people).write({"active": False})
            people.sudo().connect_archived_with_id = partner  # sudo: a note of the system
        return super().write(vals)

    def _connect_take_accounts(self, with_whom):
        """Block the accounts of these people; Odoo archives no contact whose account works."""
        accounts = self.sudo().user_ids.filtered("active")  # sudo: looked at; the door asks for the rights
        if accounts:
            accounts.sudo(self.env.su)._connect_update_account({"active": False})
            accounts.connect_closed_with_id = with_whom

    def _connect_bring_accounts_back(self):
        # sudo: looked at; the door asks for the rights
        users = self.env["res.users"].sudo().with_context(active_test=False)
        accounts = users.search(
            ["|", ("connect_closed_with_id", "in", self.ids),
             "&", ("connect_closed_with_id", "!=", False), ("partner_id", "in", self.ids)]
        )  # fmt: skip
        if accounts:
            # sudo: back to the caller's own rights
            accounts.sudo(self.env.su)._connect_update_account({"active": True})
