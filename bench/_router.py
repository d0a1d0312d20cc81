"""What the benchmarks of the router share: a line with its specialists and people, and a queue."""

from __future__ import annotations

from typing import Any

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

BACKLOGS = (0, 1000, 100_000)  # requests that wait behind those that are decided
SIZES = (50, 300, 2000)  # specialists


def make_specialists(env: Any, count: int) -> Any:
    """Users that are specialists; passwords are not set, nobody logs in."""
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


def all_free(cr: Any, most: int = 0) -> None:
    """Everybody is there and free; with ``most`` so many of each line, the others away."""
    cr.execute(
        """UPDATE connect_agent a SET last_seen = (clock_timestamp() AT TIME ZONE 'UTC') + interval '1 hour',
                  status_id = (SELECT id FROM connect_status
                                WHERE code = CASE WHEN %(most)s = 0 OR place <= %(most)s THEN 'free' ELSE 'away' END)
             FROM (SELECT user_id, row_number() OVER (PARTITION BY line_id ORDER BY user_id) AS place
                     FROM connect_line_member) seat
            WHERE seat.user_id = a.user_id""",
        {"most": most},
    )


def prepare(registry: Registry, count: int) -> dict[str, Any]:
    """A line with ``count`` specialists, and 1,000 recipients."""
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
        all_free(cr)
        answer = {"line": line.id, "users": users.ids, "people": people.ids}
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("ANALYZE")
    return answer


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
                                             is_missed, is_told, opened_at, queued_at)
                SELECT line.id, person.id, line.company_id, line.company_id, 'message', 'portal', 'queued', 1, TRUE,
                       TRUE, now() AT TIME ZONE 'UTC', (now() AT TIME ZONE 'UTC') + interval '1 day'
                  FROM line, person RETURNING *)
            INSERT INTO connect_decision (request_id, seq, line_id, company_id, code, at, changes)
            SELECT id, 1, line_id, company_id, 'opened', opened_at, to_jsonb(request) FROM request
            """,
            {"line": line_id, "count": count},
        )
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("VACUUM ANALYZE connect_request, connect_decision")
        cr.execute("CHECKPOINT")  # what making them has left to be written is no part of what is measured
