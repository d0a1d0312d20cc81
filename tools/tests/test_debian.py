"""A package made here is opened; a dependency is followed to its end."""

from __future__ import annotations

import io
import lzma
import tarfile
from pathlib import Path

import pytest

from tools import debian
from tools.say import Failure

INDEX = {
    "browser": "Package: browser\nDepends: libone (>= 1), libtwo|libthree, libc6\nFilename: b.deb\nSize: 1\nSHA256: aa",
    "libone": "Package: libone\nDepends: browser, virtual:any\nFilename: 1.deb\nSize: 1\nSHA256: bb",
    "libthree": "Package: libthree\nFilename: 3.deb\nSize: 1\nSHA256: cc",
    "real": "Package: real\nProvides: virtual (= 2)\nFilename: r.deb\nSize: 1\nSHA256: dd",
}


def make_deb(folder: Path, files: dict[str, bytes]) -> Path:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.uid = len(body), 0o4755, 12345
            archive.addfile(member, io.BytesIO(body))
    target = folder / "thing.deb"
    target.write_bytes(b"!<arch>\n")
    with target.open("ab") as deb:
        for name, body in (
            ("debian-binary", b"2.0\n"),
            ("odd", b"123"),
            ("data.tar.xz", lzma.compress(packed.getvalue())),
        ):
            deb.write(
                f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n".encode()
                + body
                + b"\n" * (len(body) % 2)
            )
    return target


def test_wanted_files_are_unpacked(tmp_path: Path) -> None:
    deb = make_deb(tmp_path, {"./usr/a": b"A", "./usr/b": b"B", "./../outside": b"!"})
    assert debian.unpack(deb, tmp_path / "out", lambda name: name != "usr/b") == 1
    assert (tmp_path / "out/usr/a").read_bytes() == b"A"
    assert not (tmp_path / "outside").exists()


def test_no_foreign_rights_are_taken_over(tmp_path: Path) -> None:
    deb = make_deb(tmp_path, {"./usr/a": b"A"})
    debian.unpack(deb, tmp_path / "out", lambda _name: True)
    found = (tmp_path / "out/usr/a").stat()
    assert found.st_mode & 0o7000 == 0
    assert found.st_uid != 12345


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(b"<html>not found</html>")
    with pytest.raises(Failure, match="no Debian package"):
        debian.unpack(tmp_path / "x.deb", tmp_path / "out", lambda _name: True)


def test_dependencies_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_index", lambda *_arguments: INDEX)
    found = debian.closure(["http://x.example"], "sid", {"browser"}, {"libc6"}, "amd64")
    assert {pin.path for pin in found} == {"b.deb", "1.deb", "3.deb", "r.deb"}


def test_what_is_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_index", lambda *_arguments: INDEX)
    found = debian.closure(["http://x.example"], "sid", {"browser"}, {"libc6", "libtwo", "real"}, "amd64")
    assert {pin.path for pin in found} == {"b.deb", "1.deb"}


def test_an_unsigned_release_is_not_believed() -> None:
    with pytest.raises(Failure, match="signature"):
        debian._verified(b"Suite: sid\nSHA256:\n")
