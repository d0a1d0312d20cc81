from . import agent, feed, portal
