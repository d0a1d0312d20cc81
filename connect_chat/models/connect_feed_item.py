"""The order of a conversation: 1, 2, 3… without a gap, so that a screen can prove that it shows everything.

The row is written by the transaction that stores the message, without a number: numbering there would make posters
wait for each other, and at REPEATABLE READ make them fail. After the commit a short transaction at READ COMMITTED
locks the conversation's counter and numbers what is committed by then, in the order of ids, and tells the screens
(``connect_feed_tell.py``). It runs in a lane of the process: the sender's answer does not wait for it. When the process
dies in between, whoever reads next does it, or the minute cron. So a number never changes, no number is missing below
the head, and a row that is committed late gets a later number instead of slipping in behind a reader's back.

What is not promised: that numbers follow the clock for messages that are stored in the same instant.
"""

import logging
from contextlib import contextmanager
from operator import itemgetter

from odoo import api, fields, models
from odoo.addons.connect_routing.models.after_commit import Lane, lane, on_model
from odoo.addons.connect_routing.models.append_only import forbid_changes
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL, groupby

_logger = logging.getLogger(__name__)

PAGE = 200  # the most items one reading returns
SHARE = 0.1  # of a process's time at most for numbering: who posts goes first, and a burst is numbered together


class ConnectFeedItem(models.Model):
    _name = "connect.feed.item"
    _description = "Place in a Conversation"
    _order = "channel_id, seq"
    _log_access = False

    channel_id = fields.Many2one("discuss.channel", required=True, ondelete="restrict")
    seq = fields.Integer(help="1, 2, 3… within the conversation, given after the commit.")
    message_id = fields.Many2one("mail.message", required=True, ondelete="restrict", index=True)
    event_id = fields.Many2one("connect.event", ondelete="restrict")
    author_id = fields.Many2one("res.partner", ondelete="restrict")
    client_key = fields.Char(help="Given by the sender's screen: a message sent twice is stored once.")

    _numbered = models.UniqueIndex("(channel_id, seq) WHERE seq IS NOT NULL")
    _waiting = models.Index("(channel_id, id) WHERE seq IS NULL")
    _sent_once = models.UniqueIndex("(channel_id, author_id, client_key) WHERE client_key IS NOT NULL")

    def init(self):
        # Its number once, nothing else ever.
        forbid_changes(
            self.env.cr,
            self._table,
            "OLD.seq IS NULL AND NEW.id = OLD.id"
            " AND NEW.channel_id = OLD.channel_id AND NEW.message_id = OLD.message_id",
        )

    # --- writing, in the transaction that stores the message ---

    @api.model
    def _place(self, channel, author, client_key, message):
        """A row for a message that was just stored.

        A parallel transaction with the same key makes this one fail with a serialization error, and Odoo calls it
        again: then the message is there. Where transactions see what was committed meanwhile we ask for that ourselves.
        """
        self.env.cr.execute(
            """INSERT INTO connect_feed_item (channel_id, author_id, client_key, message_id) VALUES (%s, %s, %s, %s)
               ON CONFLICT (channel_id, author_id, client_key) WHERE client_key IS NOT NULL DO NOTHING
               RETURNING id""",
            [channel.id, author.id, client_key or None, message.id],
        )
        if not self.env.cr.fetchone():
            raise ConcurrencyError(self.env._("The message is being stored already."))

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
    def _number_after_commit(self, channel_id, message_id=0, temporary_id=None, line_id=0):
        """
        :param temporary_id: by what its sender's screen knows the message until it has the real one
        :param int line_id: whose dispatcher is to look at it then
        """
        todo = self.env.cr.postcommit.data.setdefault("connect.feed", [])
        if not todo:
            self.env.cr.postcommit.add(self._number_committed)
        todo.append((channel_id, message_id, temporary_id, line_id))

    def _number_committed(self):
        todo = self.env.cr.postcommit.data.pop("connect.feed", [])
        dispatcher, database = self.env["connect.dispatcher"], self.env.cr.dbname
        if dispatcher._in_test():
            self._number_posted(todo)
            return
        number = on_model(database, self._name, "_number_posted")
        wake = on_model(database, dispatcher._name, "_wake_cron")
        lane(f"{database} feed", lambda: Lane(number, failed=wake, share=SHARE)).submit(todo)

    @api.model
    def _number_posted(self, todo):
        """What ``_number_after_commit`` collected, of as many posts as came meanwhile. Returns what somebody else is
        just numbering, perhaps without what came last: it is looked at once more."""
        with self._short_transaction() as items:
            temporary = {message: temporary for _channel, message, temporary, _line in todo}
            busy = items._number({channel_id for channel_id, *_rest in todo}, temporary, wait=False)
        for line_id in {line_id for *_rest, line_id in todo if line_id}:
            self.env["connect.dispatcher"]._after_commit(("line", line_id))
        return [(*rest, 0) for *rest, _line in todo if rest[0] in busy]

    @api.model
    def _number_left_behind(self):
        """What a crash left between a commit and its number; the minute cron calls it."""
        self.env.cr.execute("SELECT DISTINCT channel_id FROM connect_feed_item WHERE seq IS NULL")
        for (channel_id,) in self.env.cr.fetchall():
            try:
                with self._short_transaction() as items:
                    items._number([channel_id])
            except Exception:  # one conversation must not keep the others waiting; the next minute tries again
                _logger.exception("The feed of conversation %s could not be numbered yet", channel_id)

    @api.model
    def _lock(self, channel_ids, wait=True):
        """Whoever numbers, or changes who takes part, holds the counters of these conversations until his commit.

        :return: ``{channel_id: whether we hold it}``; without a key: one that was deleted meanwhile
        """
        return dict(
            self.env.execute_query(
                SQL(
                    """WITH held AS (
                           SELECT channel_id FROM connect_feed WHERE channel_id = ANY(%(ids)s) ORDER BY channel_id
                              FOR NO KEY UPDATE %(how)s)
                       SELECT feed.channel_id, held.channel_id IS NOT NULL
                         FROM connect_feed feed LEFT JOIN held ON held.channel_id = feed.channel_id
                        WHERE feed.channel_id = ANY(%(ids)s)""",
                    ids=list(channel_ids),
                    how=SQL() if wait else SQL("SKIP LOCKED"),
                )
            )
        )

    @api.model
    def _number(self, channel_ids, temporary=None, wait=True):
        """Lock these conversations and number them; without waiting, those that somebody else holds are given back.

        Call it in a transaction at READ COMMITTED: after waiting for the lock, the second statement has to see what
        the one before us wrote.
        """
        locked = self._lock(channel_ids, wait)
        if held := [channel_id for channel_id, is_held in locked.items() if is_held]:
            self._number_held(held, temporary)
        return locked.keys() - held

    @api.model
    def _number_held(self, channel_ids, temporary=None):
        """Number what is committed in conversations that this transaction has locked, tell the screens, and carry out
        what posting left aside."""
        self.env.cr.execute(
            """WITH fresh AS (
                   SELECT item.id, feed.head + row_number() OVER (PARTITION BY item.channel_id ORDER BY item.id) AS seq
                     FROM connect_feed_item item JOIN connect_feed feed ON feed.channel_id = item.channel_id
                    WHERE item.channel_id = ANY(%s) AND item.seq IS NULL),
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
            self._tell(self.env["discuss.channel"].browse(channel_id), [row[1:] for row in rows], temporary or {})

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
