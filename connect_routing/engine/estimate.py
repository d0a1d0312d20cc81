"""How long somebody in a queue still waits: an honest box of minutes, or nothing while there are too few facts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

FACTS = 5  # people who must have come out of the queue lately before anything is said
WINDOW = 1800.0  # s that count as lately
BOXES = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)  # min; beyond the last one nothing is promised


def waiting_minutes(place: int, left_at: Sequence[float], now: float) -> int | None:
    """The box of minutes for the person at ``place`` (1: is next), rounded up; None when it is not known.

    What counts is the pace at which people came out of this queue lately, however they did: it holds the number of
    specialists, how long they talk, and who is at lunch. A queue out of which nobody came lately has no pace.

    :param left_at: when the last ones were taken out of the queue, seconds since the epoch, in any order
    """
    lately = sorted(at for at in left_at if now - WINDOW <= at <= now)
    if place < 1 or len(lately) < FACTS:
        return None
    pause = (now - lately[0]) / len(lately)
    box = bisect_left(BOXES, place * pause / 60)
    return BOXES[box] if box < len(BOXES) else None
