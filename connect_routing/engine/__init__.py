"""The router's rules as plain typed Python: who may take a request, in which order, what a request may become, how long
somebody still waits, which skills it demands, and when a specialist's status changes by itself.

Nothing here knows Odoo or a database. The dispatcher feeds it snapshots of tables and carries out what it
answers, and the replay of a past day feeds it history, so both use the same rules. Randomness comes in as an
argument, so that a test can fix it.
"""

from .estimate import waiting_minutes
from .hours import Hour, Total, by_hour, total
from .lifecycle import CODES, STATES, TAKING, Transition, fold, next_state
from .policies import Band, Context, rank
from .pool import NO_SKILLS, Cohort, Exclusion, Pool, Priority, classify
from .replay import Arrival, Outcome, Settings, Worker, replay
from .service import service_level
from .shifts import NOT_HELD, Call, Held, Shift, Stay, held_by, shifts
from .skills import FULL, NO_TERMS, NOTHING, Demand, Fit, Skills, Stage, Terms, fit
from .statuses import Move, Standing, next_status
from .turn import Head, Line, Turn, pool_of, whose_turn

__all__ = [
    "CODES",
    "FULL",
    "NOTHING",
    "NOT_HELD",
    "NO_SKILLS",
    "NO_TERMS",
    "STATES",
    "TAKING",
    "Arrival",
    "Band",
    "Call",
    "Cohort",
    "Context",
    "Demand",
    "Exclusion",
    "Fit",
    "Head",
    "Held",
    "Hour",
    "Line",
    "Move",
    "Outcome",
    "Pool",
    "Priority",
    "Settings",
    "Shift",
    "Skills",
    "Stage",
    "Standing",
    "Stay",
    "Terms",
    "Total",
    "Transition",
    "Turn",
    "Worker",
    "by_hour",
    "classify",
    "fit",
    "fold",
    "held_by",
    "next_state",
    "next_status",
    "pool_of",
    "rank",
    "replay",
    "service_level",
    "shifts",
    "total",
    "waiting_minutes",
    "whose_turn",
]
