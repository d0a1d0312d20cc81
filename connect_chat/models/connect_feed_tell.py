"""What Discuss does while it posts and we do after the commit, for all that was numbered together: tell the screens and
the telephones, and note what its author has read of it. While posting, parallel posters would wait for each other and
fail (E12), and each would pay for it."""

from odoo import api, models
from odoo.addons.mail.tools.discuss import Store


class ConnectFeedItem(models.Model):
    _inherit = "connect.feed.item"

    @api.model
    def _tell(self, channel, fresh, temporary):
        """:param fresh: ``[(seq, message id, author id)]``, an event has no author
        :param temporary: by what their senders' screens know messages meanwhile, by message id
        """
        posted = [(message_id, author_id) for _seq, message_id, author_id in fresh if author_id]
        messages = self.env["mail.message"].browse([message_id for message_id, _author in posted])
        has_pushes = bool(messages) and self._has_pushes(channel)
        for message in messages:
            if has_pushes or message.partner_ids:
                channel.with_context(temporary_id=temporary.get(message.id))._notify_thread(message)
            else:
                self._show(channel, message, temporary.get(message.id))
        channel._bus_send(
            "connect.feed/changed",
            {
                "channel_id": channel.id,
                "seq": fresh[-1][0],
                "items": [[seq, message_id] for seq, message_id, _author in fresh],
            },
        )
        if posted:
            self._catch_up(channel, {author_id: message_id for message_id, author_id in posted})

    @api.model
    def _has_pushes(self, channel):
        """Whether a browser of those who take part has asked to be woken when no page is open."""
        self.env.cr.execute(
            """SELECT EXISTS (SELECT FROM discuss_channel_member m
                                JOIN mail_push_device d ON d.partner_id = m.partner_id WHERE m.channel_id = %s)""",
            [channel.id],
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _show(self, channel, message, temporary_id):
        """What ``_notify_thread`` comes to where nobody is mentioned and nobody is to be pushed, at a third of its
        price: recipients are not looked for, nor notices for later."""
        store = Store(bus_channel=channel).add(message, msg_vals={"scheduled_date": False})
        payload = {"data": store.get_result(), "id": channel.id}
        if temporary_id:
            payload["temporary_id"] = temporary_id
        channel._bus_send("discuss.channel/new_message", payload)

    @api.model
    def _catch_up(self, channel, last_by_author):
        self.env.cr.execute(
            "UPDATE discuss_channel SET last_interest_dt = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = %s",
            [channel.id],
        )
        for author_id, message_id in sorted(last_by_author.items()):
            self.env.cr.execute(
                """UPDATE discuss_channel_member
                      SET seen_message_id = %(message)s, fetched_message_id = %(message)s,
                          new_message_separator = %(message)s + 1, last_seen_dt = now() AT TIME ZONE 'UTC'
                    WHERE channel_id = %(channel)s AND partner_id = %(author)s
                      AND coalesce(seen_message_id, 0) < %(message)s
                RETURNING id""",
                {"channel": channel.id, "author": author_id, "message": message_id},
            )
            for (member_id,) in self.env.cr.fetchall():
                member = self.env["discuss.channel.member"].browse(member_id)
                identity = [
                    Store.One("channel_id", [], as_thread=True),
                    *member._to_store_persona([]),
                    "seen_message_id",
                ]
                Store(bus_channel=channel).add(member, identity).bus_send()
                Store(bus_channel=member._bus_channel()).add(
                    member,
                    [
                        *identity,
                        "message_unread_counter",
                        # sudo: bus.bus - reading the last id, which says nothing
                        {"message_unread_counter_bus_id": self.env["bus.bus"].sudo()._bus_last_id()},
                        "new_message_separator",
                    ],
                ).bus_send()
