"""For end-to-end tests and benchmarks: a real Odoo process on a database of its own.

    with running_server() as server:
        server.base_url     # http://127.0.0.1:40123
        server.database     # a clone of the template with all our addons and the demo data
        server.dsn          # what psycopg2.connect(**server.dsn) takes
        server.rpc("admin", "admin")("res.partner", "search_count", [[]])

The database, its files and the process are gone when the block ends; the server's log stays in .connect/log/.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import addons, checks, chromium, database, paths, postgres, server, templates
from .say import Failure

_numbers = itertools.count(1)


@dataclass
class Server:
    """A running Odoo."""

    base_url: str
    database: str
    port: int
    gevent_port: int
    log: Path
    process: subprocess.Popen[bytes]
    options: dict[str, object]

    @property
    def environment(self) -> dict[str, str]:
        """For child processes that need the database (PGHOST, PGUSER, PGDATABASE …) or the server's own settings."""
        return database.environment(self.database)

    @property
    def dsn(self) -> dict[str, str]:
        """Arguments of psycopg2.connect."""
        env = postgres.environment()
        known = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        return {**{key: env[name] for key, name in known.items() if env.get(name)}, "dbname": self.database}

    @property
    def websocket_url(self) -> str:
        """Where the bus listens: the same port in threaded mode, the gevent port with workers."""
        return f"ws://127.0.0.1:{self.gevent_port if self.options.get('workers') else self.port}/websocket"

    def rpc(self, login: str, password: str) -> Callable[..., Any]:
        """A function `call(model, method, args=[], kwargs={})` in the name of a user, over JSON-RPC."""
        uid = self._jsonrpc("common", "login", [self.database, login, password])
        if not uid:
            raise PermissionError(f"{login} cannot log in")

        def call(model: str, method: str, args: list[Any] | None = None, kwargs: dict[str, Any] | None = None) -> Any:
            where = [self.database, uid, password, model, method]
            return self._jsonrpc("object", "execute_kw", [*where, args or [], kwargs or {}])

        return call

    def kill(self) -> None:
        """End it without warning, as a power cut would; `restart` brings it back."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """End it if it runs, and start it again on the same database and port."""
        server.end(self.process)
        self.process = server.start(self.database, self.port, self.log, settings=self.options)
        server.await_login(self.base_url, self.process)

    def _jsonrpc(self, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}).encode()
        request = urllib.request.Request(f"{self.base_url}/jsonrpc", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            read = json.load(answer)
        if "error" in read:
            data = read["error"].get("data", {})
            raise RuntimeError(f"{data.get('name', 'error')}: {data.get('message') or read['error']}")
        return read["result"]


@contextmanager
def running_server(*, names: list[str] | None = None, **options: object) -> Iterator[Server]:
    """Start Odoo on a fresh clone of the template with these addons (all by default).

    `options` are settings of odoo.conf, e.g. workers=2, max_cron_threads=1, proxy_mode=True. Cron is off unless asked
    for, so that nothing happens behind a test's back.
    """
    name = f"connect_test_{os.getpid()}_{next(_numbers)}"
    port, gevent_port = checks.free_port(), checks.free_port()
    settings: dict[str, object] = {
        "workers": 0,
        "max_cron_threads": 0,
        "http_interface": "127.0.0.1",
        "gevent_port": gevent_port,
        **options,
    }
    log = paths.LOGS / f"{name}.log"
    database.clone(templates.template(names if names is not None else addons.found()), name)
    process = server.start(name, port, log, settings=settings)
    running = Server(f"http://127.0.0.1:{port}", name, port, gevent_port, log, process, settings)
    try:
        server.await_login(running.base_url, process)
        yield running
    finally:
        server.end(running.process)
        server.forget(name)
        database.drop(name)


def browser_path() -> str:
    """The Chromium that Playwright is to drive: `playwright.chromium.launch(executable_path=browser_path())`."""
    found = chromium.find()
    if found is None:
        raise Failure("There is no Chromium: run the tests by `make test`, which fetches one, or set CONNECT_CHROMIUM.")
    return str(found)


# For calls and video in tests: a camera and a microphone that are always there, and permission to use them.
FAKE_MEDIA = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
