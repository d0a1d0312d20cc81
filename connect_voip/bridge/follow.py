"""«Follow Me» (VOI-40, VOI-41): from steps, each with its telephones, to when each telephone rings and how long."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def spans(steps: Sequence[tuple[float, Iterable[T]]]) -> list[tuple[T, float, float]]:
    """When each telephone rings: ``(telephone, seconds after the beginning, seconds of ringing)``, by their beginning.

    ``steps`` are done one after the other: so many seconds on these telephones. A telephone of consecutive steps rings
    on without interruption; one that pauses for a step begins anew.
    """
    found: list[tuple[T, float, float]] = []
    ringing: dict[T, float] = {}  # telephone → since when
    now = 0.0
    for seconds, telephones in [*steps, (0.0, ())]:
        wanted = dict.fromkeys(telephones)
        for telephone in [each for each in ringing if each not in wanted]:
            begin = ringing.pop(telephone)
            found.append((telephone, begin, now - begin))
        for telephone in wanted:
            ringing.setdefault(telephone, now)
        now += seconds
    order = {telephone: index for index, (telephone, _begin, _seconds) in enumerate(found)}
    return sorted(found, key=lambda span: (span[1], order[span[0]]))
