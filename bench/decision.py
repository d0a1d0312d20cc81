"""One routing decision, with its ledger row and its commit, beside stock live chat and the bare claim.

Peers, measured in the same run on the same database:

* ``stock``: ``im_livechat.channel._get_operator`` with as many operators online. It writes nothing and locks nothing.
* ``bare``: one UPDATE of a table of specialists with SKIP LOCKED, one row of a ledger, the commit; no rules, no queue.

Then the same decision on a line that demands skills and languages, with many requests waiting, and the way from the
commit of a request to its assignment, at 200 requests/s. Run: ``make bench``.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from _common import open_registry, table
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

SIZES = (50, 300, 2000)
BACKLOGS = (0, 1000, 100_000)  # requests that wait behind the one that is decided
RATE, SECONDS, THREADS = 200, 10, 8


def milliseconds(work: Callable[[], Any], rounds: int) -> float:
    """Median of the time that ``work`` takes."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def make_specialists(env: Any, count: int) -> Any:
    """Users that are specialists and live chat operators alike; passwords are not set, nobody logs in."""
    env = env(context={"no_reset_password": True, "tracking_disable": True, "mail_create_nosubscribe": True})
    group = env.ref("connect_lines.group_agent")
    company = env["res.company"].create({"name": f"Bench {count}"})
    return company, env["res.users"].create(
        [
            {
                "name": f"Specialist {count}-{number}",
                "login": f"bench-{count}-{number}",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, group.ids)],
            }
            for number in range(count)
        ]
    )


def all_free(cr: Any) -> None:
    cr.execute(
        """UPDATE connect_agent SET last_seen = (clock_timestamp() AT TIME ZONE 'UTC') + interval '1 hour',
                  status_id = (SELECT id FROM connect_status WHERE code = 'free')"""
    )


def prepare(registry: Registry, count: int) -> dict[str, int]:
    """A line of ours and a channel of stock's with the same ``count`` people, and 1,000 recipients."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company, users = make_specialists(env, count)
        line = env["connect.line"].create(
            {
                "name": f"Bench {count}",
                "company_id": company.id,
                "member_ids": [
                    (0, 0, {"user_id": user.id, "priority": ("high", "medium", "standard")[place % 3]})
                    for place, user in enumerate(users)
                ],
            }
        )
        people = env["res.partner"].create(
            [{"name": f"Person {number}", "company_id": company.id} for number in range(1000)]
        )
        env["connect.line.connection"].create([{"line_id": line.id, "partner_id": person.id} for person in people])
        begin_conversations(env, line, people)
        channel = env["im_livechat.channel"].create({"name": f"Bench {count}", "user_ids": [(6, 0, users.ids)]})
        env["mail.presence"].create([{"user_id": user.id, "status": "online"} for user in users])
        all_free(cr)
        cr.execute("CREATE TABLE IF NOT EXISTS bare_specialist (id int PRIMARY KEY, pool int, load int, free bool)")
        cr.execute("CREATE TABLE IF NOT EXISTS bare_ledger (id serial PRIMARY KEY, specialist int, at timestamptz)")
        cr.execute("INSERT INTO bare_specialist SELECT id, %s, 0, TRUE FROM unnest(%s) id", [count, users.ids])
        answer = {"line": line.id, "channel": channel.id, "people": people.ids}
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("ANALYZE")
    return answer


def stock(registry: Registry, world: dict[str, Any], rounds: int = 40) -> float:
    def once() -> None:
        with registry.cursor() as cr:
            operator = (
                api.Environment(cr, SUPERUSER_ID, {})["im_livechat.channel"].browse(world["channel"])._get_operator()
            )
            assert operator

    return milliseconds(once, rounds)


def bare(registry: Registry, count: int, rounds: int = 200) -> float:
    with registry.cursor() as cr:

        def once() -> None:
            cr.execute(
                """UPDATE bare_specialist SET load = load + 1 WHERE id = (
                       SELECT id FROM bare_specialist WHERE pool = %s AND free ORDER BY load, random() LIMIT 1
                       FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""",
                [count],
            )
            cr.execute("INSERT INTO bare_ledger (specialist, at) VALUES (%s, now())", [cr.fetchone()[0]])
            cr.commit()

        return milliseconds(once, rounds)


def begin_conversations(env: Any, line: Any, people: Any) -> None:
    """In life the message that opens a request has made the conversation before."""
    for person in people:
        env["discuss.channel"]._connect_get(line, person)


def open_directly(env: Any, line_id: int, people: list[int]) -> None:
    """Requests with their first ledger row, through the model's own door."""
    line = env["connect.line"].browse(line_id)
    now = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")
    for partner in env["res.partner"].browse(people):
        env["connect.request"]._open(line, partner, "opened", {"kind": "message", "origin": "portal", "queued_at": now})


def ours(registry: Registry, world: dict[str, Any], drain: bool = True) -> float:
    """The dispatcher's own step and its commit, one request at a time out of a queue of 300. ``drain``: what is left
    of them is decided, too."""
    from odoo.addons.connect_routing.models.connect_request import DISPATCHING  # only now are addons importable

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"connect_dispatching": DISPATCHING})
        open_directly(env, world["line"], world["people"][:300])
    dispatcher = api.Environment(registry.cursor(), SUPERUSER_ID, {})["connect.dispatcher"]
    with dispatcher._short_transaction() as router:
        router = router.with_context(connect_dispatching=DISPATCHING)

        def once() -> None:
            moved, _more = router._step(world["line"])
            assert len(moved) == 1
            router._commit()

        result = milliseconds(once, 250)
        while drain and router._step(world["line"])[1]:
            router._commit()
    dispatcher.env.cr.close()
    return result


def demand_skills(registry: Registry, line_id: int) -> None:
    """From now on the line demands two skills and the person's language; each specialist has some of them."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        line = env["connect.line"].browse(line_id)
        english = env.ref("base.lang_en").id
        skills = env["connect.skill"].create(
            [
                {"name": f"Skill {number}", "company_id": line.company_id.id, "lang_id": number == 3 and english}
                for number in range(4)
            ]
        )
        env["connect.skill.level"].create(
            [
                {"user_id": member.user_id.id, "skill_id": skill.id, "level": str(1 + (place + number) % 3)}
                for place, member in enumerate(line.member_ids)
                for number, skill in enumerate(skills)
                if (place + number) % 4
            ]
        )
        demands = [(0, 0, {"skill_id": skill.id, "level": "2"}) for skill in skills[:2]]
        line.write({"use_skills": True, "language_level": "1", "skill_ids": demands})
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("ANALYZE connect_skill_level")


def make_backlog(registry: Registry, line_id: int, count: int) -> None:
    """So many people more who wait on the line, younger than all others, with their rows of the ledger."""
    with registry.cursor() as cr:
        cr.execute(
            """
            WITH line AS (SELECT id, company_id FROM connect_line WHERE id = %(line)s),
            person AS (
                INSERT INTO res_partner (name, active, company_id, type)
                SELECT 'Waiting ' || n, TRUE, line.company_id, 'contact' FROM line, generate_series(1, %(count)s) n
                RETURNING id),
            request AS (
                INSERT INTO connect_request (line_id, partner_id, company_id, owner_id, kind, origin, state, seq,
                                             is_missed, opened_at, queued_at)
                SELECT line.id, person.id, line.company_id, line.company_id, 'message', 'portal', 'queued', 1, TRUE,
                       now() AT TIME ZONE 'UTC', (now() AT TIME ZONE 'UTC') + interval '1 day'
                  FROM line, person RETURNING *)
            INSERT INTO connect_decision (request_id, seq, line_id, company_id, code, at, changes)
            SELECT id, 1, line_id, company_id, 'opened', opened_at, to_jsonb(request) FROM request
            """,
            {"line": line_id, "count": count},
        )
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("ANALYZE connect_request")


def steady_load(registry: Registry, world: dict[str, Any]) -> dict[str, float]:
    """RATE requests/s for SECONDS s, at their times whatever the router does; from commit to assignment."""
    with registry.cursor() as cr:
        cr.execute("DELETE FROM connect_contact")
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        line = env["connect.line"].browse(world["line"])
        people = env["res.partner"].create(
            [{"name": f"Steady {number}", "company_id": line.company_id.id} for number in range(RATE * SECONDS)]
        )
        env["connect.line.connection"].create([{"line_id": line.id, "partner_id": person.id} for person in people])
        begin_conversations(env, line, people)
        all_free(cr)
        todo = list(enumerate(people.ids))
    committed: dict[int, float] = {}
    start, lock = time.time() + 0.5, threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not todo:
                    return
                number, person = todo.pop(0)
            time.sleep(max(0.0, start + number / RATE - time.time()))
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                open_directly(env, world["line"], [person])
                env["connect.dispatcher"]._after_commit(("line", world["line"]))
                cr.commit()
                committed[person] = time.time()

    threads = [threading.Thread(target=client) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.time() - start
    time.sleep(2)  # the last ones are still under way
    with registry.cursor() as cr:
        cr.execute(
            """SELECT partner_id, extract(epoch FROM assigned_at AT TIME ZONE 'UTC')::float FROM connect_request
                WHERE partner_id = ANY(%s) AND assigned_at IS NOT NULL""",
            [list(committed)],
        )
        waits = sorted(max(0.0, (at - committed[partner]) * 1000) for partner, at in cr.fetchall())
    assert len(waits) == RATE * SECONDS, "not everything was assigned"
    return {
        "rate": len(waits) / took,
        "p50": waits[len(waits) // 2],
        "p99": waits[int(len(waits) * 0.99)],
        "max": waits[-1],
    }


def main() -> None:
    registry = open_registry(with_modules=["im_livechat"])
    rows, skilled, world = [], [], {}
    for count in SIZES:
        world = prepare(registry, count)
        theirs, least, mine = stock(registry, world), bare(registry, count), ours(registry, world)
        rows.append(
            [count, f"{mine:.2f}", f"{theirs:.1f}", f"{theirs / mine:.0f}×", f"{least:.2f}", f"{mine / least:.1f}×"]
        )
        demand_skills(registry, world["line"])
        with_skills = ours(registry, world | {"people": world["people"][300:]})
        skilled.append([count, f"{mine:.2f}", f"{with_skills:.2f}", f"{with_skills / mine:.1f}×"])
    table(["specialists", "ours, ms", "stock, ms", "stock / ours", "bare claim, ms", "ours / bare"], rows)
    table(["specialists", "without skills, ms", "with skills, ms", "with / without"], skilled)
    world, rows, nobody = prepare(registry, 302), [], 0.0
    for number, count in enumerate(BACKLOGS):
        if count:
            make_backlog(registry, world["line"], count)
        mine = ours(registry, world | {"people": world["people"][300 * number :]}, drain=not count)
        nobody = nobody or mine
        rows.append([count, f"{mine:.2f}", f"{mine / nobody:.1f}×"])
    table(["waiting behind it", "ours, ms", "beside nobody"], rows)
    world = prepare(registry, 301)
    load = steady_load(registry, world)
    table(
        ["offered/s", "assigned/s", "p50, ms", "p99, ms", "max, ms"],
        [[RATE, *(f"{load[key]:.1f}" for key in ("rate", "p50", "p99", "max"))]],
    )


if __name__ == "__main__":
    main()
