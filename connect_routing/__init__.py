from . import controllers
from . import models
from .hooks import _count_existing_members
