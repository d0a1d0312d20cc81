"""What the keeper of the house runs now and then: locked requirements, new pins, translations, a clean sweep."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import addons, apt, config, database, debian, paths, pins, postgres, templates
from .say import Failure, say, step


def lock(upgrade: bool) -> int:
    """Pin requirements*.in with hashes, for every Python and platform we support. uv lives in a place of its own."""
    uv = paths.CACHE / "uv" / "bin" / "uv"
    if not uv.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(paths.CACHE / "uv")], check=True)
        subprocess.run([str(uv.with_name("pip")), "install", "--quiet", "uv"], check=True)
    for name in ("requirements", "requirements-dev"):
        options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--python-version", "3.11", "--quiet"]
        options += ["--upgrade"] if upgrade else []
        command = [str(uv), "pip", "compile", *options, "--custom-compile-command", "make lock"]
        done = subprocess.run(
            [*command, f"{name}.in", "-o", f"{name}.txt"], cwd=paths.ROOT, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise Failure(f"{name}.in has no solution: the lines above say why.")
    return 0


def repin() -> int:
    """Print the pins of today's packages, verified by Debian's signature, in the form of tools/pins.py."""
    for suite in ("sid", "trixie"):
        known = {pin.package: pin for pin in (pins.ODOO, *pins.ODOO_ASSETS) if pin.suite == suite}
        for name, pin in sorted(debian.resolve(apt.mirrors(), suite, set(known)).items()):
            print(f"{'same' if pin == known[name] else 'NEW '} {pin!r}")
    return 0


def translate(names: list[str]) -> int:
    """Bring i18n/ru.po up to the code, from a clone with everything installed. No template of terms is left beside it:
    Odoo would read translations through it, and drop whatever is newer than the template."""
    for folder in addons.found().values():
        for stale in folder.glob("i18n/*.pot"):
            stale.unlink()
    wanted = addons.closure(names or addons.found())
    known = {name: _translations(name) for name in wanted}
    scratch = f"connect_test_{os.getpid()}_i18n"
    database.clone(templates.template(wanted), scratch)
    launcher = f"{os.environ['VIRTUAL_ENV']}/bin/odoo"
    try:
        with step(f"exporting the terms of {', '.join(wanted)}"):
            command = [launcher, "i18n", "export", "-c", str(config.write(scratch)), "-l", "ru", "--", *wanted]
            done = subprocess.run(
                command, env=database.environment(scratch), capture_output=True, text=True, check=False
            )
        if done.returncode:
            raise Failure(f"Odoo could not export: {done.stderr.strip().splitlines()[-1]}")
    finally:
        database.drop(scratch)
    for name in wanted:
        _keep(name, known[name])
    return 0


def _translations(name: str) -> Any:
    """The Russian of an addon as it stands, by term; empty for one without."""
    import polib  # only the virtual environment has it

    file = addons.found()[name] / "i18n" / "ru.po"
    return {entry.msgid: entry for entry in polib.pofile(str(file))} if file.is_file() else {}


def _keep(name: str, known: Any) -> None:
    """Odoo exports terms of code without their Russian, those of addons in ``addons/`` and of demo data not at all:
    these stay as they were."""
    import polib

    file = addons.found()[name] / "i18n" / "ru.po"
    if not file.is_file():
        return
    terms = polib.pofile(str(file))
    has_code = any(_comes_from("code:", entry) for entry in terms)
    for entry in terms:
        former = known.get(entry.msgid)
        if former and not entry.msgstr:
            entry.msgstr = former.msgstr
        if former and not has_code:
            entry.occurrences, entry.comment = former.occurrences, former.comment
    exported = {entry.msgid for entry in terms}
    terms.extend(
        entry
        for term, entry in known.items()
        if term not in exported and (_comes_from("demo", entry) or (_comes_from("code:", entry) and not has_code))
    )
    terms.sort(key=lambda entry: entry.msgid)
    terms.save()
    say(f"  {name}: {sum(not entry.translated() for entry in terms)} terms without Russian")


def _comes_from(what: str, entry: Any) -> bool:
    return any(what in place for place, _line in entry.occurrences)


def clean(everything: bool) -> int:
    """Remove what belongs to this checkout; with `everything`, the cache as well."""
    from . import server

    server.stop_all()
    postgres.stop()
    for folder in [paths.STATE, *([paths.CACHE] if everything else [])]:
        _remove(folder)
    return 0


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
        say(f"  removed {folder}")
