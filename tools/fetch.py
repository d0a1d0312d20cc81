"""Downloads that are verified, resumed and shown.

A file enters the cache under its final name only after its digest was checked, so a name that exists can be trusted
and an interrupted download goes on where it stopped.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from .paths import ARCHIVES
from .pins import NpmPin, Pin
from .say import Failure, say

CHUNK = 1 << 20
TRIES = 3
SMALL = 2_000_000  # bytes: not worth a line of its own


class Gone(Failure):
    """No mirror has this file any more, as opposed to a network that does not answer."""


def digest(path: Path, algorithm: str = "sha256") -> str:
    """Hexadecimal digest of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


def pinned(pin: Pin, mirrors: Iterable[str], folder: Path = ARCHIVES) -> Path:
    """The file of a Debian pool, from the cache or the first mirror that has it."""
    target = folder / pin.name
    if target.is_file() and target.stat().st_size == pin.size and digest(target) == pin.sha256:
        return target
    urls = [f"{mirror}/{pin.path}" for mirror in mirrors]
    return _obtain(urls, target, pin.size, "sha256", pin.sha256)


def npm(pin: NpmPin, folder: Path = ARCHIVES) -> Path:
    """A tarball of the npm registry as this machine has it configured."""
    base = pin.package.rsplit("/", 1)[-1]
    target = folder / f"{base}-{pin.version}.tgz"
    wanted = base64.b64decode(pin.sha512).hex()
    if target.is_file() and digest(target, "sha512") == wanted:
        return target
    url = f"{npm_registry()}/{pin.package}/-/{base}-{pin.version}.tgz"
    return _obtain([url], target, 0, "sha512", wanted)


def npm_registry() -> str:
    """The registry npm would ask: NPM_CONFIG_REGISTRY, then npm's own answer, then ~/.npmrc."""
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if os.environ.get(name):
            return os.environ[name].rstrip("/")
    if shutil.which("npm"):
        asked = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, check=False)
        if asked.returncode == 0 and asked.stdout.strip().startswith("http"):
            return asked.stdout.strip().rstrip("/")
    settings = Path("~/.npmrc").expanduser()
    for line in settings.read_text().splitlines() if settings.is_file() else []:
        key, _equals, value = line.partition("=")
        if key.strip() == "registry":
            return value.strip().rstrip("/")
    raise Failure("No npm registry is configured: set NPM_CONFIG_REGISTRY, or install npm.")


def _obtain(urls: list[str], target: Path, size: int, algorithm: str, wanted: str) -> Path:
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    gone = True
    for url in urls:
        try:
            _download_patiently(url, part, size)
        except urllib.error.HTTPError as error:
            reasons.append(f"{error.code} from {_host(url)}")
            gone = gone and error.code in {403, 404, 410}
            continue
        except (OSError, http.client.HTTPException) as error:
            reasons.append(f"{_host(url)}: {error}")
            gone = False
            continue
        if digest(part, algorithm) == wanted:
            part.replace(target)
            return target
        part.unlink()
        raise Failure(f"{target.name}: its {algorithm} is not the pinned one; refused. Try another mirror.")
    message = f"Cannot fetch {target.name} ({'; '.join(reasons)}): check the network, or the mirror's configuration."
    raise (Gone if gone else Failure)(message)


def _download_patiently(url: str, part: Path, size: int) -> None:
    """A broken connection is tried again from where it broke; a refusal (4xx) is final."""
    for attempt in range(1, TRIES + 1):
        try:
            _download(url, part, size)
            return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is longer than the file: start anew
                part.unlink(missing_ok=True)
            if (error.code < 500 and error.code != 416) or attempt == TRIES:
                raise
        except (OSError, http.client.HTTPException):
            if attempt == TRIES:
                raise
        time.sleep(attempt)


def _download(url: str, part: Path, size: int) -> None:
    have = part.stat().st_size if part.is_file() else 0
    if size and have >= size:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        resumed = answer.status == 206
        total = int(answer.headers.get("Content-Length") or 0) + (have if resumed else 0)
        progress = Progress(part.name.removesuffix(".part"), total, have if resumed else 0)
        with part.open("ab" if resumed else "wb") as handle:
            while block := answer.read(CHUNK):
                handle.write(block)
                progress.add(len(block))
    if total and part.stat().st_size < total:
        raise ConnectionError("the connection ended early")


class Progress:
    """A line that moves on a terminal; a few lines in a log."""

    def __init__(self, name: str, total: int, done: int) -> None:
        self.name, self.total, self.done = name, total, done
        self._told = time.monotonic()
        size = f"{total / 1e6:.1f} MB" if total else "size unknown"
        if not total or total > SMALL:
            say(f"  fetching {name} ({size}{', resumed' if done else ''})")

    def add(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        pause = 0.5 if sys.stderr.isatty() else 10
        if self.total and now - self._told >= pause:
            self._told = now
            say(f"    {100 * self.done // self.total:3d} %  {self.done / 1e6:.0f} MB")


def _host(url: str) -> str:
    return url.split("/")[2] if "://" in url else url
