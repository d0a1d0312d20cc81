"""An Asterisk of one's own: Debian's packages unpacked into the cache, run from there beside Odoo, no root needed.

CONNECT_ASTERISK names another one: the root of a prefix that holds `usr/sbin/asterisk`, `/` for the machine's own. Ours
is started with the loader and the libraries it was built against, so this machine's C library does not matter. SIPp,
which the tests call with, lies in the same prefix.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

from . import apt, debian, fetch, paths, pins
from .say import Failure, say, step

SUITE = "sid"  # the one suite of Debian that carries Asterisk 22; the prefix brings all it needs of it
OLDEST = 18
PACKAGES = {
    "asterisk",
    "asterisk-modules",
    "asterisk-core-sounds-en-gsm",
    "asterisk-core-sounds-ru-gsm",
    "asterisk-moh-opsound-gsm",
    "sip-tester",
}
# What configures a system, and what no program of ours calls.
LEFT_OUT = {
    *("adduser", "asterisk-config", "base-files", "bash", "coreutils", "dash", "debconf", "dpkg", "gnupg", "gpgsm"),
    *("dirmngr", "gpg", "gpg-agent", "gpgconf", "gnupg-l10n", "init-system-helpers", "libc-gconv-modules-extra"),
    *("libpam0g", "libperl5.42", "passwd", "pci.ids", "perl-base", "perl-modules-5.42", "pinentry-curses"),
    *("sysvinit-utils", "tar", "tzdata", "util-linux", "libsnmp-base"),
}
ARCHITECTURES = {"x86_64": ("amd64", "x86_64-linux-gnu"), "aarch64": ("arm64", "aarch64-linux-gnu")}
KEPT = ("usr/sbin/asterisk", "usr/bin/sipp", "usr/lib/", "usr/lib64/", "lib/", "lib64/", "usr/share/asterisk/")


def prefix() -> Path:
    """The root under which `usr/sbin/asterisk` lies; fetched and unpacked when it is not there yet."""
    named = os.environ.get("CONNECT_ASTERISK")
    root = Path(named).expanduser().resolve() if named else _unpacked()
    if not (root / "usr/sbin/asterisk").is_file():
        raise Failure(f"CONNECT_ASTERISK={named} holds no usr/sbin/asterisk: name the root of the prefix.")
    return root


def command(root: Path, program: str) -> list[str]:
    """How a program of the prefix is called: through the prefix's own loader, with its own libraries."""
    loader = next(iter(sorted(root.glob("usr/lib*/**/ld-linux-*.so.*"))), None)
    path = root / ("usr/sbin" if program == "asterisk" else "usr/bin") / program
    if root == Path("/") or loader is None:
        return [str(path)]
    return [str(loader), "--argv0", program, "--library-path", str(libraries(root)), str(path)]


def libraries(root: Path) -> Path:
    """The folder of the prefix's shared libraries."""
    return root / "usr/lib" / _machine()[1]


def modules(root: Path) -> Path:
    """The folder of Asterisk's modules."""
    found = next(iter(root.glob("usr/lib*/**/asterisk/modules/res_ari.so")), None)
    if found is None:
        raise Failure(f"The Asterisk in {root} has no res_ari.so: it was built without ARI, which Connect needs.")
    return found.parent


@cache
def version(root: Path) -> str:
    """Such as 22.10.1. One older than 18 is refused."""
    asked = subprocess.run([*command(root, "asterisk"), "-V"], capture_output=True, text=True, check=False)
    match = re.search(r"Asterisk (?:\w+/)?(\d+)([\w.]*)", asked.stdout)
    if not match:
        raise Failure(f"Asterisk does not start: {(asked.stderr.strip().splitlines() or ['it says nothing'])[-1]}")
    if int(match[1]) < OLDEST:
        raise Failure(f"This is Asterisk {match[1]}; Connect needs {OLDEST} or newer.")
    return match[1] + match[2]


def _machine() -> tuple[str, str]:
    known = ARCHITECTURES.get(os.uname().machine)
    if known is None:
        raise Failure(f"No Asterisk for {os.uname().machine} is known: install one and set CONNECT_ASTERISK.")
    return known


def _unpacked() -> Path:
    recipe = repr((SUITE, sorted(PACKAGES), sorted(LEFT_OUT), KEPT))
    root = paths.CACHE / f"asterisk-{SUITE}-{hashlib.sha256(recipe.encode()).hexdigest()[:10]}"
    if not root.is_dir():
        with paths.locked("asterisk"):
            if not root.is_dir():
                _build(root)
    return root


def _build(root: Path) -> None:
    """Sid moves daily, so its packages are not pinned: each is verified by the signed index, and the whole of one day
    fits together. Unpacked beside the target and renamed at the end."""
    mirrors = apt.mirrors()
    wanted = debian.closure(mirrors, SUITE, PACKAGES, LEFT_OUT, _machine()[0])
    say(f"  no Asterisk here: fetching Debian's with {len(wanted) - 1} packages ({_megabytes(wanted):.0f} MB)")
    with step("fetching Asterisk"), ThreadPoolExecutor(4) as pool:
        files = list(pool.map(partial(fetch.pinned, mirrors=mirrors), wanted))
    unfinished = root.with_name(root.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with step("unpacking Asterisk"):
        for deb in files:
            debian.unpack(deb, unfinished, lambda name: name.startswith(KEPT))
    unfinished.rename(root)
    say(f"  Asterisk {version(root)}")


def _megabytes(wanted: Iterable[pins.Pin]) -> float:
    return sum(pin.size for pin in wanted) / 1e6
