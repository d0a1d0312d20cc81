"""A running Odoo, with its Asterisk: started, awaited until its login page answers, stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from . import addons, checks, config, database, paths, templates
from .say import Failure, say

READY_WITHIN = 120.0
STOP_WITHIN = 15.0
PR_SET_PDEATHSIG = 1
Settings = dict[str, object] | None


def run(port: int, name: str = paths.DATABASE) -> int:
    """`make run`: database, server, address; in the foreground until Ctrl-C."""
    checks.port(port)
    templates.ensure(name, addons.found())
    return serve(name, port, log=paths.LOGS / f"{name}.log")


def serve(name: str, port: int, log: Path | None = None) -> int:
    """A server on a database that is ready; returns when it ends or Ctrl-C is pressed. Without `log`, it logs here."""
    checks.port(port)
    process = start(name, port, log, preexec_fn=_die_with_parent)
    signal.signal(signal.SIGTERM, _interrupt)
    from . import voice  # needs the virtual environment, which `make stop` does without

    exchange: voice.Voice | None = None
    try:
        exchange = voice.start_if_possible(name)
        await_login(f"http://localhost:{port}", process)
        _greet(name, port, log)
        return process.wait()
    except KeyboardInterrupt:
        say("\nstopping …")
        return 0
    finally:
        if exchange:
            exchange.end()
        end(process)
        forget(name)


def start(
    name: str, port: int, log: Path | None, *, preexec_fn: Callable[[], None] | None = None, settings: Settings = None
) -> subprocess.Popen[bytes]:
    """Start Odoo on a database, with these settings besides odoo.conf's. A pidfile notes it, for `make stop`."""
    file = config.write(name, http_port=port, **(settings or {}))
    launcher = Path(os.environ["VIRTUAL_ENV"]) / "bin" / "odoo"
    command = [str(launcher), "server", "-c", str(file)]
    output = log.open("ab") if log else None
    process = subprocess.Popen(
        command,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=database.environment(name),
        cwd=paths.STATE,
        start_new_session=True,
        preexec_fn=preexec_fn,
    )
    pidfile(name).write_text(f"{process.pid} {_birth(process.pid)}")
    return process


def _die_with_parent() -> None:
    """Ask the kernel to end the server when we are killed without a chance to end it ourselves."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def await_login(base_url: str, process: subprocess.Popen[bytes], within: float = READY_WITHIN) -> None:
    """Wait until the login page answers. A server that dies first is reported at once."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"Odoo ended with code {process.returncode} before it answered; see its log in {paths.LOGS}.")
        try:
            with urllib.request.urlopen(f"{base_url}/web/login", timeout=30):
                return
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise Failure(f"{base_url}/web/login answers {error.code}: the log says why.") from error
        except OSError:
            pass
        time.sleep(0.1)
    raise Failure(f"Odoo did not answer on {base_url} within {within:.0f} s: its log says why.")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server we started: politely, then not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def stop_all() -> int:
    """End every server of this checkout that a pidfile names; says how many."""
    count = 0
    for file in paths.RUN.glob("*.pid") if paths.RUN.is_dir() else []:
        words = file.read_text().split()
        if len(words) == 2 and _birth(int(words[0])) == words[1]:
            _terminate(int(words[0]))
            count += 1
        file.unlink(missing_ok=True)
    return count


def pidfile(name: str) -> Path:
    """Holds the number of a server's process and when it began, so that a number used again is not mistaken."""
    return paths.RUN / f"{name}.pid"


def forget(name: str) -> None:
    """A server has ended in order: nothing of it is left for `make stop`."""
    pidfile(name).unlink(missing_ok=True)


def _birth(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return "gone"


def _terminate(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    while time.monotonic() < deadline:
        if _birth(pid) == "gone":
            return
        time.sleep(0.1)
    os.killpg(pid, signal.SIGKILL)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _greet(name: str, port: int, log: Path | None) -> None:
    took = time.time() - float(os.environ.get("CONNECT_BEGAN") or time.time())
    say(f"\nConnect is ready after {took:.0f} s:  http://localhost:{port}/odoo")
    for line in _logins():
        say(f"  {line}")
    say(f"Database {name}{f', log {log}' if log else ''}. Ctrl-C ends it; `make stop` ends PostgreSQL, too.\n")


def _logins() -> list[str]:
    """Demo logins: Odoo's administrator, and what our addons say in demo/LOGINS.txt, one line each."""
    lines = ["admin / admin (administrator)"]
    for folder in addons.found().values():
        file = folder / "demo" / "LOGINS.txt"
        if file.is_file():
            lines += [line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return lines
