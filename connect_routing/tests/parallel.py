"""Real transactions that run at the same time: connections of their own, real commits, all of it removed afterwards."""

import threading
import time
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL

DISPATCHER = "odoo.addons.connect_routing.models.connect_dispatcher.ConnectDispatcher"


class ParallelCase(BaseCase):
    """A line with a person, three specialists who are there and free, and two supervisors. What follows a commit is
    left to the test."""

    agent_count = 3
    guarded = ("connect_decision", "connect_status_log")  # tables that refuse what has to be done afterwards

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.start_patch(f"{DISPATCHER}._in_test", staticmethod(lambda: False))
        self.start_patch(f"{DISPATCHER}._run_after_commit")
        self.start_patch("odoo.service.model.random.uniform", lambda _low, _high: 0.01)  # before Odoo calls again
        with self.registry.cursor() as cr:
            self.make(api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True, "tracking_disable": True}))
        self.addCleanup(self.remove)

    def start_patch(self, *args):
        patcher = patch(*args)
        patcher.start()
        self.addCleanup(patcher.stop)

    # --- the scene ---

    def make(self, env):
        company = env["res.company"].create({"name": "Parallel Ltd"})
        client = env["res.partner"].create({"name": "Parallel client", "is_company": True, "company_id": company.id})
        line = env["connect.line"].create({"name": "Parallel line", "company_id": company.id})
        person = self.make_users(env, company, "base.group_portal", "Person")
        person.parent_id = client
        agents = self.make_users(
            env, company, "connect_lines.group_agent", *(f"Agent {number}" for number in range(self.agent_count))
        )
        supervisors = self.make_users(env, company, "connect_lines.group_supervisor", "Supervisor 0", "Supervisor 1")
        env["connect.line.connection"].create({"line_id": line.id, "partner_id": person.partner_id.id})
        env["connect.line.member"].create([{"line_id": line.id, "user_id": user.id} for user in agents])
        for user in agents:
            agent = env["connect.agent"]._ensure(user)
            agent._switch(env["connect.status"]._id_of("free"), "manual")
        env.cr.execute("UPDATE connect_agent SET last_seen = now() AT TIME ZONE 'UTC' WHERE user_id = ANY(%s)",
                       [agents.ids])  # fmt: skip
        self.line_ids = line.ids
        self.line_id, self.partner_id, self.person = line.id, person.partner_id.id, person.id
        self.agents, self.supervisors = agents.ids, supervisors.ids
        self.user_ids = [person.id, *agents.ids, *supervisors.ids]
        self.created = [
            ("res.users", self.user_ids),
            ("connect.line", line.ids),
            ("res.partner", client.ids),
            ("res.company", company.ids),
        ]

    @staticmethod
    def make_users(env, company, group, *names):
        return env["res.users"].create(
            [
                {
                    "name": f"Parallel {name}",
                    "login": f"parallel-{name.lower().replace(' ', '-')}",
                    "lang": "en_US",
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [(6, 0, env.ref(group).ids)],
                }
                for name in names
            ]
        )

    def remove(self):
        """What was committed, against its own guards: they forbid exactly this."""
        self.await_lanes()
        with self.registry.cursor() as cr:
            for table in self.guarded:
                cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
            self.remove_rows(cr)
            for table in self.guarded:
                cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
            env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
            for model, ids in self.created:
                records = env[model].browse(ids)
                partners = records.partner_id if model in ("res.users", "res.company") else env["res.partner"]
                records.exists().unlink()
                partners.exists().unlink()

    def remove_rows(self, cr):
        for table in ("connect_contact", "connect_decision", "connect_request"):
            cr.execute(f"DELETE FROM {table} WHERE line_id = ANY(%s)", [self.line_ids])
        for table in ("connect_status_log", "connect_agent"):
            cr.execute(f"DELETE FROM {table} WHERE user_id = ANY(%s)", [self.user_ids])

    @staticmethod
    def await_lanes():
        """Until what follows the commits is over."""
        for thread in threading.enumerate():
            if thread.name == "connect.lane":
                thread.join(60)

    # --- at the same time ---

    def in_threads(self, jobs):
        """All of them at once; what they raised."""
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

    def race(self, first, second):
        """Two calls as HTTP makes them, ``(user id, function of an environment)``, that both begin before either ends:
        ``second`` comes while what ``first`` did is not committed yet. What each gave back, or what its caller was
        told."""
        began, go, late = threading.Event(), threading.Event(), []

        def run():
            with self.registry.cursor() as cr:
                cr.execute("SELECT 1")
                began.set()
                go.wait(10)
                late.append(self.call(cr, *second))

        thread = threading.Thread(target=run)
        thread.start()
        began.wait(10)
        with self.registry.cursor() as cr:
            user_id, job = first
            env = api.Environment(cr, user_id, {})
            early = job(env)
            env.flush_all()
            go.set()
            self.wait_until_blocked(cr.connection.info.backend_pid, thread)
        thread.join(60)
        return early, late[0]

    @staticmethod
    def call(cr, user_id, job):
        env = api.Environment(cr, user_id, {})
        try:
            return retrying(partial(job, env), env)
        except (AccessError, UserError) as error:
            cr.rollback()
            return error

    def wait_until_blocked(self, pid, thread):
        """Until somebody waits for this transaction, or the other one has ended without waiting for it."""
        with self.registry.cursor() as cr:
            cr.connection.autocommit = True
            for _time in range(500):
                cr.execute("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [pid])
                if cr.fetchone()[0] or not thread.is_alive():
                    return
                time.sleep(0.01)
        self.fail("nobody waited for the first transaction, nor ended")

    def after_commits(self):
        """What the dispatcher does after commits, but for telling people."""
        keys = [("line", self.line_id), *(("load", user_id) for user_id in self.agents)]
        with self.registry.cursor() as cr:
            dispatcher = api.Environment(cr, SUPERUSER_ID, {})["connect.dispatcher"]
            while keys := dispatcher._decide(keys):
                pass
