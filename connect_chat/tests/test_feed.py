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

    def test_unread_begins_with_the_work(self):
        """A new specialist has the words unread that wait for him, and not the years before."""
        self.be(self.agent_a)
        self.post(self.recipient_a, "old")
        self.request().with_user(self.agent_a).finish()
        self.commit()
        self.env.cr.execute(
            "UPDATE mail_message SET date = date - interval '1 day' WHERE res_id = %s", [self.conversation().id]
        )
        self.post(self.recipient_a, "new")
        member = self.conversation().channel_member_ids.filtered(
            lambda each: each.partner_id == self.agent_a.partner_id
        )
        self.assertEqual(member.message_unread_counter, 1)
