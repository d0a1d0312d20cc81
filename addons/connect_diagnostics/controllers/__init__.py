from . import failure
