"""Lines on which the staff of service companies and distributors get support themselves (LIN-29, LIN-05).

Whoever works for another company than the line's owner is connected to them when his account is made. On such a line
he is a recipient like any other; his own company does not take part: it neither serves him there nor sees what he asks.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .connect_line import STAFF
from .verbs import trusted


class ConnectLine(models.Model):
    _inherit = "connect.line"

    for_staff = fields.Boolean(
        "For the staff of all companies",
        groups=STAFF,
        index="btree_not_null",
        help="Specialists and distributors of other companies are connected to the line when their account is made. "
        "Whoever was connected stays so when this is switched off.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(line.for_staff for line in lines.sudo()):  # sudo: also what came by a default
            self._check_may_be_for_staff()
            lines._connect_staff()
        return lines

    def write(self, vals):
        if "for_staff" in vals:
            self._check_may_be_for_staff()
        result = super().write(vals)
        if vals.get("for_staff"):
            self._connect_staff()
        return result

    def _check_may_be_for_staff(self):
        if not self.env.su and not self.env.user.has_group("connect_lines.group_platform"):
            raise AccessError(
                self.env._("Only the administrator of the installation opens a line to the staff of all companies.")
            )

    def _serving_company(self, partner):
        """On a line for staff its owner serves everybody."""
        self.ensure_one()
        line = self.sudo()  # sudo: recipients do not read how a line is set up
        return line.company_id.with_env(self.env) if line.for_staff else super()._serving_company(partner)

    def _connect_staff(self, users=None):
        """Connect these users, or everybody who works for another company, to the lines among these that are for them.

        :param users: `res.users` whose accounts were just made; nothing for all there are
        """
        lines = trusted(self).sudo().filtered("for_staff")  # sudo: a fact about the line, whoever makes the account
        if not lines:
            return
        groups = [self.env.ref(f"connect_lines.group_{role}").id for role in ("agent", "distributor")]
        staff = [("share", "=", False), ("all_group_ids", "in", groups)]
        # sudo: accounts of every company, connected by the system
        found = self.env["res.users"].sudo().search(staff + ([("id", "in", users.ids)] if users is not None else []))
        found = found.filtered(lambda user: user.company_ids == user.company_id)  # not the platform's own people
        connections = lines.env["connect.line.connection"]
        known = connections.search([("line_id", "in", lines.ids), ("partner_id", "in", found.partner_id.ids)])
        pairs = {(connection.line_id, connection.partner_id) for connection in known}
        connections.create(
            [
                {"line_id": line.id, "partner_id": user.partner_id.id}
                for line in lines
                for user in found
                if user.company_id != line.company_id and (line, user.partner_id) not in pairs
            ]
        )

    # ------------------------------------------------------------
    # the lines that are there from the beginning
    # ------------------------------------------------------------

    @api.model
    def _make_staff_lines(self):
        """Three lines of the platform's company, named after the product; in the language of the installation, as
        names of lines are not translated. Called once, when the addon is installed."""
        company = self.env.ref("base.main_company")
        added = [code for code, _name in self.env["res.lang"].get_installed() if code != "en_US"]
        lines = self.with_context(lang=company.partner_id.lang or next(iter(added), "en_US"))
        _ = lines.env._
        product = company._connect_program_name()
        texts = {
            "line_staff_support": (
                _("%s: technical support", product),
                _("Something in the program does not work, or you do not know how to do it"),
            ),
            "line_staff_questions": (
                _("%s: general questions", product),
                _("Access, subscriptions, payments, documents"),
            ),
            "line_staff_management": (
                _("%s: contact with the management", product),
                _("Proposals and complaints about our work"),
            ),
        }
        for place, (name, (title, description)) in enumerate(texts.items()):
            line = lines.create(
                {
                    "name": title,
                    "description": description,
                    "company_id": company.id,
                    "sequence": 100 + place,
                    "for_staff": True,
                }
            )
            self.env["ir.model.data"]._update_xmlids(
                [{"xml_id": f"connect_lines.{name}", "record": line, "noupdate": True}]
            )


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._connect_to_staff_lines()
        return users

    def write(self, vals):
        result = super().write(vals)
        if {"group_ids", "company_id"} & vals.keys():
            self._connect_to_staff_lines()
        return result

    def _connect_to_staff_lines(self):
        if any(not user.share for user in self.sudo()):  # sudo: whether they are staff
            # sudo: lines of the platform's company
            self.env["connect.line"].sudo().search([("for_staff", "=", True)])._connect_staff(self)
