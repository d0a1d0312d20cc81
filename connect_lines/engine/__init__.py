"""Rules of service tickets as plain typed Python: the clock of deadlines, the choice of a policy, what a browser says.

Nothing here knows Odoo or a database. The models feed it working intervals and events and store what it answers, so
a deadline can always be computed anew: after a holiday was entered, a policy changed, a ticket reopened.
"""

from .browser import describe
from .clock import CLOSED, OPENED, PAUSED, RESUMED, Calendar, Event, Interval, due, spans, used, worked
from .policy import Policy, choose

__all__ = [
    "CLOSED",
    "OPENED",
    "PAUSED",
    "RESUMED",
    "Calendar",
    "Event",
    "Interval",
    "Policy",
    "choose",
    "describe",
    "due",
    "spans",
    "used",
    "worked",
]
