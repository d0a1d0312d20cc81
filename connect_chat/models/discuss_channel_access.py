"""Who reads a conversation, and what nobody may do with it."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    connect_is_served = fields.Boolean(
        compute="_compute_connect_access", search="_search_connect_is_served", compute_sudo=True,
        help="The user serves this recipient: he is on the line, and it or the recipient belongs to his company.",
    )  # fmt: skip
    connect_is_allowed = fields.Boolean(
        compute="_compute_connect_access", search="_search_connect_is_allowed", compute_sudo=True
    )

    # --- rights ---

    def _connect_served_query(self):
        """Ids of the conversations that the user serves (observers too; first line: his company's people only)."""
        user = self.env.user
        return SQL(
            """SELECT c.id FROM discuss_channel c
                 JOIN connect_line_member m ON m.line_id = c.connect_line_id AND m.user_id = %(user)s
                 JOIN connect_line l ON l.id = c.connect_line_id
                 JOIN res_partner p ON p.id = c.connect_partner_id
                 LEFT JOIN connect_line_connection k
                        ON k.line_id = c.connect_line_id AND k.partner_id = c.connect_partner_id
                WHERE c.channel_type = 'connect'
                  AND %(company)s IN (l.company_id, coalesce(k.company_id, p.company_id))""",
            user=user.id,
            # sudo: res.users - the user's own company
            company=user.sudo().company_id.id or 0,
        )

    @api.depends_context("uid")
    @api.depends("connect_line_id", "connect_partner_id")
    def _compute_connect_access(self):
        talks = self.filtered(lambda channel: channel.channel_type == "connect")
        served = set()
        if talks.ids:
            self.env.cr.execute(
                SQL("SELECT id FROM (%s) served WHERE id = ANY(%s)", self._connect_served_query(), talks.ids)
            )
            served = {channel_id for (channel_id,) in self.env.cr.fetchall()}
        overseer = self.env.user._is_system()
        own = self.env.user.partner_id
        for channel in self:
            channel.connect_is_served = channel.id in served
            channel.connect_is_allowed = (
                channel.channel_type != "connect"
                or channel.id in served
                or overseer
                or channel.connect_partner_id == own
            )

    def _search_connect_is_served(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)", SQL.identifier(alias, "id"), self._connect_served_query()
            ),
            predicate=lambda channel: channel.connect_is_served,
        )

    def _search_connect_is_allowed(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if self.env.user._is_system():
            return Domain.TRUE
        return (
            Domain("channel_type", "!=", "connect")
            | Domain("connect_partner_id", "=", self.env.user.partner_id.id)
            | Domain("connect_is_served", "=", True)
        )

    def _connect_role(self):
        """What the user is in this conversation: ``recipient``, ``specialist`` or None."""
        self.ensure_one()
        channel = self.sudo()  # sudo: discuss.channel - looking up who its recipient is
        if self.env.user.partner_id == channel.connect_partner_id:
            return "recipient"
        return "specialist" if channel.connect_is_served and self.env.user._is_internal() else None

    # --- what would break a conversation ---

    def _connect_refuse(self):
        # sudo: discuss.channel - only looking whether there is a conversation among them
        if not self.env.su and any(channel.channel_type == "connect" for channel in self.sudo()):
            raise AccessError(
                self.env._("A conversation is made and kept by the system: it cannot be renamed, changed or left.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            vals.get("channel_type") == "connect" or vals.get("connect_line_id") or vals.get("connect_partner_id")
            for vals in vals_list
        ):
            raise AccessError(self.env._("A conversation begins with a message, not by hand."))
        return super().create(vals_list)

    def write(self, vals):
        # sudo: discuss.channel - only looking at the type
        if vals.keys() == {"last_interest_dt"} and all(channel.channel_type == "connect" for channel in self.sudo()):
            return True  # parallel posters would fail on this row (E12): connect.feed.item writes it after the commit
        self._connect_refuse()
        return super().write(vals)

    def _get_access_action(self, access_uid=None, force_website=False):
        """A link in a mail leads the recipient to his page, not to Discuss's public one."""
        # sudo: discuss.channel - its type and the id of its line
        channel = self.sudo()
        if channel.channel_type == "connect" and (force_website or not self.env.user._is_internal()):
            return {
                "type": "ir.actions.act_url",
                "url": f"/my/connect/{channel.connect_line_id.id}",
                "target": "self",
                "target_type": "public",
            }
        return super()._get_access_action(access_uid=access_uid, force_website=force_website)

    def _action_unfollow(self, partner=None, guest=None, post_leave_message=True):
        self._connect_refuse()
        return super()._action_unfollow(partner, guest, post_leave_message)

    def set_message_pin(self, message_id, pinned):
        self._connect_refuse()
        return super().set_message_pin(message_id, pinned)

    def _add_members(self, **kwargs):
        """Joining by an invitation link, by calling or by typing: refused for conversations, also in sudo."""
        # sudo: discuss.channel - only looking whether there is a conversation among them
        if any(channel.channel_type == "connect" for channel in self.sudo()):
            raise UserError(self.env._("Participants of a conversation follow from the work on it."))
        return super()._add_members(**kwargs)

    def _find_or_create_member_for_self(self):
        # sudo: discuss.channel - only looking at the type
        if self.sudo().channel_type == "connect":
            return self.env["discuss.channel.member"].search([("channel_id", "=", self.id), ("is_self", "=", True)])
        return super()._find_or_create_member_for_self()

    def _check_can_update_message_content(self, message):
        # sudo: discuss.channel - only looking at the type
        if self.sudo().channel_type == "connect":
            raise UserError(self.env._("The conversation is kept as it was: messages are not changed."))
        return super()._check_can_update_message_content(message)
