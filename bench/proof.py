"""The proof of delivery over many requests: how long it takes and how much memory, beside a bare read of the same rows.

Each request has a life of six decisions: a wait, an answer, an end and a rating. One row is damaged behind the ledger's
back, and must be all that is found. ``bare``: COPY of both tables in the same run, thrown away: what it takes to get
the rows at all. Run: ``make bench ARGS=proof``, or ``ARGS="proof --requests=1000000"``.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from typing import Any

from _common import open_registry, table
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

REQUESTS = 100_000
AT_ONCE = 100_000  # requests made in one transaction
MOST_MEMORY = 200  # MiB more than before, however many requests there are

# what a life of six decisions writes: the request's columns at each step, beside its state
LIFE = """(VALUES
    (1, 'opened', 'queued', '{line_id,partner_id,company_id,kind,origin,opened_at,queued_at}'::text[], 0),
    (2, 'queued', 'queued', '{is_missed,missed_reason}', 1),
    (3, 'assigned', 'active', '{user_id,assigned_at}', 30),
    (4, 'first_reply', 'active', '{first_reply_at}', 45),
    (5, 'finished', 'closed', '{closed_at,close_reason,ask_rating}', 600),
    (6, 'rated', 'closed', '{rating}', 700)) AS step(seq, code, state, columns, after)"""


class Nowhere:
    """A file that keeps nothing and counts bytes."""

    size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)


def prepare(registry: Registry, count: int) -> int:
    """So many finished requests with their ledger; the id of the one that was damaged."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        company = env["res.company"].create({"name": "Bench proof"})
        line = env["connect.line"].create({"name": "Bench proof", "company_id": company.id})
        person = env["res.partner"].create({"name": "Person", "company_id": company.id})
        ids = {"line": line.id, "company": company.id, "person": person.id, "user": SUPERUSER_ID}
    for first in range(0, count, AT_ONCE):
        with registry.cursor() as cr:
            cr.execute(
                f"""
                WITH request AS (
                    INSERT INTO connect_request (
                        line_id, partner_id, company_id, owner_id, kind, origin, state, user_id, is_missed,
                        missed_reason, opened_at, queued_at, assigned_at, first_reply_at, closed_at, close_reason,
                        ask_rating, rating, seq)
                    SELECT %(line)s, %(person)s, %(company)s, %(company)s, 'message', 'portal', 'closed', %(user)s,
                           TRUE, 'no_agent', at, at, at + interval '30 seconds', at + interval '45 seconds',
                           at + interval '600 seconds', 'finished', TRUE, 5, 6
                      FROM generate_series(%(first)s, %(last)s) n,
                           LATERAL (SELECT timestamp '2026-01-01' + n * interval '10 seconds' AS at) came
                    RETURNING *)
                INSERT INTO connect_decision (request_id, seq, line_id, company_id, code, at, user_id, changes)
                SELECT request.id, step.seq, request.line_id, request.company_id, step.code,
                       request.opened_at + step.after * interval '1 second', request.user_id,
                       jsonb_build_object('state', step.state)
                       || (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(request))
                            WHERE key = ANY(step.columns))
                  FROM request CROSS JOIN {LIFE}
                """,
                {**ids, "first": first, "last": min(first + AT_ONCE, count) - 1},
            )
    with registry.cursor() as cr:
        cr.execute("SELECT id FROM connect_request WHERE line_id = %s ORDER BY id DESC LIMIT 1", [ids["line"]])
        damaged: int = cr.fetchone()[0]
        cr.execute("UPDATE connect_request SET rating = 1 WHERE id = %s", [damaged])
    with registry.cursor() as cr:
        cr.connection.commit()
        cr.connection.set_session(autocommit=True)
        cr.execute("VACUUM ANALYZE connect_request")
        cr.execute("VACUUM ANALYZE connect_decision")
    return damaged


def bare(registry: Registry) -> tuple[float, int]:
    """Seconds and bytes of a plain read of all rows that are compared."""
    sink = Nowhere()
    began = time.perf_counter()
    with registry.cursor() as cr:
        for name in ("connect_request", "connect_decision"):
            cr._obj.copy_expert(f"COPY {name} TO STDOUT", sink)
    return time.perf_counter() - began, sink.size


def peak() -> float:
    """MiB that this process has needed at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def prove(registry: Registry) -> tuple[Any, float, float]:
    """The proof, its seconds, and the MiB that it needed more than what had been needed before."""
    before, began = peak(), time.perf_counter()
    with registry.cursor() as cr:
        proof = api.Environment(cr, SUPERUSER_ID, {})["connect.proof"]._prove("weekly")
        kept = proof.read(["request_count", "decision_count", "findings"])[0]
    return kept, time.perf_counter() - began, peak() - before


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=REQUESTS)
    count: int = parser.parse_args().requests
    registry = open_registry()
    damaged = prepare(registry, count)
    bare(registry)  # the rows are in memory, for both
    least, size = bare(registry)
    kept, seconds, memory = prove(registry)
    table(
        ["requests", "decisions", "proof, s", "bare read, s", "proof / bare", "µs each", "memory, MiB", "read, MiB"],
        [
            [
                kept["request_count"],
                kept["decision_count"],
                f"{seconds:.1f}",
                f"{least:.1f}",
                f"{seconds / least:.1f}×",
                f"{seconds / kept['request_count'] * 1e6:.0f}",
                f"{memory:.0f}",
                f"{size / 2**20:.0f}",
            ]
        ],
    )
    found = [(kind, request_id) for kind, request_id, *_rest in kept["findings"]]
    if found != [("differs", damaged)] or memory > MOST_MEMORY:
        print(f"expected the damaged request {damaged} alone, and {MOST_MEMORY} MiB at most; found {found}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
