"""Where things live, and the settings that come from the environment.

Two places only: ``.connect/`` beside the code holds what belongs to this checkout (cluster, databases' files, logs);
the cache holds what any checkout can share (archives, the unpacked Odoo, virtual environments, browsers).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .say import say

ROOT = Path(__file__).resolve().parent.parent


def _folder(variable: str, default: Path) -> Path:
    value = os.environ.get(variable)
    return Path(value).expanduser().resolve() if value else default


STATE = _folder("CONNECT_STATE", ROOT / ".connect")
CACHE = _folder("CONNECT_CACHE", Path("~/.cache/connect").expanduser())
ARCHIVES = CACHE / "archives"
LOGS = STATE / "log"
RUN = STATE / "run"
DATA = STATE / "data"

DATABASE = os.environ.get("CONNECT_DB", "connect")
LANGUAGE = "ru_RU"


def ensure_folders() -> None:
    """Create our folders. They hold a demo's personal data and session files: closed to other users."""
    for folder in (STATE, CACHE):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (ARCHIVES, LOGS, RUN, DATA):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def locked(name: str, folder: Path = CACHE) -> Iterator[None]:
    """Let one process at a time do what `name` stands for; the kernel drops the lock when its holder dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  waiting for another process that is busy with {name} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
