"""Mirrors are read from both of apt's formats, as apt itself would read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import apt
from tools.say import Failure

ONE_LINE = """
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/a/key.gpg] http://one.example/debian bookworm main contrib
deb-src http://two.example/debian/ bookworm main   # with a comment
rpm http://three.example/debian bookworm main
"""
DEB822 = """
Types: deb
# between fields
URIs: http://four.example/debian
 https://five.example/debian
Suites: trixie

Types: deb
Enabled: no
URIs: http://off.example/debian

Types: deb
URIs: http://six.example/debian-security
"""


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CONNECT_DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_one_line_format() -> None:
    assert apt.from_one_line(ONE_LINE) == ["http://one.example/debian", "http://two.example/debian/"]


def test_deb822_format() -> None:
    found = apt.from_deb822(DEB822)
    assert found == ["http://four.example/debian", "https://five.example/debian", "http://six.example/debian-security"]


def test_whole_archives_come_before_others(etc: Path) -> None:
    (etc / "sources.list").write_text("deb http://extra.example/tools stable main\n" + ONE_LINE)
    (etc / "sources.list.d" / "debian.sources").write_text(DEB822)
    found = apt.mirrors(etc)
    assert found[0] == "http://one.example/debian"
    assert found[1] == "http://two.example/debian"  # without its closing slash
    assert found[-2:] == ["http://extra.example/tools", "http://six.example/debian-security"]


def test_the_environment_comes_first(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (etc / "sources.list").write_text(ONE_LINE)
    monkeypatch.setenv("CONNECT_DEBIAN_MIRROR", "http://mine.example/mirror/")
    assert apt.mirrors(etc)[0] == "http://mine.example/mirror"


def test_a_list_of_mirrors_in_a_file(etc: Path) -> None:
    (etc / "mirrors").write_text("http://first.example/debian\nhttp://second.example/debian\n")
    (etc / "sources.list").write_text(f"deb mirror+file:{etc}/mirrors bookworm main\n")
    assert apt.mirrors(etc) == ["http://first.example/debian"]


def test_disabled_files_are_not_read(etc: Path) -> None:
    (etc / "sources.list").write_text(ONE_LINE)
    (etc / "sources.list.d" / "old.list.disabled").write_text("deb http://old.example/debian sid main\n")
    assert "http://old.example/debian" not in apt.mirrors(etc)


def test_no_mirror_says_what_to_do(etc: Path) -> None:
    with pytest.raises(Failure, match="CONNECT_DEBIAN_MIRROR"):
        apt.mirrors(etc)
