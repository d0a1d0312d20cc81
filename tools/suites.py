"""`make test`: every test there is, on databases of their own, with nothing skipped.

Four suites, each one run of pytest:

* ``engine``: plain Python, ``<addon>/<package>/tests`` and ``tools/tests``; no database, no Odoo;
* ``addons``: ``<addon>/tests`` inside an Odoo registry, on a clone of the template, with HTTP and a browser;
* ``e2e``: ``tests/``, which start real servers themselves (tools/testing.py);
* ``voice``: ``tests/voice``, which start a real Asterisk besides, in a network of their own (tools/netns.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import addons, asterisk, chromium, config, database, paths, postgres, templates
from .say import Failure, say

VOICE = paths.ROOT / "tests" / "voice"
SUITES = ("engine", "addons", "e2e", "voice")
NOTHING_COLLECTED = 5
PROCESSES = 2  # for the addons' whole suite, each with a database of its own


def run(only: Iterable[str], rest: list[str]) -> int:
    """Run the suites; what is no path of a test goes to pytest. Ends with pytest's own closing lines."""
    chosen = [name for name in only if name]
    if unknown := set(chosen) - set(SUITES):
        raise Failure(f"There is no suite {', '.join(unknown)}: there are {', '.join(SUITES)}.")
    targets, extra = _split(rest)
    results: list[tuple[str, int, str]] = []
    for name in SUITES:
        places = _places(name, targets)
        if places and (not chosen or name in chosen):
            say(f"\n— {name}: {' '.join(map(str, places))}")
            results.append((name, *_suite(name, places, extra, narrowed=bool(rest))))
    return _conclude(results, narrowed=bool(rest))


def on_database(name: str, arguments: list[str]) -> int:
    """Tests of addons on a database that stays, for development: `tools dev --test`."""
    chromium.ensure()
    return _pytest([*_odoo_options(name), *arguments], _environment(name))[0]


def _conclude(results: list[tuple[str, int, str]], narrowed: bool) -> int:
    """The closing line of each suite once more, below each other. Nothing collected is an error, unless narrowed."""
    if not results:
        raise Failure("No test was found where you pointed: name files, or nothing for everything.")
    failed = [name for name, code, _line in results if code and not (narrowed and code == NOTHING_COLLECTED)]
    ran = any(code != NOTHING_COLLECTED for _name, code, _line in results)
    if len(results) > 1:
        say("")
        for name, code, line in results:
            print(f"{'FAILED' if code and name in failed else 'passed'} {name}", flush=True)
            print(line, flush=True)
    return 1 if failed or not ran else 0


def _split(rest: list[str]) -> tuple[list[str], list[str]]:
    """Paths of tests (`file.py::Class` too) and, apart, the options for pytest."""
    targets = [word for word in rest if not word.startswith("-") and Path(word.split("::")[0]).exists()]
    return targets, [word for word in rest if word not in targets and word != "--"]


def _places(suite: str, targets: list[str]) -> list[str]:
    """Where a suite's tests are; narrowed to the targets that belong to it."""
    if not targets:
        return [str(folder.relative_to(paths.ROOT)) for folder in folders(suite)]
    roots = folders(suite)
    chosen = []
    for target in targets:
        path = Path(target.split("::")[0]).resolve()
        if any(root == path or root in path.parents for root in roots):
            chosen.append(target)
        else:
            chosen += [str(root.relative_to(paths.ROOT)) for root in roots if path in root.parents]
    return chosen


def folders(suite: str) -> list[Path]:
    """The folders of tests a suite consists of, as far as they hold one."""
    ours = sorted(addons.found().values())
    if suite == "engine":
        found = [folder for addon in ours for folder in sorted(addon.glob("*/tests")) if folder.parent.name != "static"]
        found.append(paths.ROOT / "tools" / "tests")
    elif suite == "addons":
        found = [addon / "tests" for addon in ours]
    elif suite == "voice":
        found = [VOICE]
    else:
        found = [folder for folder in sorted((paths.ROOT / "tests").iterdir()) if folder.is_dir() and folder != VOICE]
        found += sorted((paths.ROOT / "tests").glob("test_*.py"))
        return [place for place in found if place.is_file() or any(place.rglob("test_*.py"))]
    return [folder for folder in found if any(folder.rglob("test_*.py"))]


def _suite(name: str, places: list[str], extra: list[str], narrowed: bool) -> tuple[int, str]:
    if name == "engine":
        return _pytest(["-p", "no:odoo", "-p", "tools.pytest_plain", *places, *extra], dict(os.environ))
    browser = chromium.ensure()
    say(f"  browser: {chromium.version(browser)}")
    if name in ("e2e", "voice"):
        template = templates.template(addons.found())
        env = {**os.environ, **postgres.start(), "CONNECT_TEMPLATE": template, "CONNECT_BROWSER": str(browser)}
        apart = []
        if name == "voice":
            asterisk.prefix()  # fetched out here: in there is no network to fetch it from
            apart = [sys.executable, "-m", "tools.netns"]
        return _pytest(["-p", "no:odoo", *places, *extra], env, apart)
    return _addons_suite(places, extra if narrowed else [*extra, "-n", str(PROCESSES), "--dist", "loadfile"])


def _addons_suite(places: list[str], extra: list[str]) -> tuple[int, str]:
    """On a clone that is dropped afterwards: a test that commits spoils nothing."""
    scratch = f"connect_test_{os.getpid()}"
    database.clone(templates.template(addons.found()), scratch)
    try:
        return _pytest([*_odoo_options(scratch), *places, *extra], _environment(scratch))
    finally:
        database.drop(scratch)


def _odoo_options(name: str) -> list[str]:
    file = config.write(name, workers=0, max_cron_threads=0, log_level="warn")
    return [f"--odoo-config={file}", f"--odoo-database={name}", "--odoo-http"]


def _environment(name: str) -> dict[str, str]:
    """createdb and dropdb on PATH are what pytest-xdist's workers clone their databases with."""
    env = database.environment(name)
    programs = postgres.programs()
    return {**env, "PATH": f"{env['PATH']}{os.pathsep}{programs}"} if programs else env


def _pytest(arguments: list[str], env: dict[str, str], apart: Sequence[str] = ()) -> tuple[int, str]:
    """One run of pytest, by way of ``apart``, shown as it goes; its exit code and its closing line."""
    color = ["--color=yes"] if sys.stdout.isatty() else []
    command = [*apart, sys.executable, "-m", "pytest", "-p", "tools.pytest_strict", *color, *arguments]
    last = ""
    with subprocess.Popen(
        command, cwd=paths.ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or []:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.rstrip("\n") if line.strip() else last
    return process.returncode, last
