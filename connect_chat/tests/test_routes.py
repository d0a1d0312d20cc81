import io
import json
from unittest.mock import patch

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ChatCase


@tagged("post_install", "-at_install")
class TestRoutes(ChatCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.recipient_a, cls.recipient_b, cls.agent_a, cls.agent_b, cls.colleague_a, cls.second_a):
            user.password = "secret secret"
        cls.channel = cls.env["discuss.channel"]._connect_get(cls.line_a, cls.anna)

    def rpc(self, route, **params):
        response = self.url_open(
            route, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
        ).json()
        return response.get("result"), response.get("error")

    def log_in(self, user):
        self.authenticate(user.login, "secret secret")

    def say(self, body="hello", **post_data):
        return self.rpc(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=self.channel.id,
            post_data={"body": body, **post_data},
        )

    def test_post_and_feed(self):
        """CHT-01, lesson 6: what is posted over HTTP comes back by its number."""
        self.log_in(self.recipient_a)
        posted, error = self.say(connect_key="k1")
        self.assertFalse(error)
        again, _error = self.say(connect_key="k1")
        self.assertEqual(again["message_id"], posted["message_id"])
        page, _error = self.rpc("/connect/feed", channel_id=self.channel.id, after_seq=0)
        self.assertEqual(page["items"][0], {"seq": 1, "message_id": posted["message_id"]})
        self.assertEqual(page["head"], page["items"][-1]["seq"])
        self.assertIn(posted["message_id"], [message["id"] for message in page["data"]["mail.message"]])
        page, _error = self.rpc("/connect/feed", channel_id=self.channel.id, after_seq=page["head"])
        self.assertEqual(page["items"], [])
        self.assertNotIn("before_session", page)
        page, _error = self.rpc("/connect/feed", channel_id=self.channel.id, with_session=True)
        self.assertEqual(page["before_session"], 0)

    def test_feed_limits(self):
        """A page has 200 items at most, whatever is asked."""
        self.log_in(self.recipient_a)
        self.say()
        for limit, after in ((10**9, 0), (-5, -5), ("x", None), (True, {})):
            page, error = self.rpc("/connect/feed", channel_id=self.channel.id, after_seq=after, limit=limit)
            self.assertFalse(error)
            self.assertEqual(page["items"][0]["seq"], 1)

    @mute_logger("odoo.http")
    def test_foreign_ids(self):
        """CVE-2026-115725: foreign and missing ids get one and the same answer, on every route."""
        self.log_in(self.recipient_a)
        self.say()
        missing = 2**30
        for user in (self.recipient_b, self.colleague_a, self.agent_b):
            self.log_in(user)
            for route, params in (
                ("/connect/feed", {"channel_id": self.channel.id}),
                ("/connect/feed", {"channel_id": missing}),
                ("/connect/portal/open", {"line_id": self.line_a.id}),
                ("/connect/portal/open", {"line_id": missing}),
                ("/connect/agent/channel", {"channel_id": self.channel.id}),
                ("/connect/agent/channel", {"channel_id": missing}),
                ("/connect/agent/open", {"line_id": self.line_a.id, "partner_id": self.anna.id}),
                ("/connect/agent/open", {"line_id": missing, "partner_id": missing}),
            ):
                with self.subTest(user=user.name, route=route, params=params):
                    result, error = self.rpc(route, **params)
                    self.assertFalse(result)
                    self.assertTrue(error)
                    self.assertNotIn("Anna", json.dumps(error))
            _result, error = self.say()
            self.assertTrue(error, user.name)
        self.assertEqual(self.channel.channel_member_ids.partner_id, self.anna)

    @mute_logger("odoo.http")
    def test_forged_over_http(self):
        """E15: Discuss's own route posts in sudo; the conversation's rules hold there, too."""
        self.log_in(self.recipient_a)
        for forged in ({"message_type": "notification"}, {"subtype_xmlid": "mail.mt_note"}):
            _result, error = self.say(**forged)
            self.assertTrue(error, forged)
        posted, _error = self.say()
        for update in ({"body": "other", "attachment_ids": []}, {"body": "", "attachment_ids": []}):
            _result, error = self.rpc(
                "/mail/message/update_content", message_id=posted["message_id"], update_data=update
            )
            self.assertTrue(error)
        message = self.env["mail.message"].browse(posted["message_id"])
        self.assertIn("hello", message.body)

    @mute_logger("odoo.http")
    def test_invitation_link(self):
        """A conversation's token brings in neither a guest nor a portal user."""
        self.authenticate(None, None)
        response = self.url_open(f"/chat/{self.channel.id}/{self.channel.uuid}")
        self.assertEqual(response.status_code, 404)
        self.log_in(self.recipient_b)
        response = self.url_open(f"/chat/{self.channel.id}/{self.channel.uuid}")
        self.assertEqual(response.status_code, 404)
        self.assertEqual(self.channel.channel_member_ids.partner_id, self.anna)

    def upload(self, content):
        return self.url_open(
            "/mail/attachment/upload",
            data={"thread_id": self.channel.id, "thread_model": "discuss.channel", "is_pending": "true",
                  "csrf_token": http.Request.csrf_token(self)},
            files={"ufile": ("a.bin", io.BytesIO(content))},
        )  # fmt: skip

    @mute_logger("odoo.http")
    def test_file_limit(self):
        """CHT-04: exactly the limit passes, one byte more does not, far more is refused unread; always with words."""
        self.log_in(self.recipient_a)
        limit = 1000
        with patch("odoo.addons.connect_chat.controllers.feed.MAX_FILE", limit):
            self.assertIn("data", self.upload(b"x" * limit).json())
            self.assertIn("100", self.upload(b"x" * (limit + 1)).json()["error"])
        with patch("odoo.addons.connect_chat.models.ir_http.MAX_FILE", limit):
            response = self.upload(b"x" * (limit + 70_000))
            self.assertEqual(response.status_code, 413)
            self.assertIn("100", response.json()["error"])

    def test_portal_page(self):
        """POR-03, POR-04: the page, its lines and the conversation, for the person himself."""
        self.log_in(self.recipient_a)
        page = self.url_open("/my/connect")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.recipient_a.login, page.text)
        state, _error = self.rpc("/connect/portal/state", line_id=self.line_a.id)
        self.assertEqual([line["name"] for line in state["lines"]], ["Hot line"])
        self.assertEqual(state["line"]["guidance"]["code"], "idle")
        opened, _error = self.rpc("/connect/portal/open", line_id=self.line_a.id)
        self.assertEqual(opened["channel_id"], self.channel.id)
        state, _error = self.rpc("/connect/portal/state", line_id=self.line_b.id)
        self.assertFalse(state["line"])
        self.assertEqual(self.url_open(f"/my/connect/{self.line_b.id}").url.split("/my/")[1], "connect")

    def test_recipient_gets_no_more_than_his(self):
        """ADM-07: neither the specialist's address nor ids of requests in what the recipient's screen receives."""
        self.agent_a.partner_id.phone = "+7 900 000-11-22"
        self.be(self.agent_a)
        self.log_in(self.recipient_a)
        self.say()
        self.line_a._dispatch_later()  # what the route's commit would have set in motion
        self.commit()
        texts = [self.rpc("/connect/portal/state", line_id=self.line_a.id)[0],
                 self.rpc("/connect/portal/open", line_id=self.line_a.id)[0],
                 self.rpc("/connect/feed", channel_id=self.channel.id)[0]]  # fmt: skip
        for data in texts:
            self.assertNotIn(self.agent_a.email, json.dumps(data))
            self.assertNotIn("900 000-11-22", json.dumps(data))
        assigned = [m["connect_event"] for m in texts[2]["data"]["mail.message"] if m.get("connect_event")]
        self.assertTrue(assigned)
        self.assertFalse(any(event["request_id"] for event in assigned))

    def test_what_still_works(self):
        """CHT-12, CHT-13: reactions, typing and read marks of Discuss; its public page leads to the recipient's own."""
        self.log_in(self.recipient_a)
        posted, _error = self.say()
        for route, params in (
            ("/mail/message/reaction", {"message_id": posted["message_id"], "content": "👍", "action": "add"}),
            ("/discuss/channel/notify_typing", {"channel_id": self.channel.id, "is_typing": True}),
            ("/discuss/channel/mark_as_read", {"channel_id": self.channel.id, "last_message_id": posted["message_id"]}),
            ("/discuss/channel/messages", {"channel_id": self.channel.id, "fetch_params": {"search_term": "hel"}}),
        ):
            with self.subTest(route=route):
                self.assertFalse(self.rpc(route, **params)[1])
        self.assertTrue(self.env["mail.message"].browse(posted["message_id"]).reaction_ids)
        page = self.url_open(f"/discuss/channel/{self.channel.id}")
        self.assertTrue(page.url.endswith(f"/my/connect/{self.line_a.id}"), page.url)

    def test_workspace(self):
        """CHT-31, LIN-52: lines, their people with a limit of 80, the card; in one conversation per person."""
        for index in range(85):
            partner = self.env["res.partner"].create({"name": f"Person {index:02}", "parent_id": self.client_a.id})
            self.env["connect.line.connection"].create({"line_id": self.line_a.id, "partner_id": partner.id})
        self.recipient_a.partner_id.function = "accountant"
        self.log_in(self.second_a)
        lines, _error = self.rpc("/connect/agent/lines")
        self.assertEqual(lines, [{"id": self.line_a.id, "name": "Hot line", "count": 86}])
        found, _error = self.rpc("/connect/agent/recipients", line_id=self.line_a.id)
        self.assertEqual((found["total"], len(found["items"])), (86, 80))
        found, _error = self.rpc("/connect/agent/recipients", line_id=self.line_a.id, search="anna")
        self.assertEqual([item["company_name"] for item in found["items"]], ["Camomile"])
        found, _error = self.rpc("/connect/agent/recipients", line_id=self.line_b.id, search="daria")
        self.assertFalse(found["items"])
        opened, _error = self.rpc("/connect/agent/open", line_id=self.line_a.id, partner_id=self.anna.id)
        self.assertEqual(opened["channel_id"], self.channel.id)
        around, _error = self.rpc("/connect/agent/channel", channel_id=self.channel.id)
        self.assertEqual((around["card"]["position"], around["card"]["login"]), ("accountant", self.recipient_a.login))
        self.assertFalse(around["request"])
