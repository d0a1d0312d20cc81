"""What goes on beside these tests: a call that is parked for the whole 90 s (VOI-44)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ..conftest import World
from ..sipp import Phone


@dataclass
class Parked:
    """Gromova has parked Sokolova, and waits."""

    key: str
    since: float  # of the monotonic clock
    phone: Phone


@pytest.fixture(scope="package", autouse=True)
def parked(shared: World) -> Iterator[Parked]:
    """Begun before the first test of this folder; the last one sees it come back, so that nobody waits for it idly.
    Tests restart the bridge meanwhile, and shorten the time for calls of their own."""
    gromova, sokolova = shared.phone("100001", tone=440), shared.phone("100005", tone=700)
    gromova.answer()
    sokolova.call("100", talk=1200)
    call = shared.await_call(state="talking")
    shared.as_user(100001)("connect.call", "park", [[call["id"]]])
    shared.await_call(call["key"], state="parked")
    since = time.monotonic()
    shared.kept.add(call["key"])
    shared.await_silence()  # the slot has been said, and the parker is free
    gromova.processes[-1].wait(30)
    gromova.answer()
    shared.phones.clear()
    yield Parked(call["key"], since, gromova)
    shared.kept.clear()
    shared.phones += [gromova, sokolova]
    shared.clear()
    shared.await_silence()
