"""Which policy holds for a ticket: the most specific one; of equals the one that stands first in the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Policy(NamedTuple):
    """Limits for the tickets it fits. 0 and "" stand for «any» line, type or priority."""

    id: int
    line_id: int = 0
    type_id: int = 0
    priority: str = ""

    @property
    def precision(self) -> tuple[bool, bool, bool]:
        return bool(self.line_id), bool(self.type_id), bool(self.priority)


def choose(policies: Iterable[Policy], line_id: int, type_id: int, priority: str) -> int:
    """Id of the policy for a ticket, 0 when none fits. A line outweighs a type, and that a priority."""
    fitting = [
        policy
        for policy in policies
        if policy.line_id in (0, line_id) and policy.type_id in (0, type_id) and policy.priority in ("", priority)
    ]
    return max(fitting, key=lambda policy: policy.precision).id if fitting else 0
