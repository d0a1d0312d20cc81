"""What is looked at before anything is started: a machine that cannot do it says so in one line, at once."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from . import paths
from .say import Failure

PYTHON = (3, 11)
FRESH, LATER = 3_000_000_000, 500_000_000


def python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Odoo 19 runs on 3.10, our code and its pinned packages on 3.11 and newer."""
    if version < PYTHON:
        found = ".".join(map(str, version))
        raise Failure(f"Python 3.11 or newer is needed, this is {found}: run make PYTHON=python3.11 …")


def disk() -> None:
    """A first setup takes about 2 GB in the cache and 0.5 GB beside the code."""
    needed = LATER if any(paths.CACHE.glob("odoo-19*")) else FRESH
    for folder in (paths.CACHE, paths.STATE):
        free = shutil.disk_usage(_existing(folder)).free
        if free < needed:
            raise Failure(
                f"{folder} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed: free some, "
                "or point CONNECT_CACHE elsewhere."
            )


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def port_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def port(number: int) -> None:
    """Refuse a taken port before the long part starts."""
    if not 0 < number < 65536:
        raise Failure(f"{number} is no port: choose one from 1024 to 65535, e.g. make run PORT=8070.")
    if not port_free(number):
        raise Failure(f"Port {number} is taken: `make stop` ends our own server, or choose: make run PORT={number + 1}")


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
    return chosen


def writable() -> None:
    """Both folders must be ours to write."""
    for folder in (paths.STATE, paths.CACHE):
        if not os.access(_existing(folder), os.W_OK):
            raise Failure(f"{folder} cannot be written: set CONNECT_STATE or CONNECT_CACHE to a folder that can.")


def machine() -> None:
    """All that can be known before the first download."""
    python()
    writable()
    disk()
