"""Proof of delivery: many processes, real commits, and crashes in the middle (ROU-12, ROU-13, ROU-21, ROU-32)."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tools import config, database, paths, postgres

from . import audit

TEMPLATE = os.environ.get("CONNECT_TEMPLATE", "")
CAPACITY = 5


@contextmanager
def fresh_database() -> Iterator[str]:
    """A clone of the template that waits for the disk at each commit: a crash may lose nothing that was promised."""
    name = f"connect_delivery_{os.getpid()}"
    database.clone(TEMPLATE, name)
    with database.administration() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    try:
        yield name
    finally:
        database.drop(name)


def start_fleet(name: str, journal: Path, **options: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.delivery.fleet", "--database", name, "--journal", str(journal)]
    command += ["--config", str(config.write(name, workers=0, max_cron_threads=0, log_level="error", db_maxconn=16))]
    for option, value in options.items():
        command += [f"--{option}", str(value)]
    return subprocess.Popen(command, cwd=paths.ROOT, env=database.environment(name), start_new_session=True)


def promises(journal: Path) -> list[dict[str, Any]]:
    entries = []
    for file in journal.glob("*.jsonl"):
        entries += [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]
    return entries


def ledger(name: str, lines: list[int]) -> list[audit.Step]:
    environment = postgres.environment()
    connection = psycopg2.connect(
        host=environment["PGHOST"], port=environment.get("PGPORT") or 5432, user=environment.get("PGUSER"), dbname=name
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """SELECT request_id, seq, line_id, code, extract(epoch FROM at)::float, user_id,
                      extract(epoch FROM (changes ->> 'queued_at')::timestamp)::float, (pool_seen ->> 'at')::float
                 FROM connect_decision WHERE line_id = ANY(%s) ORDER BY id""",
            [lines],
        )
        steps = [audit.Step._make(row) for row in cursor.fetchall()]
    connection.close()
    return steps


def skills_of(world: dict[str, Any], accepted: list[dict[str, Any]]) -> dict[int, audit.Skills]:
    """By line, what its requests demand of whom, in the audit's words."""
    told = world["skills"]
    by_person = {person: dict(levels) for person, levels in told["demanded"]}
    known = {user: dict(levels) for user, levels in told["known"]}
    demanded = {entry["request"]: by_person[entry["person"]] for entry in accepted}
    return {told["line"]: audit.Skills(known, demanded, told["lower_after"], told["prefer_after"])}


def await_promises(journal: Path, count: int, fleet: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 1200
    while len(promises(journal)) < count:
        assert fleet.poll() is None, why_failed(journal)
        assert time.monotonic() < deadline, f"only {len(promises(journal))} of {count} requests were accepted"
        time.sleep(0.3)


def why_failed(journal: Path) -> str:
    """What the process that failed has left; without it, its own output says it."""
    left = journal / "failed.txt"
    return left.read_text() if left.exists() else "the fleet ended early"


def judge(name: str, journal: Path, requests: int) -> None:
    """None lost, none doubled, no capacity passed, first come first served but for skills; the ledger rebuilds every
    row."""
    accepted = promises(journal)
    world = json.loads((journal / "world.json").read_text())
    assert len({entry["person"] for entry in accepted}) == requests == len({entry["request"] for entry in accepted})
    steps = ledger(name, world["lines"])
    opened = [step for step in steps if step.code in ("opened", "started") and step.seq == 1]
    finished = {step.request for step in steps if step.code == "finished"}
    assert {entry["request"] for entry in accepted} <= {step.request for step in opened}
    assert {step.request for step in opened} == finished, "a request never reached its end"
    assert len(finished) == sum(step.code == "finished" for step in steps), "a request ended twice"
    assert audit.over_capacity(steps, CAPACITY) == []
    seen_at = {entry["request"]: entry["at"] for entry in accepted}
    assert audit.overtaken(steps, seen_at, skills_of(world, accepted)) == []
    skilled = [line for line, audited in skills_of(world, accepted).items() if audit.overtaken(steps, seen_at)]
    assert skilled, "nobody was passed because of a skill: the audit of skills had nothing to find"
    assert json.loads((journal / "verified.json").read_text()) == []


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    folder = tmp_path / "journal"
    folder.mkdir()
    return folder


def test_sixteen_workers_deliver_every_request_through_kills_and_a_database_crash(journal: Path) -> None:
    """ROU-12, ROU-32: 16 processes, 10,000 requests, 50 specialists whose statuses flip; workers die by ``kill -9`` in
    the middle, PostgreSQL dies and comes back; nothing of what was promised is lost, doubled or out of order."""
    requests = 10_000
    with fresh_database() as name:
        fleet = start_fleet(name, journal, requests=requests, agents=50, workers=16)
        try:
            rng = random.Random(19)
            for share in (0.1, 0.2, 0.3, 0.4):
                await_promises(journal, int(requests * share), fleet)
                for victim in rng.sample((journal / "pids").read_text().split(), 2):
                    os.kill(int(victim), signal.SIGKILL)
            await_promises(journal, requests // 2, fleet)
            postgres.crash()
            assert fleet.wait(timeout=1500) == 0, why_failed(journal)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(fleet.pid, signal.SIGKILL)  # one that has failed leaves workers, who would go on for ever
        judge(name, journal, requests)
