"""Downloads against a server of our own: verified, resumed, tried again, refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools import fetch
from tools.pins import Pin
from tools.say import Failure

BODY = bytes(range(256)) * 4000
GOOD = hashlib.sha256(BODY).hexdigest()


class Mirror(ThreadingHTTPServer):
    """Serves BODY under every address but /gone; knows ranges; may break off its first answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ranges: list[str | None] = []
        self.breaks = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        if self.path.startswith("/gone"):
            self.send_error(404)
            return
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        if self.server.breaks:
            self.server.breaks -= 1
            self.wfile.write(BODY[start : start + 100_000])
            return
        self.wfile.write(BODY[start:])

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with Mirror() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def pin(sha256: str = GOOD, path: str = "pool/thing_1_all.deb") -> Pin:
    return Pin("sid", path, len(BODY), sha256)


def test_a_verified_file_is_kept_and_not_fetched_again(mirror: Mirror, tmp_path: Path) -> None:
    for _time in range(2):
        assert fetch.pinned(pin(), [mirror.url], tmp_path).read_bytes() == BODY
    assert len(mirror.ranges) == 1


def test_a_wrong_digest_is_refused_and_leaves_nothing(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="refused"):
        fetch.pinned(pin("0" * 64), [mirror.url], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_in_the_cache_is_fetched_anew(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / pin().name).write_bytes(b"x" * len(BODY))
    assert fetch.pinned(pin(), [mirror.url], tmp_path).read_bytes() == BODY


def test_an_interrupted_download_goes_on(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / f"{pin().name}.part").write_bytes(BODY[:1000])
    assert fetch.pinned(pin(), [mirror.url], tmp_path).read_bytes() == BODY
    assert mirror.ranges == ["bytes=1000-"]


def test_a_broken_connection_is_resumed(mirror: Mirror, tmp_path: Path) -> None:
    mirror.breaks = 2
    assert fetch.pinned(pin(), [mirror.url], tmp_path).read_bytes() == BODY
    assert mirror.ranges == [None, "bytes=100000-", "bytes=200000-"]


def test_the_next_mirror_is_asked(mirror: Mirror, tmp_path: Path) -> None:
    mirrors = [f"{mirror.url}/gone", "http://127.0.0.1:9", mirror.url]
    assert fetch.pinned(pin(), mirrors, tmp_path).read_bytes() == BODY


def test_a_file_that_left_the_pool_is_told_apart_from_a_dead_network(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(fetch.Gone, match="404"):
        fetch.pinned(pin(), [f"{mirror.url}/gone"], tmp_path)
    with pytest.raises(Failure) as caught:
        fetch.pinned(pin(), ["http://127.0.0.1:9"], tmp_path)
    assert not isinstance(caught.value, fetch.Gone)
    assert "check the network" in str(caught.value)


def test_the_npm_registry_is_the_configured_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://npm.example/")
    assert fetch.npm_registry() == "http://npm.example"
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Failure, match="NPM_CONFIG_REGISTRY"):
        fetch.npm_registry()
    (tmp_path / ".npmrc").write_text("fund=false\nregistry = http://file.example/npm/\n")
    assert fetch.npm_registry() == "http://file.example/npm"
