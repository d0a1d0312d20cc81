"""Debian packages without dpkg and without root: opening them, and finding them again in the signed index.

A .deb is an `ar` file that holds a tar of the files. Python opens both.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .pins import Pin
from .say import Failure

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class _Member(io.RawIOBase):
    """The next `size` bytes of a file, as a file: lets tarfile read a member of the ar without copying it."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self._left = source, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._source.read(min(len(buffer), self._left))
        buffer[: len(block)] = block
        self._left -= len(block)
        return len(block)


@contextmanager
def contents(deb: Path) -> Iterator[tarfile.TarFile]:
    """The tar of a package's files, as a stream."""
    with deb.open("rb") as handle:
        if handle.read(8) != b"!<arch>\n":
            raise Failure(f"{deb.name} is no Debian package: delete it and try again.")
        while len(header := handle.read(60)) == 60:
            name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
            if name.startswith("data.tar"):
                with _open_tar(name, _Member(handle, size)) as archive:
                    yield archive
                return
            handle.seek(size + (size & 1), io.SEEK_CUR)
    raise Failure(f"{deb.name} holds no files: delete it and try again.")


def _open_tar(name: str, member: _Member) -> tarfile.TarFile:
    stream: BinaryIO = io.BufferedReader(member)
    if not name.endswith(".zst"):
        return tarfile.open(fileobj=stream, mode="r|*")
    if not shutil.which("zstd"):
        raise Failure("This package is packed with zstd: install the program zstd and try again.")
    plain = subprocess.run(["zstd", "-dc"], input=stream.read(), stdout=subprocess.PIPE, check=True).stdout
    return tarfile.open(fileobj=io.BytesIO(plain), mode="r:")


def unpack(deb: Path, prefix: Path, wanted: Callable[[str], bool]) -> int:
    """Unpack the files whose path (no leading ./) is wanted; says how many. Directories appear as needed."""
    count = 0
    with contents(deb) as archive:
        # Links out of the package are meant (fonts, scripts); the digest has vouched for the archive. Python before
        # 3.11.4 knows no filter and ignores the attribute.
        archive.extraction_filter = staticmethod(lambda member, _path: member)
        for member in archive:
            name = member.name.removeprefix("./")
            if member.isdir() or not wanted(name) or ".." in name.split("/"):
                continue
            member.name, member.mode = name, member.mode & 0o777 | 0o600
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            archive.extract(member, prefix)
            count += 1
    return count


def resolve(mirrors: Iterable[str], suite: str, packages: set[str], arch: str = "amd64") -> dict[str, Pin]:
    """Pins of packages as `suite` has them now: signature of InRelease → digest of Packages.xz → its stanzas."""
    index = _index(mirrors, suite, arch)
    return {name: _pin(index[name], suite) for name in packages if name in index}


def closure(mirrors: Iterable[str], suite: str, packages: set[str], have: set[str], arch: str) -> list[Pin]:
    """Pins of packages and, over and over, of what they depend on, except for what is there already.

    The first alternative that is there counts, else the first that the suite knows. Versions are not compared: within
    one suite they fit together.
    """
    index = _index(mirrors, suite, arch)
    provided = {name: real for real, stanza in index.items() for name in _names(_field(stanza, "Provides"))}
    chosen: dict[str, Pin] = {}
    open_ends = sorted(packages)
    while open_ends:
        name = open_ends.pop()
        name = name if name in index else provided.get(name, name)
        if name in chosen or name in have or name not in index:
            continue
        chosen[name] = _pin(index[name], suite)
        for field in ("Depends", "Pre-Depends"):
            for group in _field(index[name], field).split(","):
                names = _names(group.replace("|", ","))
                if names and not have.intersection(names):
                    open_ends.append(next((one for one in names if one in index or one in provided), names[0]))
    return list(chosen.values())


def _names(listed: str) -> list[str]:
    """Package names of a relation field, without versions and architectures."""
    return [words[0].split(":")[0] for part in listed.split(",") if (words := part.split())]


def _index(mirrors: Iterable[str], suite: str, arch: str) -> dict[str, str]:
    failure: Exception | None = None
    for mirror in mirrors:
        try:
            stanzas = _packages(mirror, suite, arch).split("\n\n")
            return {match[1]: text for text in stanzas if (match := re.match(r"Package: (\S+)\n", text))}
        except (OSError, Failure) as error:
            failure = error
    raise Failure(f"Cannot read the signed index of Debian {suite}: {failure}")


def _pin(stanza: str, suite: str) -> Pin:
    return Pin(suite, _field(stanza, "Filename"), int(_field(stanza, "Size")), _field(stanza, "SHA256"))


def _field(stanza: str, name: str) -> str:
    match = re.search(rf"^{name}: (.*)$", stanza, re.MULTILINE)
    return match[1] if match else ""


def _packages(mirror: str, suite: str, arch: str) -> str:
    signed = _verified(_read(f"{mirror}/dists/{suite}/InRelease"))
    index = f"main/binary-{arch}/Packages.xz"
    match = re.search(rf"^SHA256:\n(?: .*\n)*? ([0-9a-f]{{64}}) +\d+ {re.escape(index)}$", signed, re.MULTILINE)
    if not match:
        raise Failure(f"InRelease of {suite} does not list {index}.")
    raw = _read(f"{mirror}/dists/{suite}/main/binary-{arch}/by-hash/SHA256/{match[1]}")
    if hashlib.sha256(raw).hexdigest() != match[1]:
        raise Failure(f"{index} of {suite} does not have the signed digest.")
    return lzma.decompress(raw).decode()


def _verified(release: bytes) -> str:
    """Only what the signature covers. Without gpgv or the keyring nothing can be verified, and nothing is used."""
    if not shutil.which("gpgv") or not KEYRING.is_file():
        raise Failure("Debian's signature cannot be checked: install gpgv and debian-archive-keyring.")
    with tempfile.TemporaryDirectory() as folder:
        source, plain = Path(folder, "InRelease"), Path(folder, "plain")
        source.write_bytes(release)
        command = ["gpgv", "--quiet", "--keyring", str(KEYRING), "--output", str(plain), str(source)]
        checked = subprocess.run(command, capture_output=True, check=False)
        if checked.returncode or not plain.is_file():
            raise Failure("Debian's signature of InRelease does not verify.")
        return plain.read_text()


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        body: bytes = answer.read()
    return body
