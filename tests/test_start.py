"""The house stands: a server on a clone of the template answers, logs in, and serves the bus on the same port."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable

import websocket
from playwright.sync_api import Page, expect

from tools.testing import Server


def test_login_page_answers(server: Server) -> None:
    with urllib.request.urlopen(f"{server.base_url}/web/login") as answer:
        assert answer.status == 200


def test_backend_opens_without_console_errors(login: Callable[..., Page]) -> None:
    page = login("admin", url="/web/login")
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto("/odoo")
    expect(page.locator(".o_main_navbar")).to_be_visible(timeout=60_000)
    assert not errors


def test_websocket_is_on_the_port_of_the_page(server: Server) -> None:
    version = '["19.0-2"]'
    socket = websocket.create_connection(
        f"{server.websocket_url}?version={version}", origin=server.base_url, timeout=10
    )
    try:
        assert socket.connected
    finally:
        socket.close()


def test_russian_is_installed(server: Server) -> None:
    call = server.rpc("admin", "admin")
    assert call("res.lang", "search_count", [[["code", "=", "ru_RU"]]]) == 1


def test_a_killed_server_comes_back_with_its_data(server: Server) -> None:
    partner = server.rpc("admin", "admin")("res.partner", "create", [{"name": "Anna"}])
    server.kill()
    server.restart()
    assert server.rpc("admin", "admin")("res.partner", "read", [[partner], ["name"]])[0]["name"] == "Anna"
