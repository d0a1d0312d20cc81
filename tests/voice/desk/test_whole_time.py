"""The last test of this folder: VOI-44 in full."""

from __future__ import annotations

from ..conftest import World, _await_bridge
from ..test_office import user_id
from .conftest import Parked


def test_comes_back_after_90_seconds(calls: World, parked: Parked) -> None:
    """VOI-44: parked before the first test of this folder; it comes back to the parker after 90 s, as if the bridge
    had not been killed meanwhile."""
    _await_bridge(calls)
    call = calls.await_call(parked.key, within=120, state="talking", user_id=user_id(calls, 100001))
    times = calls.sql("SELECT name, at FROM connect_call_fact WHERE call_id = %s", call["id"])
    at = {each["name"]: each["at"] for each in times}
    assert 89.5 < (at["park_over"] - at["parked"]).total_seconds() < 100
    calls.as_user(100001)("connect.call", "hangup", [[call["id"]]])
    calls.await_call(parked.key, state="ended")
