"""Which addons this checkout has, in what order they depend on each other, and whether their code has changed."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from . import paths
from .say import Failure

# What a code hash leaves out: none of it changes the database.
_IGNORED = ("__pycache__", "tests", "engine/tests", "bridge/tests", "metrics/tests", "static/src", "static/tests")


def folders(root: Path = paths.ROOT) -> list[Path]:
    """The folders for Odoo's addons path: the root and `addons/`, as far as they hold an addon."""
    return [folder for folder in (root, root / "addons") if any(folder.glob("*/__manifest__.py"))]


@cache
def found(root: Path = paths.ROOT) -> dict[str, Path]:
    """Name and folder of every installable addon of this checkout."""
    manifests = sorted(file for folder in folders(root) for file in folder.glob("*/__manifest__.py"))
    return {file.parent.name: file.parent for file in manifests if manifest(file.parent).get("installable", True)}


@cache
def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an addon, read as a literal: nothing of it runs."""
    file = folder / "__manifest__.py"
    try:
        read = ast.literal_eval(file.read_text())
    except (SyntaxError, ValueError) as error:
        raise Failure(f"{file} is no manifest: {error}") from error
    if not isinstance(read, dict):
        raise Failure(f"{file} is no manifest: it should hold one dict.")
    return read


def closure(names: Iterable[str], root: Path = paths.ROOT) -> list[str]:
    """These addons and those of ours they depend on, the needed ones first."""
    ours, ordered = found(root), dict[str, None]()

    def visit(name: str) -> None:
        if name in ordered or name not in ours:
            return
        for needed in manifest(ours[name]).get("depends", []):
            visit(needed)
        ordered[name] = None

    for name in sorted(names):
        if name not in ours:
            raise Failure(f"There is no addon {name}: the addons here are {', '.join(ours) or 'none'}.")
        visit(name)
    return list(ordered)


def foreign(names: Iterable[str], root: Path = paths.ROOT) -> list[str]:
    """Odoo's own addons that these depend on: what a database needs before any of our code."""
    ours = found(root)
    needed = {name for addon in closure(names, root) for name in manifest(ours[addon]).get("depends", [])}
    return sorted((needed - set(ours)) | {"base"})


def code_hash(folder: Path) -> str:
    """Changes when anything of an addon changes that could change the database or the assets."""
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if not inside.as_posix().startswith(_IGNORED) and file.suffix not in {".pyc", ".md"} and file.is_file():
            total.update(f"{inside}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def hashes(names: Iterable[str], root: Path = paths.ROOT) -> dict[str, str]:
    """The code hash of each of these addons."""
    ours = found(root)
    return {name: code_hash(ours[name]) for name in names}


def owner(path: Path, root: Path = paths.ROOT) -> str | None:
    """The addon a file or folder belongs to."""
    path = path.resolve()
    return next((name for name, folder in found(root).items() if path == folder or folder in path.parents), None)
