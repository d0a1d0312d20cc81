"""Who may see whom: the one place where tenant isolation is written down.

A person is visible to a staff member when both belong to the same service company, or when they meet on a support
line: recipients of a line are visible to its owner's staff, those who serve a line to each other and to its
recipients. Everything else of other tenants does not exist for him. The rules themselves are records
(``security/connect_rules.xml``); their sets are the SQL below, given to them by name.

Each set is one ``UNION ALL`` of narrow, indexed selects inside a single ``IN``. PostgreSQL pulls it up into a
semi-join and pushes the condition of the outer query into every branch; the same sets written as an ``OR`` of
domains become a sequential scan over all contacts of the installation.

Other addons add a link between people (conference, colleague) by extending ``_connect_people_parts``.

Records that are one's own in several ways, say by the company served and by the line's owner, need an ``OR``. It stays
fast as long as each side is a condition on an indexed column of the table itself: PostgreSQL reads the indexes and
unites what it found. ``line_id.company_id`` is not one (it becomes a subselect, and every row is read), a stored
``owner_id`` is; ``connect_served_lines`` is one, too: the user's few lines are an array that is fetched once.
"""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _eval_context(self):
        context = super()._eval_context()
        # sudo: the sets are part of the rules, their parameters must not be subject to them
        user = self.env.user.sudo()
        company_ids = self.env.companies.ids
        context.update(
            connect_is_platform=user.has_group("connect_lines.group_platform"),
            connect_sees_all=(
                user.has_group("connect_lines.group_platform") or user.has_group("connect_lines.group_support_staff")
            ),
            connect_people=self._connect_union(self._connect_people_parts(user, company_ids)),
            connect_lines=self._connect_union(self._connect_line_parts(user, company_ids)),
            connect_guests=self._connect_union(self._connect_guest_parts(user)),
            connect_served_lines=self._connect_on_lines(
                SQL(
                    "SELECT m.line_id FROM connect_line_member m WHERE %s = %s",
                    self._connect_column("connect.line.member", "m", "user_id"),
                    user.id,
                )
            ),
        )
        return context

    # ------------------------------------------------------------
    # the sets
    # ------------------------------------------------------------

    @api.model
    def _connect_people_parts(self, user, company_ids):
        """Selects of ids of `res.partner`, visible to the user.

        :param user: the user, in superuser mode
        :param list company_ids: the companies he is working in
        :rtype: list[SQL]
        """
        me = user.partner_id.id
        odoobot = self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root")
        parts = [SQL("SELECT %s::int", me), SQL("SELECT %s::int", odoobot)]
        if user._is_public():
            return parts
        parts += [
            self._connect_staff_serving(me),
            # the card of every company whose line he may use: its site, e-mail and telephone
            SQL(
                "SELECT c.partner_id FROM res_company c JOIN connect_line l ON %s = c.id"
                " JOIN connect_line_connection n ON %s = l.id WHERE %s = %s",
                self._connect_column("connect.line", "l", "company_id"),
                self._connect_column("connect.line.connection", "n", "line_id"),
                self._connect_column("connect.line.connection", "n", "partner_id"),
                me,
            ),
            SQL("SELECT c.partner_id FROM res_company c WHERE c.id = ANY(%s)", company_ids),
        ]
        if user.share:
            # the people of his own client
            parts.append(
                SQL(
                    "SELECT p.id FROM res_partner p WHERE %s = %s",
                    self._connect_column("res.partner", "p", "commercial_partner_id"),
                    user.commercial_partner_id.id,
                )
            )
            return parts
        parts += [
            SQL(
                "SELECT p.id FROM res_partner p WHERE %s = ANY(%s)",
                self._connect_column("res.partner", "p", "company_id"),
                company_ids,
            ),
            SQL(
                "SELECT u.partner_id FROM res_users u WHERE %s = ANY(%s) AND %s IS NOT TRUE",
                self._connect_column("res.users", "u", "company_id"),
                company_ids,
                self._connect_column("res.users", "u", "share"),
            ),
            # recipients of the lines that his company owns
            SQL(
                "SELECT n.partner_id FROM connect_line_connection n WHERE %s = ANY(%s)",
                self._connect_column("connect.line.connection", "n", "owner_id"),
                company_ids,
            ),
            # those who serve the same lines for another company (first-line right)
            SQL(
                "SELECT u.partner_id FROM connect_line_member m JOIN res_users u ON u.id = m.user_id"
                " WHERE %s = ANY(%s)",
                self._connect_column("connect.line.member", "m", "owner_id"),
                company_ids,
            ),
            SQL(
                "SELECT u.partner_id FROM connect_line_member mine"
                " JOIN connect_line_member m ON m.line_id = mine.line_id"
                " JOIN res_users u ON u.id = m.user_id WHERE %s = %s",
                self._connect_column("connect.line.member", "mine", "user_id"),
                user.id,
            ),
        ]
        if user.has_group("connect_lines.group_distributor"):
            # the cards of the companies he distributes, and nobody inside them
            parts.append(
                SQL(
                    "SELECT c.partner_id FROM res_company c WHERE %s = ANY(%s)",
                    self._connect_column("res.company", "c", "connect_distributor_id"),
                    company_ids,
                )
            )
        return parts

    @api.model
    def _connect_staff_serving(self, partner_id):
        """Ids of the partners of everybody who serves the person: on a line that is connected to him, the owner's
        specialists and those of his own service company (first-line right), not those of a third one.
        """
        return SQL(
            "SELECT u.partner_id FROM connect_line_connection n"
            " JOIN connect_line_member m ON %(line)s = n.line_id AND %(company)s IN (%(owner)s, %(serving)s)"
            " JOIN res_users u ON u.id = %(user)s WHERE %(partner)s = %(partner_id)s",
            line=self._connect_column("connect.line.member", "m", "line_id"),
            company=self._connect_column("connect.line.member", "m", "company_id"),
            user=self._connect_column("connect.line.member", "m", "user_id"),
            owner=self._connect_column("connect.line.connection", "n", "owner_id"),
            serving=self._connect_column("connect.line.connection", "n", "company_id"),
            partner=self._connect_column("connect.line.connection", "n", "partner_id"),
            partner_id=partner_id,
        )

    @api.model
    def _connect_line_parts(self, user, company_ids):
        """Selects of ids of `connect.line`, visible to the user."""
        parts = [
            SQL(
                "SELECT n.line_id FROM connect_line_connection n WHERE %s = %s",
                self._connect_column("connect.line.connection", "n", "partner_id"),
                user.partner_id.id,
            )
        ]
        if not user.share:
            parts += [
                SQL(
                    "SELECT l.id FROM connect_line l WHERE %s = ANY(%s)",
                    self._connect_column("connect.line", "l", "company_id"),
                    company_ids,
                ),
                SQL(
                    "SELECT g.line_id FROM connect_line_grant g WHERE %s = ANY(%s)",
                    self._connect_column("connect.line.grant", "g", "company_id"),
                    company_ids,
                ),
            ]
        return parts

    @api.model
    def _connect_guest_parts(self, user):
        """Selects of ids of `mail.guest`, visible to the user: those he shares a channel with."""
        return [
            SQL(
                "SELECT g.guest_id FROM discuss_channel_member mine"
                " JOIN discuss_channel_member g ON g.channel_id = mine.channel_id"
                " WHERE %s = %s AND g.guest_id IS NOT NULL",
                self._connect_column("discuss.channel.member", "mine", "partner_id"),
                user.partner_id.id,
            )
        ]

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    @api.model
    def _connect_on_lines(self, lines):
        """The records whose ``line_id`` is one of those that a select gives."""
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(%s))", model._field_to_sql(alias, "line_id", query), lines
            )
        )

    @api.model
    def _connect_union(self, parts):
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _connect_column(self, model_name, alias, field_name):
        """A column that is flushed before the query runs."""
        return SQL.identifier(alias, field_name, to_flush=self.env[model_name]._fields[field_name])
