from . import controllers
from . import kept_bus
from . import kept_plans
from . import models
from . import wizards
from .hooks import _count_existing_members


def _on_load():
    """When Odoo loads the addon, in each process."""
    kept_plans.install()
    kept_bus.install()
