"""Real transactions that run at the same time: two connections, real commits, and everything removed afterwards."""

import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

POSTERS, POSTS = 4, 8


@tagged("post_install", "-at_install")
class TestParallel(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.created = []
        # real transactions for numbering; dispatching has parallel tests of its own
        self.start_patch(
            "odoo.addons.connect_routing.models.connect_dispatcher.ConnectDispatcher._in_test",
            staticmethod(lambda: False),
        )
        self.start_patch("odoo.addons.connect_routing.models.connect_dispatcher.ConnectDispatcher._run_after_commit")
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.channel_id, self.user_ids = self.people(env)
        self.addCleanup(self.remove)

    def start_patch(self, *args):
        patcher = patch(*args)
        patcher.start()
        self.addCleanup(patcher.stop)

    def people(self, env):
        company = env["res.company"].create({"name": "Parallel Ltd"})
        client = env["res.partner"].create({"name": "Parallel client", "is_company": True, "company_id": company.id})
        line = env["connect.line"].create({"name": "Parallel line", "company_id": company.id})
        values = {"company_id": company.id, "company_ids": [(6, 0, company.ids)]}
        users = env["res.users"].with_context(no_reset_password=True).create(
            [
                {"name": "Parallel recipient", "parent_id": client.id,
                 "group_ids": [(6, 0, env.ref("base.group_portal").ids)], **values},
                *({"name": f"Parallel agent {index}",
                   "group_ids": [(6, 0, env.ref("connect_lines.group_agent").ids)], **values}
                  for index in range(POSTERS - 1)),
            ]
        )  # fmt: skip
        env["connect.line.connection"].create({"line_id": line.id, "partner_id": users[0].partner_id.id})
        env["connect.line.member"].create([{"line_id": line.id, "user_id": user.id} for user in users[1:]])
        self.created = [
            (users._name, users.ids),
            (line._name, line.ids),
            (client._name, client.ids),
            (company._name, company.ids),
        ]
        self.line_id, self.partner_id = line.id, users[0].partner_id.id
        return env["discuss.channel"]._connect_get(line, users[0].partner_id).id, users.ids

    def remove(self):
        """What was committed, against its own guards: they forbid exactly this."""
        guarded = ("connect_feed_item", "connect_event", "connect_decision", "connect_status_log")
        with self.registry.cursor() as cr:
            for table in guarded:
                cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            channel, line = [self.channel_id], [self.line_id]
            cr.execute("DELETE FROM connect_feed_item WHERE channel_id = %s", channel)
            cr.execute("DELETE FROM connect_event WHERE channel_id = %s", channel)
            cr.execute("DELETE FROM connect_feed WHERE channel_id = %s", channel)
            cr.execute("DELETE FROM mail_message WHERE model = 'discuss.channel' AND res_id = %s", channel)
            cr.execute("UPDATE connect_line_connection SET channel_id = NULL WHERE channel_id = %s", channel)
            cr.execute("DELETE FROM discuss_channel WHERE id = %s", channel)
            cr.execute("DELETE FROM connect_contact WHERE line_id = %s", line)
            cr.execute("DELETE FROM connect_decision WHERE line_id = %s", line)
            cr.execute("DELETE FROM connect_request WHERE line_id = %s", line)
            cr.execute("DELETE FROM connect_status_log WHERE user_id = ANY(%s)", [self.user_ids])
            cr.execute("DELETE FROM connect_agent WHERE user_id = ANY(%s)", [self.user_ids])
            for table in guarded:
                cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
            for model, ids in self.created:
                partners = (
                    env[model].browse(ids).partner_id if model in ("res.users", "res.company") else env["res.partner"]
                )
                env[model].browse(ids).exists().unlink()
                partners.exists().unlink()

    def in_threads(self, jobs):
        failures, start = [], threading.Barrier(len(jobs))

        def run(job):
            try:
                with self.registry.cursor() as cr:
                    cr.execute("SELECT 1")  # every snapshot is older than every commit
                    start.wait(10)
                    job(cr)
            except Exception as failure:
                failures.append(failure)

        threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return failures

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
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            head, rows = env["connect.feed.item"]._page(self.channel_id, 0)
            numbers = [seq for seq, _message in rows]
            self.assertEqual(numbers, list(range(1, head + 1)))
            texts = env["mail.message"].browse([message for _seq, message in rows]).filtered("body")
            self.assertEqual(len(texts), POSTERS * POSTS + 2)

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

    def test_the_same_key_at_the_same_time(self):
        """Lesson 7: of two equal posts one is stored; the other fails in a way that Odoo repeats, and then finds it."""
        from psycopg2.errors import SerializationFailure

        def job(cr):
            env = api.Environment(cr, self.user_ids[0], {})
            env["discuss.channel"].browse(self.channel_id).message_post(body="once", connect_key="same")
            env.flush_all()
            cr.commit()  # real commits are what is tested  # pylint: disable=invalid-commit

        failures = self.in_threads([job, job])
        self.assertTrue(all(isinstance(failure, SerializationFailure) for failure in failures), failures)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM connect_feed_item WHERE client_key = 'same' AND channel_id = %s",
                [self.channel_id],
            )
            self.assertEqual(cr.fetchone()[0], 1)
