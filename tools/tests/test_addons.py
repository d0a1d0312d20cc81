"""Addons are found, ordered and fingerprinted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import addons
from tools.say import Failure


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for place, depends in (
        ("connect_lines", ["mail"]),
        ("connect_routing", ["connect_lines"]),
        ("addons/connect_sms", ["connect_routing", "sms"]),
    ):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        (folder / "__manifest__.py").write_text(repr({"name": place, "depends": depends}))
    off = tmp_path / "addons" / "off"
    off.mkdir()
    (off / "__manifest__.py").write_text("{'installable': False}")
    return tmp_path


def test_found_in_both_folders_unless_not_installable(house: Path) -> None:
    assert set(addons.found(house)) == {"connect_lines", "connect_routing", "connect_sms"}
    assert addons.folders(house) == [house, house / "addons"]


def test_closure_puts_the_needed_first(house: Path) -> None:
    assert addons.closure(["connect_sms"], house) == ["connect_lines", "connect_routing", "connect_sms"]
    assert addons.closure(["connect_lines"], house) == ["connect_lines"]


def test_foreign_addons_are_those_of_the_closure(house: Path) -> None:
    assert addons.foreign(["connect_routing"], house) == ["base", "mail"]
    assert addons.foreign(["connect_sms"], house) == ["base", "mail", "sms"]


def test_an_unknown_addon_is_named(house: Path) -> None:
    with pytest.raises(Failure, match="no addon wrong"):
        addons.closure(["wrong"], house)


def test_a_broken_manifest_is_named(house: Path) -> None:
    (house / "addons/connect_sms/__manifest__.py").write_text("import os")
    with pytest.raises(Failure, match=r"connect_sms.*no manifest"):
        addons.found(house)


def test_the_hash_follows_what_changes_the_database(house: Path) -> None:
    folder = house / "connect_lines"
    seen = {addons.code_hash(folder)}
    for name in ("models/line.py", "views/line.xml", "i18n/ru.po", "static/description/icon.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1")
        seen.add(addons.code_hash(folder))
    assert len(seen) == 5
    (folder / "models/line.py").write_text("2")
    assert addons.code_hash(folder) not in seen


def test_the_hash_does_not_follow_tests_bytecode_and_scripts(house: Path) -> None:
    folder = house / "connect_lines"
    before = addons.code_hash(folder)
    for name in ("tests/test_line.py", "models/__pycache__/line.cpython-311.pyc", "static/src/panel.js", "README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1")
    assert addons.code_hash(folder) == before


def test_a_moved_file_changes_the_hash(house: Path) -> None:
    folder = house / "connect_lines"
    (folder / "a.py").write_text("1")
    before = addons.code_hash(folder)
    (folder / "a.py").rename(folder / "b.py")
    assert addons.code_hash(folder) != before


def test_the_owner_of_a_file(house: Path) -> None:
    assert addons.owner(house / "addons/connect_sms/models/x.py", house) == "connect_sms"
    assert addons.owner(house / "docs/x.md", house) is None
