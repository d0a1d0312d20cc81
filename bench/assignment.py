"""From a commit to the assignment that follows from it, at a steady rate, whatever the router does meanwhile.

While nobody waits it is the commit of a new request; while people wait, that of a finished one, after which the longest
waiting is the specialist's. 20 a second: as when 2,000 specialists finish one in 100 s each. Beside it the promise: p99
is at most 100 ms. How many decisions there could be is in ``decision.py``. Run: ``make bench ARGS=assignment``, or a
part of it: ``ARGS="assignment --agents 2000 --waiting 0 1000"``.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

from _common import open_registry, table
from _router import BACKLOGS, SIZES, all_free, make_backlog, open_directly, prepare
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

RATE, SECONDS, THREADS = 20, 15, 8
SEATS = 100  # specialists in work at once, where people wait
LIMIT = 100  # ms


def steady_load(registry: Registry, world: dict[str, Any]) -> dict[str, float]:
    """Requests come, at their times whatever the router does; from commit to assignment. Nobody else waits, everybody
    is free."""
    with registry.cursor() as cr:
        cr.execute("DELETE FROM connect_contact")
        all_free(cr)
    committed: dict[int, float] = {}

    def arrive(person: int) -> None:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            open_directly(env, world["line"], [person])
            env["connect.dispatcher"]._after_commit(("line", world["line"]))
            cr.commit()
            committed[person] = time.time()

    at_their_times([partial(arrive, person) for person in world["people"][: RATE * SECONDS]])
    follow(registry, world["line"], RATE * SECONDS)
    with registry.cursor() as cr:
        cr.execute(
            """SELECT partner_id, extract(epoch FROM assigned_at AT TIME ZONE 'UTC')::float FROM connect_request
                WHERE line_id = %s AND partner_id = ANY(%s) AND state = 'active'""",
            [world["line"], list(committed)],
        )
        return figures([at - committed[partner] for partner, at in cr.fetchall()])


def steady_ends(registry: Registry, world: dict[str, Any], waiting: int) -> dict[str, float]:
    """The same while people wait: each specialist has one request, and one after another finishes his. From
    that commit until the longest waiting is his. ``waiting``: how many stand behind those who are served."""
    from odoo.addons.connect_routing.models.connect_request import DISPATCHING  # only now are addons importable

    served = RATE * SECONDS
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"connect_dispatching": DISPATCHING, "tracking_disable": True})
        finish_all(env, world["line"])
        env["connect.line"].browse(world["line"]).capacity = 1
        all_free(cr, most=SEATS)
        open_directly(env, world["line"], world["people"][: served + SEATS])
    make_backlog(registry, world["line"], waiting)
    drain(registry, world["line"])
    users = in_work(registry, world["line"])
    busy = cycle(users)
    committed: dict[int, float] = {}

    def end(user_id: int) -> None:
        with registry.cursor() as cr:
            env = api.Environment(cr, user_id, {})
            request_id = retrying(partial(finish_own, env), env)
            committed[request_id] = time.time()

    at_their_times([partial(end, next(busy)) for _event in range(served)])
    follow(registry, world["line"], len(users))
    with registry.cursor() as cr:
        cr.execute(
            """SELECT done.request_id, extract(epoch FROM following.at AT TIME ZONE 'UTC')::float
                 FROM connect_decision done CROSS JOIN LATERAL (
                      SELECT at FROM connect_decision given
                       WHERE given.line_id = done.line_id AND given.id > done.id AND given.user_id = done.user_id
                         AND given.code = 'assigned' ORDER BY given.id LIMIT 1) following
                WHERE done.request_id = ANY(%s) AND done.code = 'finished'""",
            [list(committed)],
        )
        return figures([at - committed[request_id] for request_id, at in cr.fetchall()])


def in_work(registry: Registry, line_id: int) -> list[int]:
    with registry.cursor() as cr:
        cr.execute("SELECT user_id FROM connect_request WHERE line_id = %s AND state = 'active'", [line_id])
        return [user_id for (user_id,) in cr.fetchall()]


def finish_own(env: Any) -> int:
    """A specialist finishes what he has; when it has not come yet, the router is late, and he waits for it."""
    while True:
        env.cr.execute("SELECT id FROM connect_request WHERE user_id = %s AND state = 'active'", [env.uid])
        if found := env.cr.fetchone():
            env["connect.request"].browse(found[0]).finish()
            return int(found[0])
        env.cr.rollback()
        time.sleep(0.005)


def at_their_times(works: list[Callable[[], None]]) -> None:
    """Carry these out, RATE a second, by THREADS threads."""
    todo = list(enumerate(works))
    start, lock = time.time() + 0.5, threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not todo:
                    return
                number, work = todo.pop(0)
            time.sleep(max(0.0, start + number / RATE - time.time()))
            work()

    threads = [threading.Thread(target=client) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def follow(registry: Registry, line_id: int, active: int) -> None:
    """Wait until so many requests of the line are in work, and all is told: the last ones are still under way."""
    for _look in range(300):
        with registry.cursor() as cr:
            cr.execute(
                """SELECT count(*) >= %s AND NOT EXISTS (SELECT FROM connect_unsettled) FROM connect_request
                    WHERE line_id = %s AND state = 'active'""",
                [active, line_id],
            )
            if cr.fetchone()[0]:
                return
        time.sleep(0.2)


def figures(waits: list[float]) -> dict[str, float]:
    """Of seconds from commit to assignment: in milliseconds."""
    assert len(waits) == RATE * SECONDS, f"{len(waits)} of {RATE * SECONDS} were assigned"
    sorted_waits = sorted(max(0.0, each * 1000) for each in waits)
    return {"p50": sorted_waits[len(waits) // 2], "p99": sorted_waits[int(len(waits) * 0.99)], "max": sorted_waits[-1]}


def finish_all(env: Any, line_id: int) -> None:
    """Nobody is in work or waits on this line any more, as far as the router sees."""
    env.cr.execute("UPDATE connect_request SET state = 'closed' WHERE line_id = %s AND state <> 'closed'", [line_id])
    env["connect.agent"]._recount(env["connect.line"].browse(line_id).member_ids.user_id.ids)


def drain(registry: Registry, line_id: int) -> None:
    """The router gives out what it can, and tells the others."""
    dispatcher = api.Environment(registry.cursor(), SUPERUSER_ID, {})["connect.dispatcher"]
    dispatcher._finish_now([("line", line_id)])
    dispatcher.env.cr.close()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--agents", type=int, nargs="+", default=SIZES)
    parser.add_argument("--waiting", type=int, nargs="+", default=BACKLOGS)
    chosen = parser.parse_args()
    registry, rows, worst = open_registry(), [], 0.0
    for count in chosen.agents:
        world = prepare(registry, count)
        for waiting in chosen.waiting:
            load = steady_ends(registry, world, waiting) if waiting else steady_load(registry, world)
            worst = max(worst, load["p99"])
            rows.append([count, waiting, RATE, *(f"{load[key]:.1f}" for key in ("p50", "p99", "max")), LIMIT])
            print(f"{count} specialists, {waiting} waiting: p99 {load['p99']:.1f} ms", file=sys.stderr)
    table(["specialists", "waiting", "a second", "p50, ms", "p99, ms", "max, ms", "limit of p99, ms"], rows)
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
