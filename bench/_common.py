"""What the benchmarks share: Odoo's registry in this process, on the database that `make bench` made, and a table."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import odoo
import psycopg2
from odoo.modules.registry import Registry

CONNECTIONS = 32


def open_registry(with_modules: list[str] | None = None) -> Registry:
    """The registry, with further modules of Odoo's. Every commit waits for the disk, as a production database does."""
    name, file = os.environ["PGDATABASE"], os.environ["ODOO_RC"]
    if with_modules:
        command = ["odoo", "-c", file, "-d", name, "-i", ",".join(with_modules), "--stop-after-init"]
        subprocess.run([*command, "--log-level=error"], check=True)
    with psycopg2.connect("") as connection, connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    odoo.tools.config.parse_config(["-c", file, "-d", name, "--log-level=error"], setup_logging=True)
    odoo.tools.config["db_maxconn"] = CONNECTIONS
    return Registry(name)


def table(titles: list[str], rows: list[list[Any]]) -> None:
    """Print rows under their titles, right-aligned."""
    cells = [titles, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)), flush=True)
    print(flush=True)
