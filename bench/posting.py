"""Fifty people write into one conversation at the same instant: how long each of them waits for his answer.

Beside it, in the same run: stock Discuss with a group of as many members. Both as an HTTP request does it: a
transaction of one's own, repeated on serialization errors, and the commit, by worker processes that take one request
after the other. Counted from the instant at which all press Enter, so waiting for a worker is part of it. The promise:
nobody gets an error, and p99 is at most 300 ms.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from typing import Any

from _common import open_registry, table
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

PEOPLE, ROUNDS = 50, 10
LIMIT = 300  # ms
PAUSE = 4  # s between two such instants
PROCESSES = 2 * (os.cpu_count() or 1)
WARM = 5  # posts of each process before it counts


def prepare(registry: Registry) -> dict[str, Any]:
    """A conversation with its specialist, and a group of stock's with fifty members."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True})
        company = env["res.company"].create({"name": "Bench"})

        def user(name: str, group: str) -> Any:
            values = {"name": name, "login": name, "company_id": company.id, "company_ids": [(6, 0, company.ids)]}
            return env["res.users"].create({**values, "group_ids": [(6, 0, env.ref(group).ids)]})

        specialist, recipient = user("specialist", "connect_lines.group_agent"), user("recipient", "base.group_portal")
        members = [user(f"member-{number}", "base.group_user") for number in range(PEOPLE)]
        line = env["connect.line"].create(
            {"name": "Bench", "company_id": company.id, "member_ids": [(0, 0, {"user_id": specialist.id})]}
        )
        env["connect.line.connection"].create({"line_id": line.id, "partner_id": recipient.partner_id.id})
        channel = env["discuss.channel"]._connect_get(line, recipient.partner_id)
        cr.execute(
            """UPDATE connect_agent SET last_seen = (clock_timestamp() AT TIME ZONE 'UTC') + interval '1 hour',
                      status_id = (SELECT id FROM connect_status WHERE code = 'free')"""
        )
        group = env["discuss.channel"].with_user(members[0])._create_group([each.partner_id.id for each in members])
        return {
            "ours": {"channel": channel.id, "users": [recipient.id, specialist.id] * (PEOPLE // 2)},
            "stock": {"channel": group.id, "users": [each.id for each in members]},
        }


def post(registry: Registry, user_id: int, channel_id: int) -> None:
    def work(env: Any) -> bool:
        env["discuss.channel"].browse(channel_id).message_post(
            body="Good day", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        return True

    with registry.cursor() as cr:
        env = api.Environment(cr, user_id, {})
        retrying(partial(work, env), env)


def crowd(world: dict[str, Any], number: int) -> None:
    """One worker process with its share of the people; all press Enter at the same instant, again and again."""
    registry = open_registry()
    users = world["users"][number::PROCESSES]
    for _warm in range(WARM):
        post(registry, users[0], world["channel"])
    print("ready", flush=True)
    start = float(sys.stdin.readline())
    times: list[float] = []
    errors: list[str] = []
    for turn in range(ROUNDS):
        pressed = start + turn * PAUSE
        time.sleep(max(0.0, pressed - time.time()))
        for user_id in users:
            try:
                post(registry, user_id, world["channel"])
            except Exception as error:  # what reaches the person is the result
                errors.append(str(error).splitlines()[0])
            times.append((time.time() - pressed) * 1000)
    print(json.dumps({"times": times, "errors": errors}), flush=True)


def measure(world: dict[str, Any]) -> dict[str, Any]:
    """Processes of their own, as workers are: forked out of one with threads they would inherit its locks."""
    command = [sys.executable, __file__, json.dumps(world)]
    workers = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    for worker in workers:
        while worker.stdout and worker.stdout.readline().strip() != "ready":
            if worker.poll() is not None:
                raise RuntimeError("A worker of the benchmark ended before it began; see above.")
    start = time.time() + 1
    for worker in workers:
        if worker.stdin:
            worker.stdin.write(f"{start}\n")
            worker.stdin.flush()
    results = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
    return {
        "times": sorted(time for result in results for time in result["times"]),
        "errors": [error for result in results for error in result["errors"]],
    }


def main() -> int:
    registry = open_registry()
    world = prepare(registry)
    rows, promise = [], True
    for name in ("ours", "stock"):
        result = measure(world[name])
        times, errors = result["times"], len(result["errors"])
        p99 = times[int(len(times) * 0.99)]
        rows.append([name, len(times), errors, *(f"{each:.0f}" for each in (statistics.median(times), p99, times[-1]))])
        if name == "ours":
            promise = not errors and p99 <= LIMIT
        for text in sorted(set(result["errors"])):
            print(f"{name}: {text}")
    table(["", "posts", "errors", "p50, ms", "p99, ms", "max, ms"], rows)
    return 0 if promise else 1


if __name__ == "__main__":
    if len(sys.argv) > 2:
        crowd(json.loads(sys.argv[1]), int(sys.argv[2]))
    else:
        sys.exit(main())
