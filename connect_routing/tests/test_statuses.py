from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import RoutingCase

YES, NO, BOUND, ANY = "yes", "no", "bound only", "n/a"
# Appendix B: set by hand, takes unbound requests, takes calls, keeps the binding when the user writes, class, profile
CATALOGUE = {
    "free": (True, YES, YES, YES, "free", "support"),
    "away": (True, NO, NO, NO, "pause", "support"),
    "dnd": (True, NO, NO, NO, "pause", "support"),
    "busy_new": (True, BOUND, BOUND, YES, "free", "support"),
    "talking": (False, NO, NO, YES, "free", "support"),
    "offline": (False, NO, NO, NO, "offline", "both"),
    "not_ready": (True, NO, NO, ANY, "pause", "contact_center"),
    "not_ready_call": (False, NO, NO, ANY, "pause", "contact_center"),
    "not_ready_chat": (True, YES, NO, YES, "free", "contact_center"),
    "ready": (True, YES, YES, YES, "free", "contact_center"),
    "reserve": (False, NO, NO, YES, "free", "contact_center"),
    "talk": (False, NO, NO, YES, "free", "contact_center"),
    "hold": (False, NO, NO, YES, "free", "contact_center"),
    "wrapup": (False, NO, NO, YES, "free", "contact_center"),
    "disconnected": (False, NO, NO, NO, "offline", "contact_center"),
    "extra_wrapup": (True, NO, NO, NO, "pause", "contact_center"),
    "tech": (True, NO, NO, NO, "pause", "contact_center"),
    "lunch": (True, NO, NO, NO, "pause", "contact_center"),
    "personal": (True, NO, NO, NO, "pause", "contact_center"),
    "coaching": (True, NO, NO, NO, "pause", "contact_center"),
    "personal12": (True, NO, NO, NO, "pause", "contact_center"),
    "inactive": (False, NO, NO, NO, "pause", "contact_center"),
}
GOES_IDLE = {"free", "busy_new", "ready", "not_ready_chat"}
TEN = 600  # s, the company's time of inactivity


@tagged("post_install", "-at_install")
class TestStatuses(RoutingCase):
    """The catalogue of appendix B, status by status, and the log over crashes, returns and several devices."""

    def setUp(self):
        super().setUp()
        self.agents = self.env["connect.agent"]
        self.me = self.agents.with_user(self.high)
        self.mine = self.agents._ensure(self.high)
        self.set_status(self.high, "free")

    def enter(self, code):
        """The specialist is in this status, of the profile it belongs to."""
        profile = CATALOGUE[code][-1]
        self.mine.profile = "support" if profile == "both" else profile
        self.set_status(self.high, code)

    def last_seen(self, seconds_ago):
        at = fields.Datetime.now() - timedelta(seconds=seconds_ago)
        self.env.cr.execute("UPDATE connect_agent SET last_seen = %s WHERE id = %s", [at, self.mine.id])
        self.env.invalidate_all()
        return at

    def began(self, minutes_ago):
        """Everything so far happened so long before."""
        ago = timedelta(minutes=minutes_ago)
        self.env.cr.execute("ALTER TABLE connect_status_log DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE connect_status_log SET date_start = date_start - %s, date_end = date_end - %s WHERE agent_id = %s",
            [ago, ago, self.mine.id],
        )
        self.env.cr.execute("ALTER TABLE connect_status_log ENABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE connect_agent SET status_since = status_since - %s WHERE id = %s", [ago, self.mine.id]
        )
        self.env.invalidate_all()

    def log(self):
        rows = self.env["connect.status.log"].search([("user_id", "=", self.high.id)], order="id")
        for former, latter in pairwise(rows):
            self.assertEqual(former.date_end, latter.date_start, "no gap and no overlap")
        self.assertFalse(rows[-1].date_end)
        self.assertEqual(rows[-1].date_start, self.mine.status_since)
        return rows

    # --- the catalogue ---

    def test_the_catalogue_is_appendix_b(self):
        """ROU-01..06, ROU-11: each code with its flags, exactly one class, nothing else in it."""
        statuses = self.env["connect.status"].search([])
        self.assertEqual(set(statuses.mapped("code")), set(CATALOGUE))
        for status in statuses:
            by_hand, chats, calls, binding, stat_class, profile = CATALOGUE[status.code]
            with self.subTest(status=status.code):
                self.assertEqual(status.settable, by_hand)
                self.assertEqual(status.accepts_chats, chats == YES)
                self.assertEqual(status.accepts_calls, calls == YES)
                self.assertIn(binding, (ANY, YES if status.keeps_binding else NO))
                self.assertEqual((status.stat_class, status.profile), (stat_class, profile))
                self.assertEqual(status.goes_idle, status.code in GOES_IDLE)

    def test_each_status_does_what_its_row_says(self):
        """ROU-06, ROU-16, ROU-23, ROU-26, ROU-27: a new person who writes or calls, and the bound one who writes again,
        in every status."""
        clara = self.make_recipient("clara")
        for code, (_by_hand, chats, calls, binding, *_rest) in CATALOGUE.items():
            with self.subTest(status=code), self.env.cr.savepoint() as savepoint:
                self.enter("free")
                bound = self.write_to_line(self.anna)
                self.assertEqual(bound.user_id, self.high)
                self.enter(code)
                new = self.write_to_line(self.boris)
                self.assertEqual(new.user_id == self.high, chats == YES)
                call = self.line._contact(clara.partner_id, kind="call")
                self.dispatch()
                self.assertEqual(call.user_id == self.high, calls == YES)
                self.line._contact(self.anna.partner_id)
                self.dispatch()
                if binding != ANY:
                    self.assertEqual(bound.user_id == self.high, binding == YES or chats == YES)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_each_status_by_hand_belongs_to_a_profile(self):
        """ROU-01, ROU-04: a specialist chooses and plans among those of his profile, and among no others."""
        for profile in ("support", "contact_center"):
            self.mine.profile = profile
            choices = {code for code, row in CATALOGUE.items() if row[0] and row[-1] in (profile, "both")}
            self.assertEqual({each["code"] for each in self.me.get_state()["statuses"]}, choices)
            for code in sorted(choices):
                self.assertEqual(self.me.set_status(code)["status"], code)
            for code in sorted(set(CATALOGUE) - choices):
                for verb in (self.me.set_status, self.me.plan_status):
                    with self.assertRaisesRegex(Exception, "Choose one of these statuses"):
                        verb(code)

    def test_each_status_can_be_the_planned_one(self):
        """ROU-08: whatever a profile sets by hand can follow the work in hand."""
        for code, row in CATALOGUE.items():
            if not row[0]:
                continue
            with self.subTest(status=code), self.env.cr.savepoint() as savepoint:
                self.enter("free" if row[-1] == "support" else "ready")
                request = self.write_to_line(self.anna)
                self.assertEqual(self.me.plan_status(code)["planned"], code)
                request.with_user(self.high).finish()
                self.dispatch()
                self.assertEqual(self.me.get_state()["status"], code)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_inactivity_in_each_status(self):
        """ROU-07: from those in which he works by his own word, and back to the same one."""
        for code in CATALOGUE:
            if code in ("offline", "disconnected"):
                continue
            with self.subTest(status=code), self.env.cr.savepoint() as savepoint:
                self.enter(code)
                self.env.cr.execute("UPDATE connect_agent SET last_active = NULL WHERE id = %s", [self.mine.id])
                idle = "away" if CATALOGUE[code][-1] == "support" else "inactive"
                self.assertEqual(self.me.heartbeat(idle=TEN)["status"], idle if code in GOES_IDLE else code)
                self.assertEqual(self.me.heartbeat(idle=0)["status"], code)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_administrators_add_statuses(self):
        """ROU-06: a status of the house does what its ticks say; the built-in ones keep theirs, and all their codes."""
        statuses = self.env["connect.status"].with_user(self.env.ref("base.user_admin"))
        ticks = {"accepts_chats": True, "keeps_binding": True, "stat_class": "pause"}
        own = statuses.create({"name": "Training", "code": "training", "profile": "support", **ticks})
        self.assertEqual(self.me.set_status("training")["status"], "training")
        self.assertEqual(self.write_to_line(self.anna).user_id, self.high)
        own.accepts_chats = False
        self.assertEqual(self.write_to_line(self.boris).state, "queued")
        free = statuses.search([("code", "=", "free")])
        free.write({"name": "Available", "accepts_chats": True})
        for status, values in ((own, {"code": "x"}), (free, {"code": "x"}), (free, {"accepts_calls": False})):
            with self.assertRaises(UserError):
                status.write(values)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            statuses.create({"name": "x", "code": "Not a code"})
        with self.assertRaises(AccessError):
            statuses.with_user(self.supervisor).create({"name": "x", "code": "x"})

    def test_each_profile_has_its_own_word_for_gone(self):
        """ROU-03, ROU-04, ROU-09: «Offline» for support, «Отключен» in a contact centre, by each way of leaving, once,
        until the first heartbeat."""
        ways = (
            lambda: self.agents._on_logout(self.high.id),
            lambda: self.agents._put_offline(self.high.ids),
            lambda: (self.last_seen(100), self.agents._close_lost()),
        )
        for profile, gone, login in (("support", "offline", "free"), ("contact_center", "disconnected", "not_ready")):
            self.mine.profile = profile
            for way in ways:
                self.set_status(self.high, login)
                self.began(30)
                way()
                self.env.invalidate_all()
                self.assertEqual(self.mine.status_id.code, gone)
                way()
                self.env.invalidate_all()
                self.assertEqual([row.status_id.code for row in self.log()[-2:]], [login, gone], "once")
                self.assertEqual(self.high.im_status, "offline")
                self.assertEqual(self.me.heartbeat()["status"], login)

    # --- the log, to the second ---

    def test_back_before_anybody_noticed(self):
        """ROU-03, ROU-10: after 65 s of silence he was offline from his last heartbeat on, also when he is back before
        the minute cron has looked; by a heartbeat, by a status set by hand, by leaving."""
        for back, code, origin in (
            (lambda: self.me.heartbeat(), "dnd", "login"),
            (lambda: self.me.set_status("free"), "free", "manual"),
            (lambda: self.agents._on_login(self.high.ids), "offline", "lost"),
            (lambda: self.agents._on_logout(self.high.id), "offline", "lost"),
        ):
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                self.set_status(self.high, "dnd")
                self.began(30)
                seen = self.last_seen(100)
                back()
                self.env.invalidate_all()
                rows = self.log()
                lost = rows[-1] if code == "offline" else rows[-2]
                self.assertEqual((lost.status_id.code, lost.origin, lost.date_start), ("offline", "lost", seen))
                self.assertEqual((rows[-1].status_id.code, rows[-1].origin), (code, origin))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_last_word_of_a_screen_that_was_left(self):
        """ROU-03: a sign of life that began before he left, and came after it, does not show him free."""
        self.began(30)
        self.agents._on_logout(self.high.id)
        self.assertEqual(self.mine._beat(age=2.0)["status"], "offline")
        self.assertEqual(self.me.heartbeat()["status"], "free")

    def test_a_reconnect_within_a_minute_leaves_no_trace(self):
        """ROU-03: 60 s of silence are a blip of the network."""
        self.began(30)
        before = len(self.log())
        self.last_seen(60)
        self.assertEqual(self.me.heartbeat()["status"], "free")
        self.assertEqual(len(self.log()), before)

    def test_a_crash_is_closed_once(self):
        """ROU-10: the cron and the return find the same instant; nothing is written twice."""
        self.began(30)
        seen = self.last_seen(100)
        self.agents._close_lost()
        self.agents._close_lost()
        self.me.heartbeat()
        self.env.invalidate_all()
        rows = self.log()[-3:]
        self.assertEqual(
            [(row.status_id.code, row.origin) for row in rows[1:]], [("offline", "lost"), ("free", "login")]
        )
        self.assertEqual((rows[0].date_end, rows[1].date_start), (seen, seen))

    def test_a_second_device(self):
        """ADM-06, ROU-05: a later login throws the former session out and begins with the profile's status, whatever
        was set or planned there; the heartbeats of two screens of one session are one presence."""
        self.write_to_line(self.anna)
        self.me.set_status("dnd")
        self.me.plan_status("away")
        self.agents._on_login(self.high.ids)
        self.env.invalidate_all()
        state = self.me.get_state()
        self.assertEqual((state["status"], state["planned"]), ("free", ""))
        self.assertEqual(self.log()[-1].origin, "login")
        self.mine.profile = "contact_center"
        self.set_status(self.high, "ready")
        self.agents._on_login(self.high.ids)
        self.env.invalidate_all()
        self.assertEqual(self.me.get_state()["status"], "not_ready")
        before = len(self.log())
        for idle in (0, 300, 5, 900):
            self.me.heartbeat(idle=idle)
        self.assertEqual(len(self.log()), before)

    def test_a_login_does_not_end_what_the_system_set(self):
        """ROU-02: a call goes on while he logs in elsewhere."""
        self.set_status(self.high, "talking")
        self.agents._on_login(self.high.ids)
        self.env.invalidate_all()
        self.assertEqual(self.me.get_state()["status"], "talking")

    def test_only_a_login_at_a_screen_counts(self):
        """ROU-05: an integration that proves the password over XML-RPC changes no status."""
        self.high.password = "a-Long-Password-1"
        self.me.set_status("dnd")
        credential = {"type": "password", "login": self.high.login, "password": "a-Long-Password-1"}
        users, waiting = self.env["res.users"], self.write_to_line(self.anna)
        users._login(credential, {"interactive": False})
        self.dispatch()
        self.env.invalidate_all()
        self.assertEqual(self.me.get_state()["status"], "dnd")
        users._login(credential, {"interactive": True})
        self.dispatch()
        self.env.invalidate_all()
        self.assertEqual(self.me.get_state()["status"], "free")
        self.assertEqual(waiting.user_id, self.high, "and who waited is served (ROU-21)")
