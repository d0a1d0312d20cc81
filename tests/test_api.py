"""From outside: JSON-2 and XML-RPC, with bad input of every kind; a clear answer each, and nothing lost."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools.testing import Server, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


class Caller:
    """A user of the API, by either protocol."""

    def __init__(self, server: Server, login: str) -> None:
        self.server = server
        common = xmlrpc.client.ServerProxy(f"{server.base_url}/xmlrpc/2/common")
        self.uid = common.authenticate(server.database, login, "demo", {})
        self.object = xmlrpc.client.ServerProxy(f"{server.base_url}/xmlrpc/2/object")

    def __call__(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.object.execute_kw(self.server.database, self.uid, "demo", model, method, list(args), kwargs)


@pytest.fixture(scope="module")
def specialist(server: Server) -> Caller:
    return Caller(server, "100002")


@pytest.fixture(scope="module")
def anna(server: Server) -> Caller:
    return Caller(server, "200001")


@pytest.fixture(scope="module")
def hot(specialist: Caller) -> int:
    return int(specialist("connect.line", "search", [["name", "=", "Горячая линия 1С"]])[0])


def soon(ask: Callable[[], list[int]]) -> list[int]:
    """What is asked for, as soon as there is some: the router follows the commit."""
    for _attempt in range(50):
        if answer := ask():
            return answer
        time.sleep(0.1)
    return []


def test_the_whole_work_over_xmlrpc(specialist: Caller, anna: Caller, hot: int) -> None:
    """API-01: open, answer, finish, rate; no answer contains None, so the old marshaller takes them all."""
    specialist("connect.agent", "set_status", "free")
    opened = anna("connect.line", "open_request", [hot], body="По XML-RPC", idempotency_key="xml-1")
    again = anna("connect.line", "open_request", [hot], body="По XML-RPC", idempotency_key="xml-1")
    assert again["id"] == opened["id"]
    assert opened["id"] in soon(
        lambda: [request["id"] for request in specialist("connect.agent", "get_state")["active"]]
    )
    assert "Никифоров" in specialist("connect.request", "explain", [opened["id"]])["text"]
    assert specialist("connect.request", "finish", [opened["id"]], note="готово")["state"] == "closed"
    assert anna("connect.request", "rate", [opened["id"]], 5, "спасибо")["rating"] == 5
    assert specialist("connect.agent", "heartbeat")["status"] == "free"


def test_json2_with_a_key(server: Server, specialist: Caller, hot: int) -> None:
    """JSON-2: the same verbs with a bearer key; named arguments, HTTP status codes."""
    key = make_key(server, "100002")

    def call(model: str, method: str, **body: Any) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{server.base_url}/json/2/{model}/{method}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    assert call("connect.agent", "set_status", code="away")[1]["status"] == "away"
    status, refused = call("connect.agent", "set_status", code="talking")
    assert status == 422 and "Свободен" in refused["message"]
    for private in ("_switch", "_close_lost", "_recount"):
        assert call("connect.agent", private, ids=[1])[0] in (403, 404, 422)
    status, refused = call("connect.request", "start_work", line_id=hot, partner_id=10**8)
    assert status == 403 and "не из ваших" in refused["message"]


def make_key(server: Server, login: str) -> str:
    """An API key, made by the system as an administrator would have the user do it."""
    import subprocess
    import sys
    from pathlib import Path

    from tools import config

    script = (
        f"user = env['res.users'].search([('login', '=', '{login}')])\n"
        "import datetime\n"
        "key = env['res.users.apikeys'].with_user(user).sudo(False)._generate('rpc', 'test',"
        " datetime.datetime.now() + datetime.timedelta(days=1))\n"
        "env.cr.commit()\nprint('KEY=' + key)\n"
    )
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "odoo"), "shell", "-c", str(config.write(server.database)), "--no-http"],
        input=script,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split("KEY=")[1].split()[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "nonsense"}, "message, call, remote"),
        ({"body": "я" * 1_000_000}, "65536"),
        ({"recipient_id": 10**8}, "не из ваших"),
    ],
)
def test_bad_input_is_told_clearly(anna: Caller, hot: int, arguments: dict[str, Any], words: str) -> None:
    """The error says what to do, in the user's language; nothing is opened."""
    before = anna("connect.request", "search_count", [])
    with pytest.raises(xmlrpc.client.Fault) as refused:
        anna("connect.line", "open_request", [hot], **arguments)
    assert words in refused.value.faultString.replace("\xa0", "").replace(" ", "" if words == "65536" else " ")
    assert "Traceback" not in refused.value.faultString
    assert anna("connect.request", "search_count", []) == before


def test_closed_line_and_expired_connection(server: Server, anna: Caller, hot: int) -> None:
    """ROU-33, LIN-20, LIN-21: refused with the reason; open again, everything works."""
    admin = Caller(server, "100001")
    connection = admin(
        "connect.line.connection", "search", [["line_id", "=", hot], ["partner_id.name", "=", "Иванова Анна"]]
    )
    for model, ids, closed, opened in (
        (
            "connect.line.connection",
            connection,
            {"date_start": "2020-01-01", "date_end": "2020-12-31"},
            {"date_start": False, "date_end": False},
        ),
        ("connect.line", [hot], {"date_end": "2020-12-31"}, {"date_end": False}),
    ):
        admin(model, "write", ids, closed)
        with pytest.raises(xmlrpc.client.Fault) as refused:
            anna("connect.line", "open_request", [hot])
        assert "31.12.2020" in refused.value.faultString, model
        admin(model, "write", ids, opened)
    assert anna("connect.line", "open_request", [hot])["id"]


def test_rows_cannot_be_written_around_the_verbs(specialist: Caller, anna: Caller, hot: int) -> None:
    """Decision 11: create, write and unlink on the router's own tables are refused for everybody."""
    opened = anna("connect.line", "open_request", [hot])
    for caller in (specialist, anna):
        for method, arguments in (("write", [[opened["id"]], {"state": "closed"}]), ("unlink", [[opened["id"]]])):
            with pytest.raises(xmlrpc.client.Fault) as refused:
                caller("connect.request", method, *arguments)
            assert refused.value.faultCode in (3, 4)


def test_tickets_over_xmlrpc(specialist: Caller, anna: Caller, hot: int) -> None:
    """LIN-55..57, API-03: filed once per key, by the person and for her; worked on by the specialist alone."""
    topic = specialist("connect.topic", "search", [["name", "=", "Бухгалтерия и отчётность"]])[0]
    details = {"situation": "Закрываем месяц", "desired_result": "Найти разницу"}
    filed = anna("connect.ticket", "submit", hot, "other", topic, "Не сходится", details, idempotency_key="crm-1")
    assert len(filed["name"]) == 6 and filed["stage"] == "Новая"
    again = anna("connect.ticket", "submit", hot, "other", topic, "Не сходится", details, idempotency_key="crm-1")
    assert again == filed
    for arguments, words in (
        ((hot, "other", topic, "Без подробностей"), "Ситуация, Желаемый результат"),
        ((hot, "nonsense", topic, "Тип"), "incident, other, wish"),
        ((10**8, "other", topic, "Чужая линия", details), "не из ваших"),
    ):
        with pytest.raises(xmlrpc.client.Fault) as refused:
            anna("connect.ticket", "submit", *arguments)
        assert words in refused.value.faultString
    [person] = specialist("connect.ticket", "read", [filed["id"]], ["partner_id"])
    own = specialist(
        "connect.ticket", "submit", hot, "other", topic, "По телефону", details, recipient_id=person["partner_id"][0]
    )
    assert int(own["name"]) == int(filed["name"]) + 1
    work = specialist("connect.ticket.stage", "search", [["kind", "=", "work"], ["process", "=", "service"]])[0]
    assert specialist("connect.ticket", "write", [own["id"]], {"stage_id": work})
    for caller, values in ((anna, {"stage_id": work}), (specialist, {"name": "000777"})):
        with pytest.raises(xmlrpc.client.Fault):
            caller("connect.ticket", "write", [own["id"]], values)
