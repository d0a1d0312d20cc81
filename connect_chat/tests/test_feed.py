import json

from odoo.tests import tagged

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestFeed(ChatCase):
    def numbers(self):
        return [seq for seq, _kind in self.feed()]

    def test_without_a_gap(self):
        """Guaranteed delivery, 5: messages and events share one row of numbers."""
        self.be(self.agent_a)
        for index in range(5):
            self.post((self.recipient_a, self.agent_a)[index % 2], f"m{index}")
        self.assertEqual(self.numbers(), list(range(1, len(self.feed()) + 1)))

    def test_numbered_by_the_next_reader(self):
        """A process that dies after its commit leaves no hole: whoever reads numbers what is there."""
        channel = self.conversation()
        channel.with_user(self.recipient_a).message_post(body="one")
        self.env.cr.postcommit.clear()
        self.assertEqual([seq for seq, _kind in self.feed()], [0])
        items = self.env["connect.feed.item"].sudo()
        head, rows = items._page(channel.id, 0)
        self.assertEqual((head, [seq for seq, _message in rows]), (1, [1]))

    def test_left_behind(self):
        """The same without a reader: the minute cron numbers and tells."""
        channel = self.conversation()
        channel.with_user(self.recipient_a).message_post(body="one")
        self.env.cr.postcommit.clear()
        self.env["connect.dispatcher"]._cron_dispatch()
        self.assertEqual(self.numbers()[0], 1)

    def test_pushes_wait_in_the_queue(self):
        """POR-18: a browser without an open page is woken, and no push service is waited for meanwhile."""
        self.be(self.agent_a)
        self.post(self.recipient_a, "first")
        parameters = self.env["ir.config_parameter"].sudo()
        for name in ("public", "private"):
            parameters.set_param(f"mail.web_push_vapid_{name}_key", name)
        self.env["mail.push.device"].create(
            {
                "partner_id": self.agent_a.partner_id.id,
                "endpoint": "https://push.test.example/1",
                "keys": "{}",
                "expiration_time": False,
            }
        )
        self.post(self.recipient_a, "the printer burns")
        payload = json.loads(self.env["mail.push"].search([]).payload)
        self.assertIn("the printer burns", payload["options"]["body"])
        self.assertEqual(payload["title"], self.conversation().name)

    def test_pages(self):
        """Lesson 6: everything after the last number one has, page by page, never by time."""
        for index in range(5):
            self.post(self.recipient_a, f"m{index}")
        items, channel = self.env["connect.feed.item"].sudo(), self.conversation()
        head, rows = items._page(channel.id, 2, 2)
        self.assertEqual((head, [seq for seq, _message in rows]), (6, [3, 4]))
        self.assertEqual(items._page(channel.id, 6), (6, []))
        self.assertEqual(items._page(channel.id, 99), (6, []))

    def test_screens_are_woken_with_the_numbers(self):
        """Decision 6: the bus names the new numbers, so a screen sees at once whether it misses one."""
        channel = self.conversation()
        self.env["bus.bus"].sudo().search([]).unlink()
        self.post(self.recipient_a)
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].sudo().search([("message", "like", "connect.feed/changed")]).mapped("message")
        self.assertTrue(any(f'"channel_id":{channel.id}' in message.replace(" ", "") for message in messages))

    def test_what_was_put_off(self):
        """E12: after the commit the author has read his own words, and the channel is as fresh as they are."""
        message = self.post(self.recipient_a)
        member = self.conversation().channel_member_ids
        self.assertEqual((member.seen_message_id, member.new_message_separator), (message, message.id + 1))
        self.assertGreaterEqual(self.conversation().last_interest_dt, message.date)

    def work_of_yesterday(self):
        self.be(self.agent_a)
        self.post(self.recipient_a, "old")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.env.cr.execute(
            "UPDATE mail_message SET date = date - interval '1 day' WHERE res_id = %s", [self.conversation().id]
        )

    def member(self):
        """The specialist's seat in the conversation."""
        return self.conversation().channel_member_ids.filtered(lambda each: each.partner_id == self.agent_a.partner_id)

    def test_unread_begins_with_the_work(self):
        """A new specialist has the words unread that wait for him, and not the years before."""
        self.work_of_yesterday()
        message = self.post(self.recipient_a, "new")
        member = self.member()
        self.assertEqual(member.message_unread_counter, 1)
        # his message began in the second before the one in which it has opened the request
        self.env.cr.execute("UPDATE mail_message SET date = date - interval '1 second' WHERE id = %s", [message.id])
        self.env.cr.execute("UPDATE connect_request SET closed_at = closed_at - interval '1 minute'"
                            " WHERE line_id = %s AND state = 'closed'", [self.line_a.id])  # fmt: skip
        member.unlink()
        self.conversation()._connect_seat_specialists()
        member = self.member()
        self.assertEqual(member.message_unread_counter, 1)

    def test_work_without_a_word_has_nothing_unread(self):
        """Who calls says nothing in the conversation: its former years are not unread."""
        self.work_of_yesterday()
        self.line_a.with_user(self.agent_a).open_request(self.recipient_a.partner_id.id, kind="call")
        self.commit()
        member = self.member()
        self.assertEqual(member.message_unread_counter, 0)
