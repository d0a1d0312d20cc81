"""Databases on the cluster: copied, dropped, brought to the state of the code.

What code a database was last set up with is noted as its comment, which lives and dies with the database.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import addons, config, paths, postgres
from .say import Failure, say, step

if TYPE_CHECKING:
    import psycopg2.extensions


EXTENSIONS = ("pg_trgm",)  # those that Odoo puts into a database that it creates itself: parts of words are found by it


@contextmanager
def administration(database: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
    """A cursor on the maintenance database, outside transactions: what creates and drops databases needs that."""
    import psycopg2  # only the virtual environment has it
    from psycopg2 import errors

    env = postgres.start()
    try:
        connection = psycopg2.connect(
            host=env["PGHOST"],
            port=env.get("PGPORT") or 5432,
            user=env.get("PGUSER"),
            password=env.get("PGPASSWORD"),
            dbname=database,
        )
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Failure(f"No connection to PostgreSQL at {env['PGHOST']}: {reason}") from error
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    except errors.InsufficientPrivilege as error:
        raise Failure(f"PostgreSQL: {str(error).strip()}; the user needs the right to create databases.") from error
    finally:
        connection.close()


def exists(name: str) -> bool:
    """Whether a database of this name is there."""
    with administration() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def create(name: str) -> None:
    """An empty database for Odoo, whatever was there before."""
    drop(name)
    with administration() as cursor:
        cursor.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")
    with administration(name) as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def drop(name: str) -> None:
    """Drop a database with its files; nothing happens when there is none."""
    with administration() as cursor:
        cursor.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name])
        if (row := cursor.fetchone()) and row[0]:
            cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(paths.DATA / name, ignore_errors=True)
    (paths.RUN / f"{name}.conf").unlink(missing_ok=True)


def clone(source: str, target: str) -> None:
    """Copy a database that nobody uses, and its files as hard links: Odoo names files by content, never edits them."""
    drop(target)
    files = paths.DATA / source / "filestore" / source
    if files.is_dir():
        shutil.copytree(files, paths.DATA / target / "filestore" / target, copy_function=_link)
    with administration() as cursor:
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        cursor.execute("CHECKPOINT")  # else a crash before the next one would set the copied sequences back


def rename(source: str, target: str) -> None:
    """Give a database that nobody uses another name, its files first: a name that exists is whole."""
    shutil.rmtree(paths.DATA / target, ignore_errors=True)
    store = paths.DATA / source / "filestore"
    if (store / source).is_dir():
        (store / source).rename(store / target)
    if (paths.DATA / source).is_dir():
        (paths.DATA / source).rename(paths.DATA / target)
    with administration() as cursor:
        cursor.execute(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def noted(name: str) -> dict[str, str]:
    """The code hashes a database was last set up with."""
    with administration() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        row = cursor.fetchone()
    try:
        read = json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        read = {}
    return read if isinstance(read, dict) else {}


def note(name: str, hashes: dict[str, str]) -> None:
    """Write down what code a database was set up with."""
    with administration() as cursor:
        cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [json.dumps(hashes)])


def upgrade(name: str, wanted: list[str], forced: Iterable[str] = ()) -> None:
    """Install what a database has not, update what has changed since; nothing when all is as it was."""
    hashes, before = addons.hashes(wanted), noted(name)
    new = [addon for addon in wanted if addon not in before]
    changed = [addon for addon in wanted if addon in before and before[addon] != hashes[addon]]
    changed = list(dict.fromkeys([*changed, *(addon for addon in forced if addon in before)]))
    if not new and not changed:
        return
    # What an interrupted run has installed already is not noted: -u brings that to the code, too.
    options = ["-i", ",".join(new), "-u", ",".join([*new, *changed])]
    work = [f"{verb} {', '.join(which)}" for verb, which in (("installing", new), ("updating", changed)) if which]
    with step(f"database {name}: {'; '.join(work)}"):
        odoo(name, *options, "--with-demo")
        make_assets(name)
    note(name, {**before, **hashes})


def odoo(name: str, *options: str) -> None:
    """One run of Odoo on a database without a server: installs, updates. Fails on a traceback as on an exit code."""
    _odoo(name, "setup", "server", "--stop-after-init", *options)


def make_assets(name: str) -> None:
    """Build the bundles of scripts and styles now, not while the first visitor waits for his first page (12 s)."""
    work = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"
    _odoo(name, "assets", "shell", "--shell-interface=python", stdin=work)


def _odoo(name: str, what: str, command: str, *options: str, stdin: str = "") -> None:
    """Odoo tells some failures of data files by a log line alone, so lines of level ERROR and above fail the run."""
    log = paths.LOGS / f"{name}-{what}.log"
    launcher = Path(os.environ["VIRTUAL_ENV"]) / "bin" / "odoo"
    words = [str(launcher), command, "-c", str(config.write(name)), "--no-http", *options]
    env = environment(name)
    with log.open("w") as output:
        done = subprocess.run(
            words, input=stdin, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=paths.STATE, text=True
        )
    text = log.read_text(errors="replace")
    bad = [line for line in text.splitlines() if " ERROR " in line or " CRITICAL " in line]
    if done.returncode or bad:
        for line in text.splitlines()[-25:] if done.returncode else bad[:10]:
            say("    " + line)
        raise Failure(f"Odoo could not set up the database {name}: the lines above say why; the whole log is {log}.")


def environment(name: str) -> dict[str, str]:
    """What a process of Odoo for this database finds in its environment."""
    return {**os.environ, **postgres.environment(), "PGDATABASE": name, "PGAPPNAME": f"odoo {name}"[:60]}
