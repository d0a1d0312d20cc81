"""A private virtual environment with the pinned requirements, in which pip sees Odoo as installed.

It lives in the cache under a name made of everything it depends on, so that two checkouts with equal requirements
share it and a change of requirements makes a new one instead of a half-updated one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import apt, debian, fetch, odoo, paths
from .say import Failure, step

RUNTIME, DEVELOPMENT = paths.ROOT / "requirements.txt", paths.ROOT / "requirements-dev.txt"
LAUNCHER = """#!{python}
import sys
from odoo.cli.command import main
if __name__ == "__main__":
    sys.exit(main())
"""
METADATA = """Metadata-Version: 2.1
Name: odoo
Version: {version}
Summary: Odoo Server (linked from {home})
License: LGPL-3
Requires-Python: >=3.10
"""


def ensure(dev: bool = False) -> Path:
    """The environment's folder, made when missing; with `dev`, the packages of tests and checks too.

    Odoo and the Python packages are fetched side by side: neither waits for the other's network.
    """
    paths.ensure_folders()
    with ThreadPoolExecutor(max_workers=1) as pool:
        odoo_home = pool.submit(odoo.home)
        folder = _installed(dev)
        _link(folder, odoo_home.result())
    return folder


def enter(dev: bool = False) -> None:
    """Go on inside the environment: replaces this process unless it is there already."""
    folder = ensure(dev)
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    python = str(folder / "bin" / "python")
    os.execve(python, [python, "-m", "tools", *sys.argv[1:]], environment(folder))


def environment(folder: Path) -> dict[str, str]:
    """The environment variables of a process that lives in the virtual environment."""
    path = os.pathsep.join([str(folder / "bin"), str(paths.CACHE / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "VIRTUAL_ENV": str(folder), "PATH": path, "PYTHONPATH": str(paths.ROOT)}


def _installed(dev: bool) -> Path:
    python = ".".join(map(str, sys.version_info[:3]))
    recipe = RUNTIME.read_bytes() + f"{python} {sys.base_prefix}".encode()
    folder = paths.CACHE / f"venv-{python}-{hashlib.sha256(recipe).hexdigest()[:10]}"
    with paths.locked("venv"):
        _install(folder, RUNTIME, fresh=True)
        if dev:
            _install(folder, DEVELOPMENT)
    return folder


def _install(folder: Path, requirements: Path, fresh: bool = False) -> None:
    """pip's work, behind a marker that is written last: what was interrupted is done again."""
    marker = folder / f".{requirements.stem}"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if marker.is_file() and marker.read_text() == wanted:
        return
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    pip = _pip(folder)
    command = [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--disable-pip-version-check"]
    with step(f"installing {requirements.name}"):
        done = subprocess.run([*command, "-r", str(requirements)], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if line.startswith("ERROR")), done.stderr[-300:])
        raise Failure(f"pip could not install {requirements.name}: {reason.strip()}")
    marker.write_text(wanted)


def _pip(folder: Path) -> list[str]:
    """How to call pip for the environment. Debian without python3-venv has no ensurepip; a wheel of pip does."""
    python = folder / "bin" / "python"
    bundled = importlib.util.find_spec("ensurepip") is not None and _has_bundled_pip()
    if not python.exists():
        command = [sys.executable, "-m", "venv", str(folder), *([] if bundled else ["--without-pip"])]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise Failure(f"Python could not make a virtual environment: {(made.stderr or made.stdout)[-200:].strip()}")
    if (folder / "bin" / "pip").exists():
        return [str(python), "-m", "pip"]
    return [str(python), str(_pip_wheel() / "pip")]


def _has_bundled_pip() -> bool:
    """Debian splits ensurepip's wheels off into another package; the module alone does not say they are there."""
    probe = subprocess.run([sys.executable, "-m", "ensurepip", "--version"], capture_output=True, check=False)
    return probe.returncode == 0


def _pip_wheel() -> Path:
    for folder in (Path("/usr/share/python-wheels"), paths.CACHE / "pip/usr/share/python-wheels"):
        if found := sorted(folder.glob("pip-*.whl")):
            return found[-1]
    release = Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=(\S+)", release, re.MULTILINE)
    mirrors = apt.mirrors()
    found_pins = debian.resolve(mirrors, codename[1] if codename else "stable", {"python3-pip-whl"})
    if "python3-pip-whl" not in found_pins:
        raise Failure("This Python has no pip: install python3-venv.")
    debian.unpack(fetch.pinned(found_pins["python3-pip-whl"], mirrors), paths.CACHE / "pip", lambda _name: True)
    return _pip_wheel()


def _link(folder: Path, odoo_home: Path) -> None:
    """Make Odoo importable and visible to pip, so that OCA's packages, which require `odoo`, install as usual."""
    site = next((folder / "lib").glob("python*/site-packages"))
    link = site / "odoo.pth"
    launcher = folder / "bin" / "odoo"
    if link.is_file() and link.read_text() == f"{odoo_home}\n" and launcher.is_file():
        return
    for old in site.glob("odoo-*.dist-info"):
        shutil.rmtree(old)
    info = site / "odoo-19.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.format(version="19.0.0", home=odoo_home))
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: connect\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    (info / "INSTALLER").write_text("connect\n")
    (info / "top_level.txt").write_text("odoo\n")
    launcher.write_text(LAUNCHER.format(python=folder / "bin" / "python"))
    launcher.chmod(0o755)
    owned = [f"{info.name}/{file}" for file in ("METADATA", "WHEEL", "INSTALLER", "top_level.txt", "RECORD")]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in ["odoo.pth", *owned, "../../../bin/odoo"]))
    link.write_text(f"{odoo_home}\n")
