from . import showcase
