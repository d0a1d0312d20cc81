"""The current session of a conversation: what its screens show first (CHT-14)."""

from odoo import models


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    def _connect_before_session(self):
        """Id of the last message before the current session, 0 when everything belongs to it.

        The session is the ``session_hours`` of the line before the newest message, so that who looks back sees the last
        talk and not an empty page. It begins earlier where work that is not finished, or what the reader has not
        read, would be left out.
        """
        self.ensure_one()
        channel = self.sudo()  # sudo: connect.line, connect.request - a time and a length, for who reads the channel
        opened_at = channel._connect_open_request().opened_at
        self.env.cr.execute(
            """SELECT m.id FROM mail_message m
                WHERE m.model = 'discuss.channel' AND m.res_id = %(channel)s
                  AND m.date < least(
                          %(opened_at)s::timestamp,
                          (SELECT date FROM mail_message WHERE model = 'discuss.channel' AND res_id = %(channel)s
                            ORDER BY id DESC LIMIT 1) - make_interval(hours => %(hours)s))
                ORDER BY m.id DESC LIMIT 1""",
            {
                "channel": self.id,
                # to the second, as the dates of messages
                "opened_at": opened_at.replace(microsecond=0) if opened_at else None,
                "hours": channel.connect_line_id.session_hours,
            },
        )
        before = (self.env.cr.fetchone() or [0])[0]
        member = channel.channel_member_ids.filtered(lambda each: each.partner_id == self.env.user.partner_id)
        # a specialist who has read nothing yet has nothing to read of former work
        if member.new_message_separator or member.partner_id == channel.connect_partner_id:
            before = min(before, max(member.new_message_separator - 1, 0))
        return before
