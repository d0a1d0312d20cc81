"""A pytest plugin: tests of the plain Python inside our addons, without Odoo.

`connect_routing/engine/` imports nothing of Odoo, but its parent package does: importing `connect_routing.engine`
would run `connect_routing/__init__.py` and with it every model. So each addon is registered as an empty package first.
"""

from __future__ import annotations

import sys
from types import ModuleType

from tools import addons


def pytest_configure() -> None:
    """Before anything is collected."""
    for name, folder in addons.found().items():
        package = ModuleType(name, "Stands for an addon, so that its plain Python can be imported alone.")
        package.__path__ = [str(folder)]
        package.__file__ = str(folder / "__init__.py")
        sys.modules.setdefault(name, package)
