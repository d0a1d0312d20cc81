"""The configuration a process of Odoo gets: odoo.conf at the root, with what only this machine knows put in.

It is written per database, so that several servers can run side by side: each has its own data folder (files and
sessions) and its own filter on databases.
"""

from __future__ import annotations

import configparser
import sysconfig
from pathlib import Path

from . import addons, odoo, paths


def odoo_home() -> Path:
    """The folder that the virtual environment is linked to."""
    return Path(Path(sysconfig.get_path("purelib"), "odoo.pth").read_text().strip())


def addons_path() -> str:
    """Where Odoo finds our addons, as its option takes it; its commands that an addon brings need it beforehand."""
    return ",".join(map(str, [*addons.folders(), *odoo.addons_folders(odoo_home())]))


def write(database: str, **overrides: object) -> Path:
    """Write the configuration of a database; returns its path."""
    settings = configparser.RawConfigParser(strict=False)
    settings.read(paths.ROOT / "odoo.conf")
    if not settings.has_section("options"):
        settings.add_section("options")
    computed: dict[str, object] = {
        "addons_path": addons_path(),
        "data_dir": paths.DATA / database,
        "db_name": database,
        "dbfilter": f"^{database}$",
        "pidfile": "",
        **overrides,
    }
    for key, value in computed.items():
        settings.set("options", key, str(value))
    target = paths.RUN / f"{database}.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    (paths.DATA / database).mkdir(parents=True, exist_ok=True)
    with target.open("w") as file:
        settings.write(file)
    target.chmod(0o600)
    return target
