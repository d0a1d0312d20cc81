from . import controllers, models, wizards
from .hooks import _restore_base_rules
