"""Which Debian mirrors this machine uses, read from its own apt configuration.

The project names no mirror of its own: a machine behind a company's proxy already knows where its packages are.
"""

from __future__ import annotations

import os
from pathlib import Path

from .say import Failure

ETC_APT = Path("/etc/apt")


def from_one_line(text: str) -> list[str]:
    """The addresses of a classic ``sources.list``: ``deb [options] ADDRESS suite component…``."""
    found: list[str] = []
    for line in text.splitlines():
        words = line.split("#", 1)[0].replace("[", " [ ").replace("]", " ] ").split()
        if not words or words[0] not in {"deb", "deb-src"}:
            continue
        if "[" in words and "]" in words:
            del words[words.index("[") : words.index("]") + 1]
        if len(words) > 2:
            found.append(words[1])
    return found


def from_deb822(text: str) -> list[str]:
    """The addresses of a ``*.sources`` file: stanzas of fields, folded lines, comments, ``Enabled: no``."""
    found: list[str] = []
    for stanza in _stanzas(text):
        if stanza.get("enabled", "yes").strip().lower() not in {"no", "false", "0"}:
            found += stanza.get("uris", "").split()
    return found


def _stanzas(text: str) -> list[dict[str, str]]:
    stanzas: list[dict[str, str]] = [{}]
    field = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            stanzas.append({})
        elif line[0].isspace():
            stanzas[-1][field] = f"{stanzas[-1].get(field, '')} {line.strip()}"
        else:
            field, _colon, value = line.partition(":")
            field = field.strip().lower()
            stanzas[-1][field] = value.strip()
    return stanzas


def mirrors(etc: Path = ETC_APT) -> list[str]:
    """Debian mirrors in the order to try them: CONNECT_DEBIAN_MIRROR, then what apt is told to use.

    Only addresses ending in ``/debian`` are archives of the whole distribution; security and third-party archives
    are kept behind them, since a mirror may be named freely.
    """
    named = os.environ.get("CONNECT_DEBIAN_MIRROR", "").split()
    found: list[str] = []
    for file in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        if file.is_file():
            found += from_one_line(file.read_text(errors="replace"))
    for file in sorted(etc.glob("sources.list.d/*.sources")):
        found += from_deb822(file.read_text(errors="replace"))
    found = [address for address in (_expand(address) for address in found) if address]
    found.sort(key=lambda address: not address.rstrip("/").endswith("/debian"))
    answer = list(dict.fromkeys(address.rstrip("/") for address in [*named, *found]))
    if not answer:
        raise Failure("No Debian mirror in apt's configuration: set CONNECT_DEBIAN_MIRROR to one, or CONNECT_ODOO.")
    return answer


def _expand(address: str) -> str:
    """Turn apt's ``mirror+file:`` into the first address of that file; keep http(s) and file; drop the rest."""
    if address.startswith("mirror+file:"):
        listed = Path(address.removeprefix("mirror+file:"))
        lines = listed.read_text().split() if listed.is_file() else []
        return lines[0] if lines else ""
    return address if address.startswith(("http://", "https://", "file:")) else ""
