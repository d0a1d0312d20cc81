"""Template databases per state of the code, so that a test or a newcomer has a full database within a second.

Two layers, so that a change of our code costs seconds and not the installation of Odoo:

* ``connect_base_<hash>`` holds Odoo's own addons that ours depend on, with demo data and Russian;
* ``connect_tpl_<hash>`` is a clone of it with our addons installed.

A template is made under another name and renamed when whole: what was interrupted is never mistaken for one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from . import addons, config, database, paths
from .say import step

KEEP = 4
LANGUAGE_OPTION = ("--load-language", paths.LANGUAGE)


def template(names: Iterable[str]) -> str:
    """The template with these addons of ours as their code is now; made when there is none."""
    wanted = addons.closure(names)
    below = base(wanted)
    if not wanted:
        return below
    hashes = addons.hashes(wanted)
    name = f"connect_tpl_{_digest(below, hashes)}"

    def build(unfinished: str) -> None:
        database.clone(below, unfinished)
        database.odoo(unfinished, "-i", ",".join(wanted), "--with-demo")
        database.make_assets(unfinished)

    _make(name, f"a template with {', '.join(wanted)}", build)
    return name


def base(names: Iterable[str]) -> str:
    """The template of Odoo's own addons that these need."""
    needed = addons.foreign(names)
    name = f"connect_base_{_digest(str(config.odoo_home()), needed, database.EXTENSIONS)}"

    def build(unfinished: str) -> None:
        database.create(unfinished)
        database.odoo(unfinished, "-i", ",".join(needed), "--with-demo", *LANGUAGE_OPTION)

    _make(name, f"a template with Odoo's own {', '.join(needed)}", build)
    return name


def ensure(name: str, names: Iterable[str]) -> None:
    """A database with these addons as their code is now: cloned when missing, updated when code has changed."""
    wanted = addons.closure(names)
    if database.exists(name):
        database.upgrade(name, wanted)
        return
    unfinished = f"{name}_new"
    database.clone(template(wanted), unfinished)
    database.note(unfinished, addons.hashes(wanted))
    database.rename(unfinished, name)


def _make(name: str, what: str, build: Callable[[str], None]) -> None:
    """Build a template under another name, rename it, close it to connections; the oldest of its kind goes."""
    with paths.locked(name, paths.RUN):
        if not database.exists(name):
            unfinished = f"{name}_new"
            with step(what):
                build(unfinished)
            database.rename(unfinished, name)
            with database.administration() as cursor:
                cursor.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true ALLOW_CONNECTIONS false')
            _tidy(name.rsplit("_", 1)[0])


def _tidy(kind: str) -> None:
    """Drop all but the newest templates of a kind (several people may share a cluster) and what dead tests left."""
    with database.administration() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY oid DESC")
        names = [row[0] for row in cursor.fetchall()]
    old = [name for name in names if re.fullmatch(rf"{kind}_[0-9a-f]{{10}}", name)][KEEP:]
    tests = [name for name in names if (match := re.match(r"connect_test_(\d+)", name)) and _dead(match[1])]
    for name in [*old, *tests]:
        database.drop(name)
        (paths.RUN / f".{name}.lock").unlink(missing_ok=True)


def _dead(pid: str) -> bool:
    return not Path("/proc", pid).exists()


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]
