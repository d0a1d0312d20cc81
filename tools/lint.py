"""`make lint`: every check there is, each to its end, then one verdict.

Style (ruff), types of the plain Python (mypy, strict), Odoo's pitfalls (pylint-odoo), well-formed XML, JavaScript that
parses, and the house's own rules (lint_rules.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from . import addons, lint_rules, paths
from .say import say

PLAIN = ("engine", "bridge", "metrics")
# OCA's own house rules (author, README.rst, labels, `_` instead of self.env._), and what our shape means to do: hooks
# that answer nothing, a model over several files to keep files short.
NOT_OURS = (
    "manifest-required-author,missing-readme,attribute-string-redundant,prefer-env-translation,"
    "missing-return,consider-merging-classes-inherited"
)
SKIPPED = {".git", ".connect", "node_modules", "__pycache__", "lib"}


def run(only: list[str]) -> int:
    """Run the checks (or those named); 1 when any complains."""
    failed = []
    for name, check in CHECKS.items():
        if only and name not in only:
            continue
        complaints = check()
        say(f"{'FAILED' if complaints else 'ok    '} {name}")
        if complaints:
            failed.append(name)
            print("\n".join(complaints), flush=True)
    if failed:
        say(f"connect: {', '.join(failed)} complained; `make format` mends what can be mended by machine")
    return 1 if failed else 0


def files(*suffixes: str) -> list[Path]:
    """Our files of these kinds, relative to the root."""
    found = []
    for folder, subfolders, names in os.walk(paths.ROOT):
        subfolders[:] = sorted(set(subfolders) - SKIPPED)
        found += [Path(folder, name).relative_to(paths.ROOT) for name in sorted(names) if name.endswith(suffixes)]
    return found


def mend() -> int:
    """`make format`: imports, layout and what else ruff can mend by itself."""
    _tool("ruff", "check", "--fix", "--quiet", ".")
    print("\n".join(_tool("ruff", "format", ".")))
    return 0


def _tool(program: str, *arguments: str, env: dict[str, str] | None = None) -> list[str]:
    """What a program of the virtual environment has to complain about: its output, when it fails."""
    command = [sys.executable, "-m", program, *arguments]
    done = subprocess.run(
        command, cwd=paths.ROOT, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()] if done.returncode else []


def _ruff() -> list[str]:
    return _tool("ruff", "check", "--output-format=concise", "--quiet", ".")


def _mypy() -> list[str]:
    """The addon's folder is the base, so that `connect_routing/engine` is the package `engine`: no Odoo in sight."""
    complaints = _tool("mypy", "tools")
    for addon in addons.found().values():
        for package in (addon / name for name in PLAIN):
            if (package / "__init__.py").is_file():
                where = str(package.relative_to(paths.ROOT))
                complaints += _tool("mypy", "--explicit-package-bases", where, env={"MYPYPATH": str(addon)})
    return complaints


def _pylint() -> list[str]:
    places = [str(folder.relative_to(paths.ROOT)) for folder in addons.found().values()]
    return (
        _tool("pylint", "--score=n", f"--disable={NOT_OURS}", f"--ignore={','.join(PLAIN)}", *places) if places else []
    )


def _xml() -> list[str]:
    from lxml import etree

    complaints = []
    for file in files(".xml", ".svg"):
        try:
            etree.parse(paths.ROOT / file)
        except etree.XMLSyntaxError as error:
            complaints.append(f"{file}:{error.lineno}: {error.msg}")
    return complaints


def _javascript() -> list[str]:
    sources = [str(file) for file in files(".js", ".mjs")]
    if not sources:
        return []
    if not shutil.which("node"):
        say("       JavaScript was NOT checked: there is no node on this machine")
        return []
    command = ["node", "--experimental-vm-modules", "--no-warnings", "tools/syntax.mjs", *sources]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


CHECKS: dict[str, Callable[[], list[str]]] = {
    "ruff": _ruff,
    "mypy": _mypy,
    "pylint": _pylint,
    "xml": _xml,
    "javascript": _javascript,
    "public": lint_rules.public_methods,
    "sudo": lambda: lint_rules.sudo_reasons(files(".py")),
    "length": lambda: lint_rules.lengths(files(".py", ".js", ".mjs", ".scss")),
    "russian": lint_rules.russian,
    "hosts": lambda: lint_rules.hosts(files("")),
}
