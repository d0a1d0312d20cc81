"""One routing decision, with its ledger row and its commit, beside stock live chat and the bare claim.

Peers, measured in the same run on the same database:

* ``stock``: ``im_livechat.channel._get_operator`` with as many operators online. It writes nothing and locks nothing.
* ``bare``: one UPDATE of a table of specialists with SKIP LOCKED, one row of a ledger, the commit; no rules, no queue.

Then the same decision on a line that demands skills and languages, and with many requests waiting. The way from a
commit to the assignment is in ``assignment.py``. Run: ``make bench ARGS=decision``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from _common import open_registry, table
from _router import BACKLOGS, SIZES, make_backlog, open_directly, prepare
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry


def milliseconds(work: Callable[[], Any], rounds: int) -> float:
    """Median of the time that ``work`` takes."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def prepare_peers(registry: Registry, world: dict[str, Any], count: int) -> None:
    """A channel of stock's and the bare table with the same specialists."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        channel = env["im_livechat.channel"].create({"name": f"Bench {count}", "user_ids": [(6, 0, world["users"])]})
        env["mail.presence"].create([{"user_id": user_id, "status": "online"} for user_id in world["users"]])
        cr.execute("CREATE TABLE IF NOT EXISTS bare_specialist (id int PRIMARY KEY, pool int, load int, free bool)")
        cr.execute("CREATE TABLE IF NOT EXISTS bare_ledger (id serial PRIMARY KEY, specialist int, at timestamptz)")
        cr.execute("INSERT INTO bare_specialist SELECT id, %s, 0, TRUE FROM unnest(%s) id", [count, world["users"]])
        world["channel"] = channel.id


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


def main() -> None:
    registry = open_registry(with_modules=["im_livechat"])
    rows, skilled, world = [], [], {}
    for count in SIZES:
        world = prepare(registry, count)
        prepare_peers(registry, world, count)
        theirs, least, mine = stock(registry, world), bare(registry, count), ours(registry, world)
        rows.append(
            [
                count,
                f"{mine:.2f}",
                f"{theirs:.1f}",
                f"{theirs / mine:.0f}×",
                f"{least:.2f}",
                f"{mine / least:.1f}×",
                f"{1000 / mine:.0f}",
            ]
        )
        demand_skills(registry, world["line"])
        with_skills = ours(registry, world | {"people": world["people"][300:]})
        skilled.append([count, f"{mine:.2f}", f"{with_skills:.2f}", f"{with_skills / mine:.1f}×"])
    table(
        ["specialists", "ours, ms", "stock, ms", "stock / ours", "bare claim, ms", "ours / bare", "ours a second"], rows
    )
    table(["specialists", "without skills, ms", "with skills, ms", "with / without"], skilled)
    world, rows, nobody = prepare(registry, 302), [], 0.0
    for number, count in enumerate(BACKLOGS):
        if count:
            make_backlog(registry, world["line"], count)
        mine = ours(registry, world | {"people": world["people"][300 * number :]}, drain=not count)
        nobody = nobody or mine
        rows.append([count, f"{mine:.2f}", f"{mine / nobody:.1f}×"])
    table(["waiting behind it", "ours, ms", "beside nobody"], rows)


if __name__ == "__main__":
    main()
