"""The commands. `python3 -m tools --help` lists them; the Makefile calls them."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

from . import checks, paths, postgres, venv
from .say import Failure, say

DEFAULT_PORT = 8069


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line and exit code 1."""
    os.environ.setdefault("CONNECT_BEGAN", str(time.time()))  # outlives the change into the virtual environment
    options, rest = _parser().parse_known_args(arguments)
    command: Callable[[argparse.Namespace, list[str]], int] = options.command
    try:
        checks.python()
        return command(options, rest)
    except Failure as failure:
        say(f"connect: {failure}")
    except KeyboardInterrupt:
        say("connect: interrupted; the same command goes on where it stopped")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tools", description="Connect's tools.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: object, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(command=command)
        return made

    add("setup", _setup, "fetch and install what is missing")
    run = add("run", _run, "start Connect with demo data, in the foreground")
    run.add_argument("--port", type=int, default=int(os.environ.get("CONNECT_PORT") or DEFAULT_PORT))
    run.add_argument("--db", default=paths.DATABASE)
    add("stop", _stop, "end our servers and PostgreSQL")
    add("test", _test, "run every test, or those named; more goes to pytest").add_argument(
        "--only", default="", help="engine, addons, e2e, voice; comma separated"
    )
    add("lint", _lint, "every check: style, types, Odoo's pitfalls, XML, JavaScript, the house's rules").add_argument(
        "--only", default="", help="names of checks, comma separated"
    )
    add("format", _format, "mend style and imports")
    add("bench", _bench, "run every benchmark, or those named").add_argument("names", nargs="*")
    add("i18n", _i18n, "export the terms to translate").add_argument("names", nargs="*", metavar="addon")
    lock = add("lock", _lock, "pin requirements*.in into requirements*.txt")
    lock.add_argument("--upgrade", action="store_true", help="to the newest versions that fit")
    add("repin", _repin, "print today's pins of Odoo's packages, verified")
    clean = add("clean", _clean, "remove .connect/: databases, files, logs")
    clean.add_argument("--cache", action="store_true", help="and the cache")
    _add_dev(add("dev", _dev, "a database of one's own: install, update, serve, test"))
    for name, text in (("shell", "Odoo's shell on a database"), ("psql", "psql on a database")):
        add(name, {"shell": _shell, "psql": _psql}[name], text).add_argument("--db", default=paths.DATABASE)
    add("env", _env, 'print the environment for a shell: eval "$(python3 -m tools env)"')
    return parser


def _add_dev(dev: argparse.ArgumentParser) -> None:
    dev.add_argument("--db", required=True, help="name of the database, e.g. dev_lines")
    dev.add_argument("--fresh", action="store_true", help="drop it first")
    dev.add_argument("-i", "--init", default="", help="addons to install, comma separated (with those they need)")
    dev.add_argument("-u", "--update", default="", help="addons to update even when unchanged")
    dev.add_argument("--port", type=int, default=0, help="serve on this port, in the foreground")
    dev.add_argument("--test", nargs="+", default=[], metavar="PATH", help="run these test files; more goes to pytest")


def _ready(dev: bool = False) -> None:
    checks.machine()
    venv.enter(dev)


def _setup(_options: argparse.Namespace, _rest: list[str]) -> int:
    _ready()
    postgres.start()
    say("ready: `make run` starts Connect")
    return 0


def _run(options: argparse.Namespace, _rest: list[str]) -> int:
    checks.port(options.port)
    _ready()
    from . import server

    return server.run(options.port, options.db)


def _stop(_options: argparse.Namespace, _rest: list[str]) -> int:
    from . import server

    count = server.stop_all()
    stopped = postgres.stop()
    say(f"stopped: {count} server(s){', PostgreSQL' if stopped else ''}" if count or stopped else "nothing was running")
    return 0


def _test(options: argparse.Namespace, rest: list[str]) -> int:
    _ready(dev=True)
    from . import suites

    return suites.run(options.only.split(","), rest)


def _lint(options: argparse.Namespace, _rest: list[str]) -> int:
    _ready(dev=True)
    from . import lint

    return lint.run([name for name in options.only.split(",") if name])


def _format(_options: argparse.Namespace, _rest: list[str]) -> int:
    _ready(dev=True)
    from . import lint

    return lint.mend()


def _bench(options: argparse.Namespace, rest: list[str]) -> int:
    _ready(dev=True)
    from . import bench

    return bench.run(options.names, rest)


def _i18n(options: argparse.Namespace, _rest: list[str]) -> int:
    _ready()
    from . import upkeep

    return upkeep.translate(options.names)


def _lock(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import upkeep

    return upkeep.lock(options.upgrade)


def _repin(_options: argparse.Namespace, _rest: list[str]) -> int:
    from . import upkeep

    return upkeep.repin()


def _clean(options: argparse.Namespace, _rest: list[str]) -> int:
    from . import upkeep

    return upkeep.clean(options.cache)


def _dev(options: argparse.Namespace, rest: list[str]) -> int:
    _ready(dev=bool(options.test))
    from . import dev

    return dev.run(options, rest)


def _shell(options: argparse.Namespace, rest: list[str]) -> int:
    _ready()
    from . import config, database

    postgres.start()
    launcher = f"{os.environ['VIRTUAL_ENV']}/bin/odoo"
    command = [launcher, "shell", "-c", str(config.write(options.db)), "--no-http", *rest]
    return subprocess.run(command, env=database.environment(options.db), check=False).returncode


def _psql(options: argparse.Namespace, rest: list[str]) -> int:
    env = postgres.start()
    beside = postgres.programs()
    program = str(beside / "psql") if beside and (beside / "psql").exists() else "psql"
    return subprocess.run([program, "-d", options.db, *rest], env={**os.environ, **env}, check=False).returncode


def _env(_options: argparse.Namespace, _rest: list[str]) -> int:
    for key, value in postgres.start().items():
        print(f"export {key}='{value}'")
    folder = venv.ensure()
    print(f"export VIRTUAL_ENV='{folder}'")
    print(f"export PATH='{folder / 'bin'}':\"$PATH\"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
