"""Where the cluster is, and whose it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import paths, postgres


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("PG", "CONNECT_DB_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(paths, "ROOT", tmp_path)


def test_a_short_path_keeps_the_socket_beside_the_cluster() -> None:
    assert postgres.socket_folder(Path("/home/anna/connect/.connect")) == Path("/home/anna/connect/.connect/sock")


@pytest.mark.parametrize("length", range(60, 140))
def test_the_address_of_the_socket_always_fits(length: int) -> None:
    folder = postgres.socket_folder(Path("/" + "x" * length))
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 108


def test_bytes_count_and_not_letters() -> None:
    folder = postgres.socket_folder(Path("/home/анна/" + "ж" * 50))
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 108


def test_two_long_paths_have_two_sockets() -> None:
    assert postgres.socket_folder(Path("/" + "x" * 200)) != postgres.socket_folder(Path("/" + "x" * 201))


def test_without_settings_the_cluster_is_ours() -> None:
    assert postgres.external() is None
    assert postgres.environment()["PGUSER"] == "odoo"


@pytest.mark.parametrize("value", ["False", "", "None", "false"])
def test_an_unset_db_host_is_none(tmp_path: Path, value: str) -> None:
    (tmp_path / "odoo.conf").write_text(f"[options]\ndb_host = {value}\n")
    assert postgres.external() is None


def test_db_host_of_the_configuration_is_used(tmp_path: Path) -> None:
    (tmp_path / "odoo.conf").write_text("[options]\ndb_host = db.example\ndb_port = 6432\ndb_user = connect\n")
    assert postgres.external() == {"PGHOST": "db.example", "PGPORT": "6432", "PGUSER": "connect"}


def test_the_environment_comes_before_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odoo.conf").write_text("[options]\ndb_host = db.example\n")
    monkeypatch.setenv("CONNECT_DB_HOST", "other.example")
    monkeypatch.setenv("PGHOST", "third.example")
    assert postgres.environment()["PGHOST"] == "other.example"


def test_our_own_socket_in_the_environment_is_not_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", str(postgres.socket_folder()))
    monkeypatch.setenv("PGUSER", "odoo")
    assert postgres.external() is None
