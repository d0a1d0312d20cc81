"""A company's minutes of outgoing calls run out while it talks: a tone, a word on the screen, the end."""

from __future__ import annotations

import time

from .conftest import World
from .test_trunk import MOBILE, Operator, operator

__all__ = ["operator"]


def pass_by(calls: World, seconds: float) -> None:
    """As if the call had begun so much earlier."""
    calls.sql("UPDATE connect_trunk_use SET at = at - make_interval(secs => %s) WHERE released_at IS NULL", seconds)


def test_warned_then_ended(calls: World, operator: Operator) -> None:
    """Both hear a tone in the last minute, once; at its end the call is ended, and says why. Outgoing calls are
    suspended, until an administrator releases them."""
    operator.answering.listen()
    operator.answering.answer()
    nikiforov = calls.phone("100002")
    ear = nikiforov.listen()
    nikiforov.call(MOBILE, talk=60)
    call = calls.await_call(state="talking", direction="outgoing")
    limit = calls.admin("connect.outbound.limit", "search", [[["company_id", "=", operator.company]]])
    calls.admin("connect.outbound.limit", "write", [limit, {"minutes": 1000}])
    used = calls.sql(
        """SELECT sum(extract(epoch FROM coalesce(released_at, now() AT TIME ZONE 'UTC') - at))::float AS used
             FROM connect_trunk_use WHERE company_id = %s AND is_outgoing""",
        operator.company,
    )[0]["used"]
    began = time.monotonic()
    pass_by(calls, 60_000 - used - 40)
    calls.await_row("SELECT 1 FROM connect_call_order WHERE key = %s AND verb = 'warn'", call["key"])
    calls.pause(1)
    assert 0 < ear.loud(began) < 2
    assert calls.await_call(call["key"], state="talking")
    pass_by(calls, 40)
    call = calls.await_call(call["key"], state="ended")
    assert calls.facts(call["id"])[-2:] == ["cut", "ended"]
    calls.sql("UPDATE connect_trunk_use SET at = released_at WHERE key = %s", call["key"])
    calls.admin("connect.outbound.limit", "write", [limit, {"minutes": 600}])
    nikiforov.call(MOBILE, talk=5)
    assert calls.await_call(state="missed", direction="outgoing")["missed_reason"] == "refused"
    calls.admin("connect.outbound.limit", "action_release", [limit])
    operator.answering.answer()
    nikiforov.call(MOBILE, talk=5)
    calls.await_call(state="talking", direction="outgoing")
