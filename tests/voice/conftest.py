"""A real Odoo, a real Asterisk and the bridge between them, in a network of their own, for all tests of voice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras
import pytest

from tools import netns, voice
from tools.testing import Server, running_server

from .sipp import Phone

ALPHA = {"nikiforov": 100002, "orlova": 100003, "kim": 100004}


class World:
    """What a test acts on: a person's telephone, specialists' telephones, verbs, and what is in the tables."""

    def __init__(self, server: Server, exchange: voice.Voice, folder: Path) -> None:
        self.server, self.voice, self.folder = server, exchange, folder
        self.admin = server.rpc("admin", "admin")
        self.phones: list[Phone] = []
        self.connection = psycopg2.connect(**server.dsn)
        self.connection.autocommit = True

    def sql(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cr:
            cr.execute(query, values)
            return [dict(row) for row in cr.fetchall()] if cr.description else []

    def phone(self, login: str, tone: int = 440, *, registered: bool = True) -> Phone:
        """The desk telephone of an employee or a recipient, by login."""
        row = self.sql(
            """SELECT x.sip_user, x.sip_secret FROM connect_extension x LEFT JOIN res_users u
                   ON u.id = x.user_id OR u.partner_id = x.partner_id WHERE u.login = %s""",
            str(login),
        )[0]
        server = f"{self.voice.address}:{self.voice.ports['sip_port']}"
        phone = Phone(row["sip_user"], row["sip_secret"], server, self.voice.address, self.folder, tone)
        self.phones.append(phone)
        if registered:
            phone.register()
        return phone

    def as_user(self, login: object) -> Callable[..., Any]:
        return self.server.rpc(str(login), "demo")

    def last_call(self) -> dict[str, Any]:
        return self.sql("SELECT * FROM connect_call ORDER BY id DESC LIMIT 1")[0]

    def await_call(self, key: str | None = None, within: float = 10, **expected: Any) -> dict[str, Any]:
        """The latest call, or that of ``key``, once its columns are as expected."""
        deadline, row = time.monotonic() + within, {}
        while time.monotonic() < deadline:
            rows = self.sql(
                "SELECT * FROM connect_call WHERE %s::text IS NULL OR key = %s ORDER BY id DESC LIMIT 1", key, key
            )
            row = rows[0] if rows else {}
            if row and all(row[name] == value for name, value in expected.items()):
                return row
            time.sleep(0.05)
        raise AssertionError(f"expected {expected}, the call is {row}; facts: {self.facts(row.get('id'))}")

    def facts(self, call_id: int | None) -> list[str]:
        return [
            row["name"]
            for row in self.sql("SELECT name FROM connect_call_fact WHERE call_id = %s ORDER BY id", call_id)
        ]

    def channels(self) -> int:
        """Channels that are left in Asterisk."""
        return len(self.ari("/channels"))

    def ari(self, path: str) -> Any:
        import base64
        import json
        import urllib.request

        credentials = base64.b64encode(f"connect:{self.voice.ari_password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.voice.ari_url}/ari{path}", headers={"Authorization": f"Basic {credentials}"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def await_silence(self, within: float = 10) -> None:
        """Nothing is left: no channel, no bridge, no open call."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            left = self.sql("SELECT key, state FROM connect_call WHERE end_at IS NULL")
            if not left and not self.ari("/channels") and not self.ari("/bridges"):
                return
            time.sleep(0.1)
        raise AssertionError(f"left: {left}, {self.ari('/channels')}, {self.ari('/bridges')}")

    def set_status(self, login: object, code: str = "free") -> None:
        self.as_user(login)("connect.agent", "set_status", [code])


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with running_server(max_cron_threads=1) as server:
        exchange = voice.start(server.database, address=netns.ADDRESS, options=server.options)
        try:
            made = World(server, exchange, folder)
            _await_bridge(made)
            _prepare(made)
            yield made
        finally:
            exchange.end()


def _await_bridge(made: World) -> None:
    deadline = time.monotonic() + 30
    while not made.sql(
        "SELECT 1 FROM connect_pbx WHERE version IS NOT NULL AND seen_at > now() AT TIME ZONE 'UTC' - interval '10 s'"
    ):
        assert time.monotonic() < deadline, "the bridge did not connect"
        time.sleep(0.1)


def _prepare(made: World) -> None:
    """The recipient Ivanova gets a telephone on her desk; SIPp knows no browser."""
    partner = made.sql("SELECT partner_id, company_id FROM res_users WHERE login = '200001'")[0]
    made.admin(
        "connect.extension",
        "create",
        [{"partner_id": partner["partner_id"], "company_id": partner["company_id"], "has_phone": True}],
    )


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("voice")) as made:
        yield made


@pytest.fixture
def calls(shared: World) -> Iterator[World]:
    """The shared world, silent before and after; specialists are offline until a test says otherwise."""
    yield shared
    for phone in shared.phones:
        phone.end()
    shared.phones.clear()
    shared.await_silence(30)
