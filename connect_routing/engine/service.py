"""Service level («SL», REP-16): of what was answered, how much within the line's threshold. One definition for the
line's form, the metric, and reports."""

from __future__ import annotations


def service_level(in_time: int, answered: int) -> int:
    """In per cent; where nothing was answered nothing was late: 100."""
    return round(100 * in_time / answered) if answered else 100
