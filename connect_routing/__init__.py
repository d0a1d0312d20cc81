from . import controllers
from . import models
from . import wizards
from .hooks import _count_existing_members
