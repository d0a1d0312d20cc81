"""A Chromium for the browser tests: this machine's, or Debian's installed (root) or unpacked into the cache (not root).

CONNECT_CHROMIUM names another one. Playwright and Odoo's tours drive it; neither downloads a browser of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import apt, debian, fetch, paths
from .say import Failure, say, step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What every Debian has, and what the browser runs without.
ALWAYS_THERE = {"libc6", "libgcc-s1", "libstdc++6", "libcrypt1", "gcc-12-base", "gcc-14-base", "debconf", "dpkg"}
NOT_NEEDED = {"xdg-utils", "x11-utils", "adduser", "systemd", "dconf-gsettings-backend", "adwaita-icon-theme"}
WRAPPER = """#!/bin/sh
prefix='{prefix}'
libraries="$prefix/usr/lib/{triplet}:$prefix/lib/{triplet}:$prefix/usr/lib/{triplet}/pulseaudio"
export LD_LIBRARY_PATH="$libraries${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$prefix/etc/fonts"
exec "$prefix/usr/lib/chromium/chromium" "$@"
"""


def find() -> Path | None:
    """The browser that is there already."""
    named = os.environ.get("CONNECT_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise Failure(f"CONNECT_CHROMIUM={named} is no program: name the executable of Chromium or Chrome.")
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    ours = paths.CACHE / "bin" / "chromium"
    return ours if ours.is_file() else None


def ensure() -> Path:
    """A browser, fetched when there is none."""
    found = find()
    if found is None:
        with paths.locked("chromium"):
            found = find() or (_install() if os.geteuid() == 0 and shutil.which("apt-get") else None) or _unpack()
    if not os.environ.get("CONNECT_CHROMIUM"):
        return found
    _shadow(found)
    return found


def version(browser: Path) -> str:
    """What the browser says it is; a browser that cannot start is found out here and not in the first test."""
    try:
        asked = subprocess.run([str(browser), "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"{browser} does not start: {error}") from error
    if asked.returncode:
        raise Failure(f"{browser} does not start: {asked.stderr.strip().splitlines()[-1:]}; set CONNECT_CHROMIUM.")
    return asked.stdout.strip()


def _shadow(named: Path) -> None:
    """Odoo looks for `chromium` on PATH alone: let it find the named one there."""
    link = paths.CACHE / "bin" / "chromium"
    if named.resolve() != link.resolve():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(named)


def _install() -> Path | None:
    """With apt, which verifies what it installs; None when it cannot."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step("installing Chromium with apt-get"):
        for attempt in (command, ["apt-get", "update"], command):
            done = subprocess.run(attempt, capture_output=True, text=True, env=env, check=False)
            if done.returncode == 0 and attempt is command:
                return find()
    say(f"  apt-get could not install it: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return None


def _unpack() -> Path:
    """Debian's package and the libraries this machine lacks, verified by the signed index, into the cache."""
    suite, arch, triplet = _platform()
    prefix = paths.CACHE / f"chromium-{suite}"
    if not prefix.is_dir():
        mirrors = apt.mirrors()
        say("  no Chromium here, and no root to install it: unpacking Debian's into the cache")
        wanted = debian.closure(mirrors, suite, {"chromium"}, _installed() | ALWAYS_THERE | NOT_NEEDED, arch)
        unfinished = prefix.with_name(prefix.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        files = [fetch.pinned(pin, mirrors) for pin in wanted]
        with step(f"unpacking Chromium and {len(files) - 1} libraries"):
            for deb in files:
                debian.unpack(deb, unfinished, _wanted)
        unfinished.rename(prefix)
    wrapper = paths.CACHE / "bin" / "chromium"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    wrapper.write_text(WRAPPER.format(prefix=prefix, triplet=triplet))
    wrapper.chmod(0o755)
    say(f"  {version(wrapper)}")
    return wrapper


def _wanted(name: str) -> bool:
    return name.startswith(("usr/lib/", "lib/", "etc/fonts", "usr/share/fonts", "usr/share/fontconfig"))


def _platform() -> tuple[str, str, str]:
    """Debian's names for this machine: suite, architecture, folder of libraries."""
    file = Path("/etc/os-release")
    release = file.read_text() if file.is_file() else ""
    codename = re.search(r"^VERSION_CODENAME=(\w+)", release, re.MULTILINE)
    arch = {"x86_64": ("amd64", "x86_64-linux-gnu"), "aarch64": ("arm64", "aarch64-linux-gnu")}.get(os.uname().machine)
    if not codename or "debian" not in release.lower() or arch is None:
        raise Failure("This machine is no Debian that we know: install Chromium yourself, or set CONNECT_CHROMIUM.")
    return codename[1], *arch


def _installed() -> set[str]:
    """Packages this machine has, by dpkg."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n"], capture_output=True, text=True, check=False
    )
    return {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
