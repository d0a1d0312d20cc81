"""What cannot work says so in one line that tells the way out."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tools import checks, odoo, paths
from tools.__main__ import main
from tools.say import Failure


def test_an_old_python_is_named() -> None:
    with pytest.raises(Failure, match=r"3\.11 or newer.*3\.9\.2.*PYTHON="):
        checks.python((3, 9, 2))
    checks.python((3, 11, 2))


def test_a_taken_port_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert main(["run", "--port", str(number)]) == 1
    told = capsys.readouterr().err.strip()
    assert told.count("\n") == 0
    assert f"Port {number} is taken" in told
    assert f"PORT={number + 1}" in told


def test_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--port", "70000"]) == 1
    assert "no port" in capsys.readouterr().err


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "CACHE", tmp_path / "not" / "there")
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 10_000_000})())
    with pytest.raises(Failure, match=r"0\.0 GB free.*CONNECT_CACHE"):
        checks.disk()


def test_a_wrong_odoo_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONNECT_ODOO", str(tmp_path))
    with pytest.raises(Failure, match=r"no odoo/release\.py"):
        odoo.home()
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(Failure, match=r"is Odoo 18\.0"):
        odoo.home()


def test_a_named_odoo_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    for name in (tmp_path, tmp_path / "odoo"):
        monkeypatch.setenv("CONNECT_ODOO", str(name))
        assert odoo.home() == tmp_path
