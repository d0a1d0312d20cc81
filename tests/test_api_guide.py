"""The guide for integrators does what it says: its examples run, in their order, against a real server."""

from __future__ import annotations

import json
import os
import re
import shlex
import urllib.request
from typing import Any

import pytest

from tools import paths
from tools.testing import Server

from .test_api import make_keys

GUIDE = paths.ROOT / "docs" / "api.md"
USERS = {"ADMIN": "100001", "SPECIALIST": "100002", "VENDOR": "100021", "DISTRIBUTOR": "100031"}


def examples(language: str) -> list[tuple[int, str]]:
    """Line and source of each example."""
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, block.start(1)), block[1]) for block in blocks]


@pytest.fixture
def guided(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the guide presumes."""
    keys = dict(zip(USERS, make_keys(server, *USERS.values()), strict=True))
    values = {"URL": server.base_url, "DATABASE": server.database, **{f"{who}_KEY": key for who, key in keys.items()}}
    for name, value in values.items():
        monkeypatch.setenv(f"CONNECT_{name}", value)


@pytest.mark.usefixtures("guided")
def test_the_examples_run() -> None:
    """API-01, API-03: from the first client to finished work, copied from the page."""
    found = examples("python")
    assert len(found) > 15, "the guide has lost its examples"
    names: dict[str, Any] = {}
    for line, source in found:
        # as many lines above as in the guide, so that a failure names its line there
        exec(compile("\n" * line + source, str(GUIDE), "exec"), names)


@pytest.mark.usefixtures("guided")
def test_the_call_from_a_shell() -> None:
    """The very request of the example, sent without curl, which not every machine has."""
    [(_line, source)] = examples("sh")
    command, silent, url, *options = (os.path.expandvars(word) for word in shlex.split(source.replace("\\\n", " ")))
    assert (command, silent) == ("curl", "-s")
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    [body] = [value for option, value in given if option == "-d"]
    assert len(headers) + 1 == len(given), "an option that this test does not know"
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as answer:
        assert "Горячая линия 1С" in [line["name"] for line in json.load(answer)]
