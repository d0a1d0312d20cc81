"""A real Odoo, a real Asterisk and the bridge between them, in a network of their own, for all tests of voice."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras
import pytest
import requests
from playwright.sync_api import Browser, Page

from tools import database, netns, voice
from tools.testing import Server, running_server

from .browsers import launched, logged_in, registered
from .sipp import Phone

ALPHA = {"nikiforov": 100002, "orlova": 100003, "kim": 100004}


class World:
    """What a test acts on: a person's telephone, specialists' telephones, verbs, and what is in the tables."""

    def __init__(self, server: Server, exchange: voice.Voice, folder: Path) -> None:
        self.server, self.voice, self.folder = server, exchange, folder
        self.admin = server.rpc("admin", "admin")
        self.phones: list[Phone] = []
        self.kept: set[str] = set()  # keys of calls that go on from test to test
        self.reconnect()

    def reconnect(self) -> None:
        self.connection = psycopg2.connect(**self.server.dsn)
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

    def await_call(self, key: str | None = None, within: float = 20, **expected: Any) -> dict[str, Any]:
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

    def await_row(self, query: str, *values: Any, within: float = 20) -> dict[str, Any]:
        """The first row of a query, once there is one."""
        deadline = time.monotonic() + within
        while not (rows := self.sql(query, *values)):
            assert time.monotonic() < deadline, f"nothing came of {query} {values}"
            time.sleep(0.05)
        return rows[0]

    def await_request(self, request_id: int, state: str) -> None:
        self.await_row("SELECT 1 FROM connect_request WHERE id = %s AND state = %s", request_id, state)

    def await_fact(self, call_id: int, name: str) -> None:
        self.await_row("SELECT 1 FROM connect_call_fact WHERE call_id = %s AND name = %s", call_id, name)

    def await_channels(self, names: set[str], within: float = 20) -> None:
        """These endpoints have a channel each, all in one bridge, and nobody else has."""
        deadline = time.monotonic() + within
        found: list[str] = []
        while time.monotonic() < deadline:
            channels = {each["id"]: each["name"].rpartition("-")[0] for each in self.channels()}
            found = sorted(channels.values())
            bridged = [sorted(channels.get(each, "") for each in bridge["channels"]) for bridge in self.ari("/bridges")]
            if found == sorted(names) and found in bridged:
                return
            time.sleep(0.05)
        raise AssertionError(f"expected {names}, there are {found}")

    def channels(self) -> list[dict[str, Any]]:
        """What there is in Asterisk, but a call that is to go on, and what only listens."""
        found = [each for each in self.ari("/channels") if each["id"].partition("-leg")[0] not in self.kept]
        return [each for each in found if not each["name"].startswith("Snoop/")]

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def download(self, login: int, path: str) -> bytes:
        """What a logged-in user's browser would get."""
        session = requests.Session()
        body = {"db": self.server.database, "login": str(login), "password": "demo"}
        answer = session.post(
            f"{self.server.base_url}/web/session/authenticate", json={"jsonrpc": "2.0", "params": body}, timeout=30
        )
        answer.raise_for_status()
        answer = session.get(self.server.base_url + path, timeout=30)
        answer.raise_for_status()
        return answer.content

    def ari(self, path: str, method: str = "GET") -> Any:
        credentials = base64.b64encode(f"connect:{self.voice.ari_password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.voice.ari_url}/ari{path}", headers={"Authorization": f"Basic {credentials}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def await_silence(self, within: float = 20) -> None:
        """Nothing is left: no channel, no bridge, no open call."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            left = self.sql("SELECT key, state FROM connect_call WHERE end_at IS NULL AND key <> ALL(%s)", [*self.kept])
            ours = {each["id"] for each in self.ari("/bridges") if each["id"].startswith("b-")}
            bridges = ours - {f"b-{key}" for key in self.kept}
            if not left and not self.channels() and not bridges:
                return
            time.sleep(0.1)
        raise AssertionError(f"left: {left}, {self.channels()}, {bridges}")

    def revive(self) -> None:
        """What a test has killed runs again, though the test failed before it could see to that."""
        exchange, bridge = self.voice.exchange, self.voice.bridge
        if self.server.process.poll() is not None:
            self.server.restart()
        if exchange and exchange.poll() is not None:
            self.voice.start_exchange()
        if bridge and bridge.poll() is not None:
            self.voice.start_bridge()
            _await_bridge(self, since=time.time())

    def clear(self) -> None:
        """Telephones off, calls hung up, specialists away, requests finished."""
        for phone in self.phones:
            phone.end()
        self.phones.clear()
        for channel in self.channels():
            with suppress(urllib.error.HTTPError):  # it went with the one before
                self.ari(f"/channels/{channel['id']}", "DELETE")
        for request in self.sql("SELECT id FROM connect_request WHERE state <> 'closed' AND kind = 'call'"):
            self.admin("connect.request", "finish", [[request["id"]]])
        self.sql(  # in the order in which the bridge takes them
            """UPDATE connect_agent SET status_id = (SELECT id FROM connect_status WHERE code = 'offline')
                WHERE id IN (SELECT id FROM connect_agent ORDER BY id FOR NO KEY UPDATE)"""
        )

    def set_status(self, login: object, code: str = "free") -> None:
        self.as_user(login)("connect.agent", "set_status", [code])


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with running_server(max_cron_threads=1) as server:
        with database.administration() as cursor:  # what the bridge has noted survives a crash, as in a company
            cursor.execute(f'ALTER DATABASE "{server.database}" SET synchronous_commit = on')
        exchange = voice.start(server.database, address=netns.ADDRESS, options=server.options)
        try:
            made = World(server, exchange, folder)
            _await_bridge(made)
            _prepare(made)
            yield made
        finally:
            exchange.end()


def _await_bridge(made: World, since: float = 0.0) -> None:
    """A bridge that was started after ``since`` (Unix time) is connected to Asterisk."""
    made.await_row(
        """SELECT 1 FROM connect_pbx WHERE version IS NOT NULL
              AND seen_at > greatest(to_timestamp(%s), now() - interval '10 s') AT TIME ZONE 'UTC'""",
        since,
        within=40,
    )


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
    _await_bridge(shared)
    yield shared
    shared.revive()
    shared.clear()
    shared.await_silence()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def nikiforov(calls: World, chromium: Browser) -> Iterator[Page]:
    """Nikiforov's screen, with his telephone connected."""
    with logged_in(calls, chromium, 100002) as page:
        registered(page)
        yield page
