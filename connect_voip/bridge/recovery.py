"""After a (re)connection: what Asterisk has, compared with what was noted.

Audio goes on while the bridge is away, and Asterisk keeps the channels in the application. What is noted of a call is
the state after its last fact; what happened since shows in which of its channels live, and whether they are up.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from .commands import Call
from .hands import TAPE
from .line import Line
from .recordings import collect_left
from .state import BEFORE, RINGING, Party, State

if TYPE_CHECKING:
    from .runner import Runner

_logger = logging.getLogger(__name__)

AGAIN = 2.0  # s until the next attempt to tell Odoo


class NotRecovered(Exception):
    """Not all is known that is needed to take the calls up."""


async def recover(runner: Runner) -> None:
    """Take the open calls up again; end those that Asterisk knows nothing of any more. What may fail is asked first:
    nothing is done on half of the answers."""
    channels = {each["id"]: each for each in await runner.ari.get("/channels")}
    bridges = [each["id"] for each in await runner.ari.get("/bridges")]
    known = await runner.in_thread(runner.office.open_calls)
    if known is None:  # not an empty house: calls that we know nothing of would be taken for nobody's
        raise NotRecovered("Odoo did not say which calls are open")
    new = known.keys() - runner.lines.keys()
    lost = [key for key in known if key in new and not _take_up(runner, key, known[key], channels)]
    for key, line in runner.lines.items():
        _compare(runner, key, channels)
        if key in new and line.call.state.phase in (BEFORE, RINGING):
            runner.tell(key, lambda call: call.taken_up())
    await _sweep(runner, channels, bridges)
    runner.spawn(collect_left(runner))
    if lost:
        runner.spawn(_end(runner, lost))
    _logger.info("Connected: %s channels, %s calls, %s ended meanwhile", len(channels), len(runner.lines), len(lost))


async def _end(runner: Runner, lost: list[str]) -> None:
    """Until Odoo has noted it: nobody else will."""
    while not await runner.in_thread(runner.office.lost, lost):
        await asyncio.sleep(AGAIN)


def _read(key: str, snapshot: dict[str, Any], channels: dict[str, Any]) -> State | None:
    """The state of a call of which something lives."""
    try:
        state = State.from_json(snapshot)
    except (KeyError, TypeError) as error:
        _logger.warning("Call %s was noted by another version of the bridge: %s", key, error)
        return None
    return state if any(channel in channels for channel in _own(state, channels)) else None


def _own(state: State, channels: dict[str, Any]) -> list[str]:
    """Channels of the call, those of legs that were rung after its last fact included."""
    return [*state.channels(), *(each for each in channels if each.startswith(f"{state.key}-leg"))]


def _take_up(runner: Runner, key: str, snapshot: dict[str, Any], channels: dict[str, Any]) -> bool:
    """False: nothing lives of this call."""
    state = _read(key, snapshot, channels)
    if state is None:
        return False
    for leg in _own(state, channels):
        if leg in channels and leg not in state.channels():
            state.legs[leg] = Party(leg)
    runner.open(Line(Call(state), may_talk=True))
    return True


def _compare(runner: Runner, key: str, channels: dict[str, Any]) -> None:
    """Tell a call which of its channels have gone, and which have been answered, while nobody listened."""
    state = runner.lines[key].call.state
    for channel in state.channels():
        runner.channels[channel] = key
        if channel not in channels:
            runner.tell(key, lambda call, channel=channel: call.gone(channel))  # type: ignore[misc]
        elif channel in state.legs and channels[channel]["state"] == "Up":
            runner.tell(key, lambda call, channel=channel: call.answered(channel))  # type: ignore[misc]


async def _sweep(runner: Runner, channels: dict[str, Any], bridges: list[str]) -> None:
    """Bridges and legs of ours that belong to no call any more."""
    for bridge in bridges:
        if bridge.startswith("b-") and bridge[2:] not in runner.lines:
            await runner.hands.quietly("DELETE", f"/bridges/{bridge}")
    for channel in channels:
        if "-leg" in channel and channel not in runner.channels and not channel.endswith(TAPE):
            await runner.hands.quietly("DELETE", f"/channels/{channel}")
