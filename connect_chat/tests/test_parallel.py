"""Real transactions that run at the same time: two connections, real commits, and everything removed afterwards."""

from odoo import SUPERUSER_ID, api
from odoo.addons.connect_routing.tests.parallel import ParallelCase
from odoo.tests import tagged

POSTERS, POSTS = 4, 8


@tagged("post_install", "-at_install")
class TestParallel(ParallelCase):
    guarded = ("connect_feed_item", "connect_event", *ParallelCase.guarded)

    def make(self, env):
        super().make(env)
        line, partner = env["connect.line"].browse(self.line_id), env["res.partner"].browse(self.partner_id)
        self.channel_id = env["discuss.channel"]._connect_get(line, partner).id

    def remove_rows(self, cr):
        channel = [self.channel_id]
        cr.execute("DELETE FROM connect_feed_item WHERE channel_id = %s", channel)
        cr.execute("DELETE FROM connect_event WHERE channel_id = %s", channel)
        cr.execute("DELETE FROM connect_feed WHERE channel_id = %s", channel)
        cr.execute("DELETE FROM mail_message WHERE model = 'discuss.channel' AND res_id = %s", channel)
        cr.execute("UPDATE connect_line_connection SET channel_id = NULL WHERE channel_id = %s", channel)
        cr.execute("DELETE FROM discuss_channel WHERE id = %s", channel)
        super().remove_rows(cr)

    def post_many(self, user_id):
        def job(cr):
            for index in range(POSTS):
                env = api.Environment(cr, user_id, {})
                env["discuss.channel"].browse(self.channel_id).message_post(body=f"{user_id}:{index}")
                env.flush_all()
                cr.commit()  # real commits are what is tested  # pylint: disable=invalid-commit

        return job

    def test_parallel_posters(self):
        """E12, lesson 30: both sides from several devices at once: nobody fails on another, the feed has no gap."""
        self.post_one(self.user_ids[0])
        self.post_one(self.user_ids[1])
        devices = [self.post_many(self.user_ids[device % 2]) for device in range(POSTERS)]
        self.assertFalse(self.in_threads(devices))
        self.await_lanes()  # they number, too, and who reads meanwhile is asked to try again
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            head, rows = env["connect.feed.item"]._page(self.channel_id, 0)
            numbers = [seq for seq, _message in rows]
            self.assertEqual(numbers, list(range(1, head + 1)))
            texts = env["mail.message"].browse([message for _seq, message in rows]).filtered("body")
            self.assertEqual(len(texts), POSTERS * POSTS + 2)

    def test_parallel_answers_on_a_line_that_closes_by_itself(self):
        """E12, ROU-47: they share the row that counts the person's silence, and do not fail on each other in it."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["connect.line"].browse(self.line_id).write({"warn_after": 10, "close_after": 15})
        self.post_one(self.user_ids[1])
        self.assertFalse(self.in_threads([self.post_many(self.user_ids[1])] * POSTERS))
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT t.kind, t.since > r.first_reply_at FROM connect_timer t
                     JOIN connect_request r ON r.id = t.request_id WHERE r.line_id = %s""",
                [self.line_id],
            )
            self.assertEqual(cr.fetchall(), [("silence", True)])

    def post_one(self, user_id):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, user_id, {})
            env["discuss.channel"].browse(self.channel_id).message_post(body="first")

    def test_numbering_at_the_same_time(self):
        """Guaranteed delivery, 5: readers that number at once give each number once."""
        items = "connect.feed.item"
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user_ids[0], {})
            for index in range(20):
                env["discuss.channel"].browse(self.channel_id).message_post(body=str(index))
            cr.postcommit.clear()

        def number(_cr):
            with self.registry.cursor() as own:
                own.connection.set_isolation_level(1)
                api.Environment(own, SUPERUSER_ID, {})[items]._number([self.channel_id])

        self.assertFalse(self.in_threads([number] * 4))
        with self.registry.cursor() as cr:
            cr.execute("SELECT seq FROM connect_feed_item WHERE channel_id = %s ORDER BY id", [self.channel_id])
            numbers = [seq for (seq,) in cr.fetchall()]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_numbering_costs_what_it_has_to_do(self):
        """A conversation that somebody else is numbering costs one statement, one without news two, with the lock."""
        with self.registry.cursor() as holder, self.registry.cursor() as cr:
            items = [api.Environment(each, SUPERUSER_ID, {})["connect.feed.item"] for each in (holder, cr)]
            for busy, statements in ((set(), 2), ({self.channel_id}, 1)):
                before = cr.sql_log_count
                self.assertEqual(items[1]._number([self.channel_id], wait=False), busy)
                self.assertEqual(cr.sql_log_count - before, statements)
                cr.rollback()
                items[0]._lock([self.channel_id])

    def test_a_conversation_that_was_deleted_is_not_waited_for(self):
        """Numbering follows the commit in a lane of the process; what is gone by then is not looked at for ever."""
        with self.registry.cursor() as cr:
            items = api.Environment(cr, SUPERUSER_ID, {})["connect.feed.item"]
            self.assertEqual(items._number_posted([(2**30, 1, None, 0)]), [])
            with items._short_transaction() as holder:
                holder._lock([self.channel_id])
                todo = (self.channel_id, 1, None, self.line_id)
                self.assertEqual(items._number_posted([todo]), [(*todo[:3], 0)], "somebody else numbers it")

    def test_handed_over_while_the_person_writes(self):
        """ROU-42, CHT-01: both come true: the message has its number, and its reader is the new specialist."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.agents[0], {})
            request_id = env["connect.request"].start_work(self.line_id, self.partner_id)["id"]

        def transfer(user_id):
            return self.supervisors[
                0
            ], lambda env: env["connect.request"].browse(request_id).transfer_to_user(user_id)["user_id"]

        def write(env):
            return env["discuss.channel"].browse(self.channel_id).message_post(body="while").id

        for user_id, writes_first in ((self.agents[1], False), (self.agents[2], True)):
            calls = [transfer(user_id), (self.person, write)]
            results = self.race(*(reversed(calls) if writes_first else calls))
            self.assertIn(user_id, results)
            self.after_commits()
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                with env["connect.feed.item"]._short_transaction() as items:
                    head, rows = items._page(self.channel_id, 0)
                self.assertEqual([seq for seq, _message in rows], list(range(1, head + 1)))
                self.assertIn(results[not writes_first], [message for _seq, message in rows])
                request = env["connect.request"].browse(request_id)
                self.assertEqual((request.state, request.user_id.id), ("active", user_id))
                self.assertEqual(env["connect.decision"]._verify(), [])

    def test_the_same_key_at_the_same_time(self):
        """Lesson 7: of two equal posts one is stored; the other fails in a way that Odoo repeats, and then finds it.
        First words and ordinary ones go different ways."""
        self.once("opening")
        self.once("ordinary")

    def once(self, key):
        from psycopg2.errors import SerializationFailure

        def job(cr):
            env = api.Environment(cr, self.user_ids[0], {})
            env["discuss.channel"].browse(self.channel_id).message_post(body="once", connect_key=key)
            env.flush_all()
            cr.commit()  # real commits are what is tested  # pylint: disable=invalid-commit

        failures = self.in_threads([job, job])
        self.assertTrue(all(isinstance(failure, SerializationFailure) for failure in failures), failures)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM connect_feed_item WHERE client_key = %s AND channel_id = %s",
                [key, self.channel_id],
            )
            self.assertEqual(cr.fetchone()[0], 1)
