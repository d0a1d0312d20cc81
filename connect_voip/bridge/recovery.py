"""After a (re)connection: what Asterisk has, compared with what was noted.

Audio goes on while the bridge is away, and Asterisk keeps the channels in the application. What is noted of a call is
the state after its last fact; what happened since shows in which of its channels live, and whether they are up.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .commands import Call
from .line import Line
from .recordings import collect_left
from .state import BEFORE, RINGING, Party, State

if TYPE_CHECKING:
    from .runner import Runner

_logger = logging.getLogger(__name__)


async def recover(runner: Runner) -> None:
    """Take the open calls up again; end those that Asterisk knows nothing of any more."""
    channels = {each["id"]: each for each in await runner.ari.get("/channels")}
    known = await runner.in_thread(runner.office.open_calls) or {}
    lost = []
    for key, snapshot in known.items():
        if key in runner.lines:
            _compare(runner, key, channels)
        elif state := _read(key, snapshot, channels):
            _take_up(runner, state, channels)
        else:
            lost.append(key)
    for key in runner.lines.keys() - known.keys():
        _compare(runner, key, channels)
    await _sweep(runner, channels)
    runner.spawn(collect_left(runner))
    if lost:
        await runner.in_thread(runner.office.lost, lost)
    _logger.info("Connected: %s channels, %s calls, %s ended meanwhile", len(channels), len(runner.lines), len(lost))


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


def _take_up(runner: Runner, state: State, channels: dict[str, Any]) -> None:
    for leg in _own(state, channels):
        if leg in channels and leg not in state.channels():
            state.legs[leg] = Party(leg)
    runner.open(Line(Call(state)))
    _compare(runner, state.key, channels)
    if state.phase in (BEFORE, RINGING):
        runner.tell(state.key, lambda call: call.taken_up())


def _compare(runner: Runner, key: str, channels: dict[str, Any]) -> None:
    """Tell a call which of its channels have gone, and which have been answered, while nobody listened."""
    state = runner.lines[key].call.state
    for channel in state.channels():
        runner.channels[channel] = key
        if channel not in channels:
            runner.tell(key, lambda call, channel=channel: call.gone(channel))  # type: ignore[misc]
        elif channel in state.legs and channels[channel]["state"] == "Up":
            runner.tell(key, lambda call, channel=channel: call.answered(channel))  # type: ignore[misc]


async def _sweep(runner: Runner, channels: dict[str, Any]) -> None:
    """Bridges and legs of ours that belong to no call any more."""
    for bridge in await runner.ari.get("/bridges"):
        if bridge["id"].startswith("b-") and bridge["id"][2:] not in runner.lines:
            await runner.hands.quietly("DELETE", f"/bridges/{bridge['id']}")
    for channel in channels:
        if "-leg" in channel and channel not in runner.channels:
            await runner.hands.quietly("DELETE", f"/channels/{channel}")
