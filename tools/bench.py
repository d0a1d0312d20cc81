"""`make bench`: every benchmark, each on a clone of the template of its own.

A benchmark is a program `bench/<name>.py`. It finds the database in PGHOST, PGUSER and PGDATABASE, the configuration
of Odoo in ODOO_RC, and may start servers by tools/testing.py. It prints what it measured, beside the peer or the limit
it measures against in the same run, and ends with 0 when it keeps its promise.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import addons, config, database, paths, templates
from .say import Failure, say


def run(names: list[str], rest: list[str]) -> int:
    """Run these benchmarks, or all; 1 when one fails."""
    known = {file.stem: file for file in sorted((paths.ROOT / "bench").glob("*.py")) if not file.stem.startswith("_")}
    if unknown := set(names) - set(known):
        raise Failure(f"There is no benchmark {', '.join(unknown)}: there are {', '.join(known) or 'none'}.")
    failed = [name for name, file in known.items() if (not names or name in names) and _one(file, rest)]
    if failed:
        say(f"connect: {', '.join(failed)} did not keep the promise")
    return 1 if failed else 0


def _one(file: Path, rest: list[str]) -> int:
    say(f"\n— {file.stem}")
    scratch = f"connect_test_{os.getpid()}_{file.stem}"
    database.clone(templates.template(addons.found()), scratch)
    env = {**database.environment(scratch), "ODOO_RC": str(config.write(scratch)), "PYTHONPATH": str(paths.ROOT)}
    try:
        return subprocess.run([sys.executable, str(file), *rest], cwd=paths.ROOT, env=env, check=False).returncode
    finally:
        database.drop(scratch)
