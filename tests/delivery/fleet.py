"""A fleet of real processes that use the router as hard as they can, and are killed while they do.

Started by ``test_delivery.py``; by hand: ``python -m tests.delivery.fleet --config … --database … --journal DIR``.
One process loads Odoo's registry and forks the workers, each with its own connections. Every worker keeps a journal
of what it was promised (a commit it saw), which survives its death; the test holds the tables against the journals.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import threading
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import odoo
import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying

STATUSES = ["free", "free", "free", "away", "dnd", "busy_new"]
CAPACITY = 5
LINES = 3


def prepare(env: Any, agents: int, recipients: int) -> dict[str, Any]:
    """Three lines of one company that share their specialists, and people connected to them."""
    env = env(context={"tracking_disable": True, "no_reset_password": True, "mail_create_nosubscribe": True})
    company = env["res.company"].create({"name": "Delivery test"})
    group = env.ref("connect_lines.group_agent")
    users = env["res.users"].create(
        [
            {
                "name": f"Specialist {number}",
                "login": f"delivery-{number}",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, group.ids)],
            }
            for number in range(agents)
        ]
    )
    lines = env["connect.line"].create(
        [
            {
                "name": f"Line {number}",
                "company_id": company.id,
                "delivery_rule": ["standard", "balanced", "standard"][number],
                "kind": ["support", "project", "support"][number],
                "capacity": CAPACITY,
                "member_ids": [
                    (0, 0, {"user_id": user.id, "priority": ["high", "medium", "standard"][place % 3]})
                    for place, user in enumerate(users)
                    if (place + number) % 4  # each specialist stands on two or three of the lines
                ],
            }
            for number in range(LINES)
        ]
    )
    people = env["res.partner"].create(
        [{"name": f"Person {number}", "company_id": company.id} for number in range(recipients)]
    )
    env["connect.line.connection"].create(
        [{"line_id": lines[place % LINES].id, "partner_id": person.id} for place, person in enumerate(people)]
    )
    integrators = {line.id: line.member_ids[0].user_id.id for line in lines}
    return {
        "skills": demand_skills(env, lines[2], people),
        "users": users.ids,
        "lines": lines.ids,
        "people": [[person.id, lines[place % LINES].id] for place, person in enumerate(people)],
        "integrators": integrators,
    }


def demand_skills(env: Any, line: Any, people: Any) -> dict[str, Any]:
    """The line demands a skill and the person's language; two specialists in three have the one, every second the
    other. What the audit is to know of it, with plain ids."""
    english = env.ref("base.lang_en")
    company = line.company_id.id
    cash, spoken = env["connect.skill"].create(
        [{"name": "Cash", "company_id": company}, {"name": "English", "company_id": company, "lang_id": english.id}]
    )
    for place, person in enumerate(people):
        person.lang = english.code if place % 2 else False
    line.write({"use_skills": True, "language_level": "1", "skill_lower_after": 8, "skill_prefer_after": 16})
    line.skill_ids = [(0, 0, {"skill_id": cash.id, "level": "2"})]
    known: dict[int, dict[int, int]] = {user.id: {} for user in line.member_ids.user_id}
    for place, user in enumerate(line.member_ids.user_id):
        if place % 3:
            known[user.id][cash.id] = place % 3
        if place % 2:
            known[user.id][spoken.id] = 1 + place % 3
    env["connect.skill.level"].create(
        [
            {"user_id": user, "skill_id": skill, "level": str(level)}
            for user, levels in known.items()
            for skill, level in levels.items()
        ]
    )
    return {
        "line": line.id,
        "known": [[user, list(levels.items())] for user, levels in known.items()],
        "demanded": [
            [person.id, [[cash.id, 2], [spoken.id, 1]] if person.lang else [[cash.id, 2]]] for person in people
        ],
        "lower_after": line.skill_lower_after,
        "prefer_after": line.skill_prefer_after,
    }


class Worker:
    """One process: it opens requests, writes again, finishes work and changes statuses, in random order."""

    def __init__(self, registry: Registry, world: dict[str, Any], number: int, workers: int, journal: Path) -> None:
        self.registry = registry
        self.world = world
        self.rng = random.Random(f"{number}-{os.getpid()}")
        self.journal = os.open(journal / f"{number}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.mine = world["people"][number::workers]
        done = {entry["person"] for entry in read_journal(journal, number)}
        self.waiting = [pair for pair in self.mine if pair[0] not in done]

    def note(self, **entry: Any) -> None:
        """One write, so that a kill leaves whole lines."""
        os.write(self.journal, (json.dumps({**entry, "at": time.time()}) + "\n").encode())

    def call(self, user_id: int, work: Any) -> Any:
        """What an HTTP request does: a transaction of this user, repeated on serialization errors, then the commit
        with everything that follows it."""
        while True:
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user_id, {})
                    return retrying(partial(work, env), env)
            except psycopg2.Error as error:
                # PostgreSQL is restarting, or a crowded row: as a client, again. A connection that breaks within an
                # answer is a plain DatabaseError without a code.
                if error.pgcode and not isinstance(error, psycopg2.OperationalError):
                    raise
                time.sleep(self.rng.uniform(0.05, 0.3))

    def run(self) -> None:
        while self.waiting:
            roll = self.rng.random()
            if roll < 0.62:
                self.open_next()
            elif roll < 0.66:
                self.write_again()
            elif roll < 0.94:
                self.finish_some()
            else:
                self.flip_status()

    def open_next(self) -> None:
        person, line = self.waiting[-1]
        key = f"open-{person}"
        request = self.call(
            self.world["integrators"][line],
            lambda env: env["connect.line"].browse(line).open_request(person, idempotency_key=key),
        )
        self.waiting.pop()
        self.note(person=person, line=line, request=request["id"])

    def write_again(self) -> None:
        person, line = self.rng.choice(self.mine)
        if [person, line] not in self.waiting:
            self.call(
                self.world["integrators"][line], lambda env: env["connect.line"].browse(line).open_request(person)
            )

    def finish_some(self) -> None:
        """One specialist finishes what he has, as far as it is still his."""
        user_id = self.rng.choice(self.world["users"])
        self.call(user_id, lambda env: finish_all(env, limit=3))

    def flip_status(self) -> None:
        user_id, status = self.rng.choice(self.world["users"]), self.rng.choice(STATUSES)
        self.call(user_id, lambda env: env["connect.agent"].set_status(status) and True)


def finish_all(env: Any, limit: int | None = None) -> int:
    """Finish the caller's open work; how much of it he saw.

    Between his look and his word a request may become a colleague's: its person wrote while he was away. He is told
    so and leaves it. A refusal without end is found by ``settle``, which goes on until nobody sees any work.
    """
    requests = env["connect.request"].search([("user_id", "=", env.uid), ("state", "=", "active")], limit=limit)
    for request in requests:
        with suppress(UserError):
            request.finish()
    return len(requests)


def read_journal(folder: Path, number: int) -> list[dict[str, Any]]:
    file = folder / f"{number}.jsonl"
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]


def heartbeats(registry: Registry, world: dict[str, Any]) -> None:
    """Every specialist's screen is alive."""
    while True:
        try:
            with registry.cursor() as cr:
                cr.execute(
                    """UPDATE connect_agent SET last_seen = clock_timestamp() AT TIME ZONE 'UTC' WHERE id IN (
                           SELECT id FROM connect_agent WHERE user_id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)""",
                    [world["users"]],
                )
        except psycopg2.Error:
            time.sleep(0.2)
        time.sleep(5)


def fork(work: Any, journal: Path) -> int:
    """A child process with connections of its own; its id. Why it failed stands in the journal."""
    odoo.sql_db.close_all()
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            work()
            code = 0
        except BaseException:
            (journal / "failed.txt").write_text(traceback.format_exc())
        finally:
            os._exit(code)
    return child


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--config", required=True)
    arguments.add_argument("--database", required=True)
    arguments.add_argument("--journal", required=True, type=Path)
    arguments.add_argument("--workers", type=int, default=16)
    arguments.add_argument("--agents", type=int, default=50)
    arguments.add_argument("--requests", type=int, default=10_000)
    given = arguments.parse_args()
    odoo.tools.config.parse_config(
        ["-c", given.config, "-d", given.database, "--max-cron-threads=0"], setup_logging=True
    )
    registry = Registry(given.database)
    world_file = given.journal / "world.json"
    with registry.cursor() as cr:
        world = prepare(api.Environment(cr, SUPERUSER_ID, {}), given.agents, given.requests)
    world_file.write_text(json.dumps(world))
    for thread in threading.enumerate():  # what follows the commit; a fork would copy the locks it holds
        if thread is not threading.main_thread():
            thread.join()

    def worker(number: int) -> int:
        return fork(lambda: Worker(registry, world, number, given.workers, given.journal).run(), given.journal)

    pulse = fork(lambda: heartbeats(registry, world), given.journal)
    fleet = {worker(number): number for number in range(given.workers)}
    (given.journal / "pids").write_text("\n".join(map(str, fleet)))
    while fleet:
        child, status = os.wait()
        if child not in fleet:
            raise SystemExit("the heartbeats died")
        number = fleet.pop(child)
        if os.WIFSIGNALED(status):  # killed by the test: another one goes on where its journal ends
            fleet[worker(number)] = number
            (given.journal / "pids").write_text("\n".join(map(str, fleet)))
        elif os.WEXITSTATUS(status):
            raise SystemExit(f"worker {number} failed")
    settle(registry, world)
    os.kill(pulse, signal.SIGKILL)
    verify(registry, given.journal)


def settle(registry: Registry, world: dict[str, Any]) -> None:
    """Everybody is free and finishes all he has, until nobody waits; the minute cron's work is done by hand."""
    for user_id in world["users"]:
        with registry.cursor() as cr:
            env = api.Environment(cr, user_id, {})
            retrying(partial(env["connect.agent"].set_status, "free"), env)  # his screen shows signs of life meanwhile
    for _round in range(2000):
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["connect.dispatcher"]._cron_dispatch()
        finished = 0
        for user_id in world["users"]:
            with registry.cursor() as cr:
                env = api.Environment(cr, user_id, {})
                finished += retrying(lambda env=env: finish_all(env), env)
        if not finished:
            return
    raise SystemExit("requests are still waiting")


def verify(registry: Registry, journal: Path) -> None:
    """Let the product's own checker look; its findings are the test's to judge."""
    with registry.cursor() as cr:
        wrong = api.Environment(cr, SUPERUSER_ID, {})["connect.decision"]._verify()
    (journal / "verified.json").write_text(json.dumps([list(each) for each in wrong]))


if __name__ == "__main__":
    main()
