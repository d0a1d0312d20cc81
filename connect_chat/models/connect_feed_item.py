"""The order of a conversation: 1, 2, 3… without a gap, so that a screen can prove that it shows everything.

The row is written by the transaction that stores the message, without a number: numbering there would make posters
wait for each other, and at REPEATABLE READ make them fail. After the commit a short transaction at READ COMMITTED
locks the conversation's counter and numbers what is committed by then, in the order of ids. When the process dies
in between, whoever reads next does it. So a number never changes, no number is missing below the head, and a row
that is committed late gets a later number instead of slipping in behind a reader's back.

What is not promised: that numbers follow the clock for messages that are stored in the same instant.
"""

import logging
from contextlib import contextmanager
from operator import itemgetter

from odoo import api, fields, models
from odoo.addons.connect_routing.models.append_only import forbid_changes
from odoo.addons.mail.tools.discuss import Store
from odoo.tools import SQL, groupby

_logger = logging.getLogger(__name__)

PAGE = 200  # the most items one reading returns


class ConnectFeedItem(models.Model):
    _name = "connect.feed.item"
    _description = "Place in a Conversation"
    _order = "channel_id, seq"
    _log_access = False

    channel_id = fields.Many2one("discuss.channel", required=True, ondelete="restrict")
    seq = fields.Integer(help="1, 2, 3… within the conversation, given after the commit.")
    message_id = fields.Many2one("mail.message", ondelete="restrict", index=True)
    event_id = fields.Many2one("connect.event", ondelete="restrict")
    author_id = fields.Many2one("res.partner", ondelete="restrict")
    client_key = fields.Char(help="Given by the sender's screen: a message sent twice is stored once.")

    _numbered = models.UniqueIndex("(channel_id, seq) WHERE seq IS NOT NULL")
    _waiting = models.Index("(channel_id, id) WHERE seq IS NULL")
    _sent_once = models.UniqueIndex("(channel_id, author_id, client_key) WHERE client_key IS NOT NULL")
    _complete = models.Constraint("CHECK(seq IS NULL OR message_id IS NOT NULL)")

    def init(self):
        # Its message once, its number once, nothing else ever.
        forbid_changes(
            self.env.cr,
            self._table,
            "OLD.seq IS NULL AND NEW.id = OLD.id AND NEW.channel_id = OLD.channel_id"
            " AND (OLD.message_id IS NULL OR NEW.message_id = OLD.message_id)",
        )

    # --- writing, in the transaction that stores the message ---

    @api.model
    def _reserve(self, channel, author, client_key=None):
        """A row for a message that is about to be stored; None when this key was stored already.

        A parallel transaction with the same key makes this one fail with a serialization error, and Odoo calls it
        again: then the row is there.
        """
        self.env.cr.execute(
            """INSERT INTO connect_feed_item (channel_id, author_id, client_key) VALUES (%s, %s, %s)
               ON CONFLICT (channel_id, author_id, client_key) WHERE client_key IS NOT NULL DO NOTHING
               RETURNING id""",
            [channel.id, author.id, client_key or None],
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    @api.model
    def _fill(self, item_id, message):
        self.env.cr.execute("UPDATE connect_feed_item SET message_id = %s WHERE id = %s", [message.id, item_id])

    @api.model
    def _stored_message(self, channel, author, client_key):
        self.env.cr.execute(
            "SELECT message_id FROM connect_feed_item WHERE channel_id = %s AND author_id = %s AND client_key = %s",
            [channel.id, author.id, client_key],
        )
        row = self.env.cr.fetchone()
        return self.env["mail.message"].browse(row and row[0])

    # --- numbering, after the commit ---

    @contextmanager
    def _short_transaction(self):
        """``self`` in a transaction of its own at READ COMMITTED, as the system: the dispatcher's."""
        with self.env["connect.dispatcher"]._short_transaction() as dispatcher:
            yield self.with_env(dispatcher.env)

    @api.model
    def _number_after_commit(self, channel_id):
        todo = self.env.cr.postcommit.data.setdefault("connect.feed", set())
        if not todo:
            self.env.cr.postcommit.add(self._number_committed)
        todo.add(channel_id)

    def _number_committed(self):
        for channel_id in sorted(self.env.cr.postcommit.data.pop("connect.feed", ())):
            try:
                with self._short_transaction() as items:
                    items._number([channel_id])
            except Exception:  # the message is stored: its sender must not see an error; the next reader numbers it
                _logger.exception("The feed of conversation %s could not be numbered yet", channel_id)

    @api.model
    def _lock(self, channel_ids):
        """Whoever numbers, or changes who takes part, holds the counters of these conversations until his commit."""
        self.env.cr.execute(
            "SELECT FROM connect_feed WHERE channel_id = ANY(%s) ORDER BY channel_id FOR NO KEY UPDATE", [channel_ids]
        )

    @api.model
    def _number(self, channel_ids):
        """Number what is committed, tell the screens, and carry out what posting left aside.

        Call it in a transaction at READ COMMITTED: after waiting for the lock, the second statement has to see what
        the one before us wrote.
        """
        self._lock(channel_ids)
        self.env.cr.execute(
            """WITH fresh AS (
                   SELECT item.id, feed.head + row_number() OVER (PARTITION BY item.channel_id ORDER BY item.id) AS seq
                     FROM connect_feed_item item JOIN connect_feed feed ON feed.channel_id = item.channel_id
                    WHERE item.channel_id = ANY(%s) AND item.seq IS NULL AND item.message_id IS NOT NULL),
               numbered AS (
                   UPDATE connect_feed_item item SET seq = fresh.seq FROM fresh WHERE item.id = fresh.id
                   RETURNING item.channel_id, item.seq, item.message_id, item.author_id),
               heads AS (
                   UPDATE connect_feed feed SET head = top.seq
                     FROM (SELECT channel_id, max(seq) AS seq FROM numbered GROUP BY channel_id) top
                    WHERE feed.channel_id = top.channel_id)
               SELECT channel_id, seq, message_id, author_id FROM numbered ORDER BY channel_id, seq""",
            [channel_ids],
        )
        for channel_id, rows in groupby(self.env.cr.fetchall(), itemgetter(0)):
            fresh = [row[1:] for row in rows]
            channel = self.env["discuss.channel"].browse(channel_id)
            channel._bus_send(
                "connect.feed/changed",
                {
                    "channel_id": channel_id,
                    "seq": fresh[-1][0],
                    "items": [[seq, message_id] for seq, message_id, _author in fresh],
                },
            )
            self._catch_up(channel, {author: message for _seq, message, author in fresh if author})

    @api.model
    def _catch_up(self, channel, last_by_author):
        """What Discuss writes while posting and we do not, because parallel posters would fail on it (E12)."""
        if not last_by_author:
            return
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

    # --- reading ---

    @api.model
    def _page(self, channel_id, after_seq, limit=PAGE):
        """``(head, [(seq, message id)])`` of a conversation the caller may read. Call it in a short transaction."""
        self._number([channel_id])
        self.env.cr.execute("SELECT head FROM connect_feed WHERE channel_id = %s", [channel_id])
        (head,) = self.env.cr.fetchone() or (0,)
        self.env.cr.execute(
            SQL(
                """SELECT seq, message_id FROM connect_feed_item
                    WHERE channel_id = %s AND seq > %s ORDER BY seq LIMIT %s""",
                channel_id,
                after_seq,
                limit,
            )
        )
        return head, self.env.cr.fetchall()
