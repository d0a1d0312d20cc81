from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import RoutingCase

TEN = 600  # s, the company's default


@tagged("post_install", "-at_install")
class TestAutomatic(RoutingCase):
    def setUp(self):
        super().setUp()
        self.set_status(self.high, "free")
        self.me = self.env["connect.agent"].with_user(self.high)

    def log(self, user=None):
        rows = self.env["connect.status.log"].search([("user_id", "=", (user or self.high).id)], order="id")
        return [(row.status_id.code, row.origin) for row in rows][1:]

    def untouched(self, seconds, user=None):
        """Nobody has touched his keyboard for so long, and his screen says so."""
        user = user or self.high
        since = fields.Datetime.now() - timedelta(seconds=seconds)
        self.env.cr.execute("UPDATE connect_agent SET last_active = %s WHERE user_id = %s", [since, user.id])
        answer = self.env["connect.agent"].with_user(user).heartbeat(idle=seconds)
        self.env.invalidate_all()
        return answer["status"]

    # --- inactivity ---

    def test_inactivity_and_back(self):
        """ROU-07: ten minutes without a touch are «Нет на месте»; the first touch brings the former status back."""
        self.assertEqual(self.untouched(TEN - 30), "free")
        self.assertEqual(self.untouched(TEN), "away")
        state = self.me.get_state()
        self.assertEqual((state["is_idle"], state["declared_name"]), (True, "Free"))
        self.assertEqual(self.untouched(TEN + 20), "away")
        self.assertEqual(self.me.heartbeat(idle=1)["status"], "free")
        self.assertFalse(self.me.get_state()["is_idle"])
        self.assertEqual(self.log(), [("free", "manual"), ("away", "idle"), ("free", "back")])
        rows = self.env["connect.status.log"].search([("user_id", "=", self.high.id)], order="id")
        for former, latter in pairwise(rows):
            self.assertEqual(former.date_end, latter.date_start, "no gap and no overlap")
        self.assertGreater(rows[2].date_start, fields.Datetime.now() - timedelta(seconds=60), "when the server set it")

    def test_a_contact_centre_has_its_own_status_for_it(self):
        """ROU-07: «Нет активности на РМ»; from «Готов» and from «Не готов/Исходящий чат»."""
        self.agent(self.high).profile = "contact_center"
        for code in ("ready", "not_ready_chat"):
            self.set_status(self.high, code)
            self.assertEqual(self.untouched(TEN), "inactive")
            self.assertEqual(self.me.heartbeat()["status"], code)

    def test_the_most_active_screen_counts(self):
        """ROU-07: of several screens; and who does not say anything of idleness is an integration, and active."""
        self.me.heartbeat(idle=5)
        self.assertEqual(self.me.heartbeat(idle=5000)["status"], "free")
        self.untouched(TEN)
        self.assertEqual(self.me.heartbeat()["status"], "free")
        for harmless in (None, 0, -10, 0.5, 10**400):
            self.assertEqual(self.me.heartbeat(idle=harmless)["status"], "free")
        for nonsense in ("x", True, {"a": 1}, float("nan")):
            with self.assertRaisesRegex(UserError, "seconds"):
                self.me.heartbeat(idle=nonsense)

    def test_only_who_works_goes_idle(self):
        """ROU-07: not from «Не беспокоить» or lunch; a status set by hand wins over the former one."""
        for code in ("dnd", "away", "lunch", "talking"):
            self.set_status(self.high, code)
            self.assertEqual(self.untouched(10 * TEN), code)
        self.set_status(self.high, "busy_new")
        self.assertEqual(self.untouched(TEN), "away")
        self.me.set_status("away")
        self.assertEqual(self.me.heartbeat(idle=0)["status"], "away", "chosen now, no longer by inactivity")
        self.set_status(self.high, "free")
        self.untouched(TEN)
        self.me.set_status("dnd")
        self.assertEqual(self.me.heartbeat(idle=0)["status"], "dnd")

    def test_conditions_are_settings(self):
        """ROU-07: a time for each specialist, his company's until he has his own; 0 = never; which statuses."""
        mine = self.high.with_user(self.high)
        self.assertEqual(mine.connect_idle_minutes, 10)
        self.company.connect_idle_minutes = 20
        self.env.invalidate_all()
        self.assertEqual(mine.connect_idle_minutes, 20)
        self.assertEqual(self.untouched(2 * TEN - 60), "free")
        mine.connect_idle_minutes = 1
        self.company.connect_idle_minutes = 30
        self.env.invalidate_all()
        self.assertEqual((mine.connect_idle_minutes, self.agent(self.medium).idle_minutes), (1, 30))
        self.assertEqual(self.untouched(60), "away")
        mine.connect_idle_minutes = 0
        self.assertEqual(self.untouched(10**6), "free")
        mine.connect_idle_minutes = 30  # as the company: follows it again
        self.company.connect_idle_minutes = 5
        self.env.invalidate_all()
        self.assertEqual(mine.connect_idle_minutes, 5)
        with self.assertRaises(UserError):
            mine.connect_idle_minutes = -1
            self.env.flush_all()
        self.env.invalidate_all()
        self.env.ref("connect_routing.status_free").goes_idle = False
        self.assertEqual(self.untouched(10**6), "free")

    def test_who_sets_whose_time(self):
        """ROU-07: himself in his preferences, his administrator in the list of specialists, nobody else."""
        preferences = Form(self.high.with_user(self.high), "base.view_users_form_simple_modif")
        preferences.connect_idle_minutes = 7
        preferences.save()
        admin = self.make_specialist("admin", "connect_lines.group_partner_admin")
        self.assertEqual(self.agent(self.high).with_user(admin).idle_minutes, 7)
        self.agent(self.high).with_user(admin).idle_minutes = 8
        self.company.with_user(admin).connect_idle_minutes = 9
        self.assertEqual(self.agent(self.high).idle_minutes, 8)
        for user in (self.medium, self.stranger, self.anna):
            with self.assertRaises(AccessError):
                self.high.with_user(user).connect_idle_minutes = 1
            with self.assertRaises(AccessError):
                self.agent(self.high).with_user(user).idle_minutes = 1

    def test_a_restart_changes_nothing(self):
        """ROU-07: idle, then the computer sleeps: offline at the last heartbeat; awake and untouched he is idle again,
        and a touch brings back what he had declared."""
        self.untouched(TEN)
        agent = self.agent(self.high)
        self.env.cr.execute(
            "UPDATE connect_agent SET last_seen = last_seen - interval '5 min' WHERE id = %s", [agent.id]
        )
        agent._close_lost()
        self.env.invalidate_all()
        self.assertEqual(agent.status_id.code, "offline")
        self.assertEqual(self.untouched(TEN + 300), "away")
        self.assertEqual(self.me.heartbeat()["status"], "free")
        self.assertEqual([code for code, _origin in self.log()], ["free", "away", "offline", "away", "free"])

    def test_conversations_of_who_is_idle(self):
        """ROU-23, appendix B: «Нет на месте» gives up the binding when the person writes, not before."""
        request = self.write_to_line(self.anna)
        self.set_status(self.medium, "free")
        self.untouched(TEN)
        self.dispatch()
        self.assertEqual(request.user_id, self.high)
        self.line._contact(self.anna.partner_id)
        self.dispatch()
        self.assertEqual(request.user_id, self.medium)

    def test_back_is_served_at_once(self):
        """ROU-21: who waited comes with the first touch."""
        self.untouched(TEN)
        request = self.write_to_line(self.anna)
        self.assertEqual(request.state, "queued")
        self.me.heartbeat(idle=0)
        self.dispatch()
        self.assertEqual(request.user_id, self.high)

    # --- the plan ---

    def test_plan_comes_true_with_the_last_work(self):
        """ROU-08: two conversations; the planned status follows the second end, not the first."""
        first, second = self.write_to_line(self.anna), self.write_to_line(self.boris)
        state = self.me.plan_status("dnd")
        self.assertEqual((state["status"], state["planned"], state["planned_name"]), ("free", "dnd", "Do not disturb"))
        first.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual(self.me.get_state()["status"], "free")
        second.with_user(self.high).finish()
        self.dispatch()
        state = self.me.get_state()
        self.assertEqual((state["status"], state["planned"]), ("dnd", ""))
        self.assertEqual(self.log()[-1], ("dnd", "planned"))

    def test_nothing_new_comes_before_the_planned_status(self):
        """ROU-08: the queue does not slip in between the end of the work and lunch."""
        self.line.capacity = 1
        work, waiting = self.write_to_line(self.anna), self.write_to_line(self.boris)
        self.me.plan_status("away")
        work.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual((self.me.get_state()["status"], waiting.state), ("away", "queued"))

    def test_plan_to_be_free_serves_the_queue(self):
        """ROU-08, ROU-21: out of «Занят для новых обращений» into «Свободен»."""
        work = self.write_to_line(self.anna)
        self.me.set_status("busy_new")
        waiting = self.write_to_line(self.boris)
        self.me.plan_status("free")
        work.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual((self.me.get_state()["status"], waiting.user_id), ("free", self.high))

    def test_plan_without_work_applies_at_once(self):
        self.assertEqual(self.me.plan_status("dnd")["status"], "dnd")
        self.assertEqual(self.log()[-1], ("dnd", "manual"))

    def test_plan_is_cancelled(self):
        """ROU-08: by hand, and by setting any status by hand, the present one too."""
        request = self.write_to_line(self.anna)
        for cancel in (lambda: self.me.plan_status(""), lambda: self.me.set_status("free")):
            version = self.me.plan_status("away")["version"]
            state = cancel()
            self.assertEqual((state["planned"], state["status"]), ("", "free"))
            self.assertGreater(state["version"], version, "his other screens learn of it")
        request.with_user(self.high).finish()
        self.dispatch()
        self.assertEqual(self.me.get_state()["status"], "free")

    def test_what_cannot_be_planned(self):
        """ROU-08: what the system sets, what another profile has, what is none; recipients have no plans."""
        self.write_to_line(self.anna)
        for code in ("talking", "offline", "ready", "lunch", "nonsense", 5):
            for verb in (self.me.plan_status, self.me.set_status):
                with self.assertRaisesRegex(UserError, "Free"):
                    verb(code)
        self.assertFalse(self.me.get_state()["planned"])
        self.agent(self.high).profile = "contact_center"
        self.assertEqual(self.me.plan_status("lunch")["planned"], "lunch")
        with self.assertRaises(AccessError):
            self.env["connect.agent"].with_user(self.anna).plan_status("free")

    def test_plan_survives_a_crash_after_the_finish(self):
        """ROU-08: the process died before it counted the work anew; the minute cron does both."""
        request = self.write_to_line(self.anna)
        self.me.plan_status("dnd")
        request.with_user(self.high).finish()
        self.env.cr.postcommit.clear()  # the crash
        self.assertEqual(self.agent(self.high).status_id.code, "free")
        self.env["connect.dispatcher"]._cron_dispatch()
        self.env.invalidate_all()
        self.assertEqual((self.agent(self.high).status_id.code, self.agent(self.high).load), ("dnd", 0))

    def test_plan_of_who_is_gone(self):
        """ROU-08: finished by a supervisor while he is offline: he stays offline and finds his plan when he is back; a
        new login starts afresh."""
        for is_login, expected in ((False, "dnd"), (True, "free")):
            self.set_status(self.high, "free")
            request = self.write_to_line(self.anna)
            self.me.plan_status("dnd")
            agent = self.agent(self.high)
            self.env.cr.execute(
                "UPDATE connect_agent SET last_seen = status_since - interval '2 min' WHERE id = %s", [agent.id]
            )
            agent._close_lost()
            request.with_user(self.supervisor).finish()
            self.dispatch()
            self.assertEqual(agent.status_id.code, "offline")
            if is_login:
                agent._on_login(self.high.ids)
            self.assertEqual(self.me.heartbeat()["status"], expected)

    def test_one_whose_row_fails_stops_nobody_else(self):
        """ROU-08, ROU-21: neither the others' statuses nor timers nor the cron; it is logged, and tried again."""
        self.set_status(self.medium, "free")
        request = self.line._contact(self.anna.partner_id)
        self.env.cr.postcommit.clear()
        self.env["connect.timer"]._set(request.id, "offer", -1)
        agents = type(self.me)
        switch = agents._switch

        def fail(agent, *args, **options):
            if agent.user_id == self.high:
                agent.env.cr.execute("SELECT 1 / 0")
            return switch(agent, *args, **options)

        for user in (self.high, self.medium):
            self.agent(user)._in_call("talking", until=fields.Datetime.now() + timedelta(seconds=60))
        self.env.cr.execute("UPDATE connect_agent SET call_status_until = call_status_until - interval '65 seconds'")
        self.set_status(self.observer, "free", seconds_ago=100)
        with (
            patch.object(agents, "_switch", fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.connect_routing.models.connect_agent_automatic", "ERROR"),
        ):
            self.env["connect.dispatcher"]._cron_dispatch()
        self.env.invalidate_all()
        self.assertEqual(
            [self.agent(user).status_id.code for user in (self.high, self.medium, self.observer)],
            ["talking", "free", "offline"],
        )
        timers = self.env["connect.timer"].search([("request_id", "=", request.id)])
        self.assertEqual((request.user_id, len(timers)), (self.medium, 0))

    # --- login, publication, Odoo's dot ---

    def test_login_after_a_lost_session(self):
        """ROU-05: a contact centre's specialist is «Не готов» after each login, whatever he was before."""
        self.agent(self.medium).profile = "contact_center"
        self.set_status(self.medium, "ready", seconds_ago=100)
        agent = self.agent(self.medium)
        agent._close_lost()
        agent._on_login(self.medium.ids)
        self.assertEqual(self.env["connect.agent"].with_user(self.medium).heartbeat()["status"], "not_ready")

    def test_changes_are_published(self):
        """ROU-10: each change, by hand, by itself or planned, wakes all screens of the person."""
        self.write_to_line(self.anna)
        for change in (
            lambda: self.me.set_status("busy_new"),
            lambda: self.untouched(TEN),
            lambda: self.me.heartbeat(idle=0),
            lambda: self.me.plan_status("away"),
        ):
            self.dispatch()
            self.env.cr.precommit.run()
            before = self.env["bus.bus"].search([], order="id desc", limit=1).id
            change()
            self.env.cr.precommit.run()
            told = self.env["bus.bus"].search([("id", ">", before)])
            channel = f'"res.partner",{self.high.partner_id.id}]'
            mine = [each for each in told if each.channel.endswith(channel) and "connect.agent/changed" in each.message]
            self.assertTrue(mine, told.mapped("channel"))

    def test_odoo_shows_our_status(self):
        """Decision 5: the dot beside the name, mentions and pushes follow the status, whatever the browsers say."""
        presence = self.env["mail.presence"].create({"user_id": self.high.id, "status": "away"})
        for code, shown in (
            ("free", "online"),
            ("busy_new", "online"),
            ("away", "away"),
            ("lunch", "away"),
            ("dnd", "busy"),
            ("talking", "busy"),
            ("ready", "online"),
            ("offline", "offline"),
        ):
            self.set_status(self.high, code)
            self.assertEqual((self.high.im_status, self.high.partner_id.im_status), (shown, shown), code)
            self.assertEqual(self.high.manual_im_status or "online", shown)
        self.set_status(self.high, "free")
        presence.status = "offline"
        self.assertEqual(self.high.with_user(self.medium).im_status, "online", "a socket closed, his work goes on")
        plain = self.anna.im_status
        self.env["mail.presence"].create({"user_id": self.anna.id, "status": "away"})
        self.assertEqual((plain, self.anna.im_status), ("offline", "away"), "others have Odoo's own")

    def test_heartbeats_write_one_row(self):
        """Twenty thousand of them an hour: nothing but the specialist's own row is written."""
        self.me.heartbeat(idle=3)
        written = []
        execute = type(self.env.cr).execute

        def listen(cursor, query, *args, **kwargs):
            text = getattr(query, "code", query).lstrip()
            if text.startswith(("UPDATE", "INSERT", "DELETE", "WITH")):
                written.append(text)
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", listen)
        self.me.heartbeat(idle=3)
        self.assertEqual(len(written), 1, written)
        self.assertTrue(written[0].startswith("UPDATE connect_agent"))
