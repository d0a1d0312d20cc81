"""Rules of lines as plain typed Python. Nothing here knows Odoo or a database.

Of service tickets: the clock of deadlines, what is told of them when, the choice of a policy, what a browser says. The
models feed it working intervals and events and store what it answers, so a deadline can always be computed anew:
after a holiday was entered, a policy changed, a ticket reopened. Of payments: what a month of accounts and
subscriptions costs.
"""

from .browser import describe
from .clock import CLOSED, OPENED, PAUSED, RESUMED, Calendar, Event, Interval, due, spans, used, worked
from .notice import LATE, SOON, Term, due_notice, first_notice, next_notice, remembered
from .policy import Policy, choose
from .statement import Group, Span, charge, charged_days, group_accounts, month_of

__all__ = [
    "CLOSED",
    "LATE",
    "OPENED",
    "PAUSED",
    "RESUMED",
    "SOON",
    "Calendar",
    "Event",
    "Group",
    "Interval",
    "Policy",
    "Span",
    "Term",
    "charge",
    "charged_days",
    "choose",
    "describe",
    "due",
    "due_notice",
    "first_notice",
    "group_accounts",
    "month_of",
    "next_notice",
    "remembered",
    "spans",
    "used",
    "worked",
]
