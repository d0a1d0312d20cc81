"""Odoo 19: the one that CONNECT_ODOO names, or Debian's package unpacked into the cache.

The package needs nothing of its suite to run: it is unpacked with the standard library into a private prefix, with the
fonts and scripts its links point at. Left out are the package's second copy of the addons, the translations except
Russian, and the accounting of single countries (6,000 files): nothing that stays depends on those.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
from pathlib import Path

from . import apt, debian, fetch, paths, pins
from .pins import Pin
from .say import Failure, say, step

PACKAGES = "usr/lib/python3/dist-packages"
LANGUAGES = {"ru"}
LEFT_OUT = re.compile(r"odoo/addons/(l10n_|theme_(?!default)|hw_)")
SERIES = (19, 0)
STUB = b"window.SelfieSegmentation = class { constructor() { throw new Error('no background blur'); } };\n"


def home() -> Path:
    """The folder to put on Python's path for `import odoo`; fetched and unpacked when it is not there yet."""
    named = os.environ.get("CONNECT_ODOO")
    return _named(Path(named).expanduser().resolve()) if named else _unpacked()


def addons_folders(odoo_home: Path) -> list[Path]:
    """Folders of addons an Odoo carries outside its own package: a source checkout has `addons/` beside `odoo/`."""
    beside = odoo_home / "addons"
    return [beside] if (beside / "web" / "__manifest__.py").is_file() else []


def series(folder: Path) -> tuple[int, int] | None:
    """Major and minor of the Odoo in a folder, read without importing it."""
    release = folder / "odoo" / "release.py"
    text = release.read_text() if release.is_file() else ""
    match = re.search(r"^version_info *= *\((\d+), *(\d+)", text, re.MULTILINE)
    return (int(match[1]), int(match[2])) if match else None


def _named(folder: Path) -> Path:
    for candidate in (folder, folder / PACKAGES, folder.parent):
        if (found := series(candidate)) is not None:
            if found != SERIES:
                raise Failure(f"CONNECT_ODOO={folder} is Odoo {found[0]}.{found[1]}; Connect needs 19.0.")
            return candidate
    raise Failure(f"CONNECT_ODOO={folder} holds no odoo/release.py: name the folder that contains `odoo/`.")


def _unpacked() -> Path:
    recipe = repr((pins.ODOO, pins.ODOO_ASSETS, pins.SELFIE, sorted(LANGUAGES), LEFT_OUT.pattern))
    prefix = paths.CACHE / f"odoo-19.0-{hashlib.sha256(recipe.encode()).hexdigest()[:10]}"
    if not prefix.is_dir():
        with paths.locked("odoo"):
            if not prefix.is_dir():
                _build(prefix)
    return prefix / PACKAGES


def _build(prefix: Path) -> None:
    """Unpack beside the target and rename at the end: a prefix that exists is whole, whatever was interrupted."""
    mirrors = apt.mirrors()
    main = _obtain(pins.ODOO, mirrors)
    assets = [_obtain(pin, mirrors) for pin in pins.ODOO_ASSETS]
    unfinished = prefix.with_name(prefix.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with step("unpacking Odoo 19"):
        debian.unpack(main, unfinished, _wanted)
        for deb in assets:
            debian.unpack(deb, unfinished, lambda name: name.startswith(("usr/share/fonts", "usr/share/javascript")))
    _add_selfie(unfinished / PACKAGES / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
    unfinished.rename(prefix)


def _wanted(name: str) -> bool:
    """Which files of the Odoo package we keep."""
    if name == "usr/share/doc/odoo-19/copyright":
        return True
    inside = name.removeprefix(PACKAGES + "/")
    if inside == name or not inside.startswith("odoo/") or inside.endswith(".pot"):
        return False
    if inside.endswith(".po") and "/i18n" in inside:
        return Path(inside).stem in LANGUAGES
    return not LEFT_OUT.match(inside)


def _obtain(pin: Pin, mirrors: list[str]) -> Path:
    """The pinned package; when the pool has dropped it, its successor by the signed index, and loudly."""
    try:
        return fetch.pinned(pin, mirrors)
    except fetch.Gone as gone:
        say(f"  {pin.name} has left the mirror; asking the signed index of Debian {pin.suite} for {pin.package} …")
        successor = debian.resolve(mirrors, pin.suite, {pin.package}).get(pin.package)
        if successor is None:
            raise Failure(f"{gone} Or name an Odoo 19 that you have: CONNECT_ODOO.") from gone
        say(f"  NOTE: using {successor.name}: verified by Debian's signature, not the version Connect was tested with")
        return fetch.pinned(successor, mirrors)


def _add_selfie(target: Path) -> None:
    """Put back the script that Debian leaves out, or a stand-in that says background blur is not available."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fetch.npm(pins.SELFIE)) as archive:
            member = archive.extractfile("package/selfie_segmentation.js")
            target.write_bytes(member.read() if member else STUB)
    except (Failure, KeyError) as error:
        say(f"  background blur in video calls will not be available: {error}")
        target.write_bytes(STUB)
