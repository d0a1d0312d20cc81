"""After a (re)connection: what Asterisk has, compared with what was noted.

Audio goes on while the bridge is away, and Asterisk keeps the channels in the application. What is noted of a call is
its state after the last thing that it has done; what happened since shows in which of its channels live, and whether
they are up. A caller of whom nothing was noted yet is let in once more.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

from .ari import APP
from .commands import Call
from .line import Event, Line
from .stages import Play, Ring, Voicemail
from .state import BEFORE, CONSULTING, RINGING, Party, State

if TYPE_CHECKING:
    from .runner import Runner

_logger = logging.getLogger(__name__)

AGAIN = 2.0  # s until the next attempt to tell Odoo
LEG = re.compile(r"(.+)-leg([0-9]+)")
DOORS = ("inner", "trunk")  # through which callers come; other channels in the application are of our own making

Channels = dict[str, dict[str, Any]]  # as Asterisk tells of them, by id


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
    for key in new:
        if state := read(key, known[key], channels):
            runner.open(Line(Call(state), may_talk=True))
    for key, line in runner.lines.items():
        for event in [*resumed(line.call.state, channels, key in new), *missed(line.call.state, channels)]:
            runner.tell(key, event)
        for channel in line.call.state.channels():
            runner.channels[channel] = key
    await _sweep(runner, channels, bridges)
    _let_in(runner, channels)
    runner.tidy()
    lost = [key for key in known if key not in runner.lines]
    if lost:
        runner.spawn(_end(runner, lost))
    _logger.info("Connected: %s channels, %s calls, %s ended meanwhile", len(channels), len(runner.lines), len(lost))


async def _end(runner: Runner, lost: list[str]) -> None:
    """Until Odoo has noted it: nobody else will."""
    while not await runner.in_thread(runner.office.lost, lost):
        await asyncio.sleep(AGAIN)


def read(key: str, snapshot: dict[str, Any], channels: Channels) -> State | None:
    """The state of a call; None: nothing lives of it, or nothing that can be read was noted."""
    if not snapshot:
        return None
    try:
        state = State.from_json(snapshot)
    except (KeyError, TypeError) as error:
        _logger.warning("Call %s was noted by another version of the bridge: %s", key, error)
        return None
    state.count = max(state.count, legs_of(key, channels))
    _adopt(state, channels)
    return state if any(channel in channels for channel in state.channels()) else None


def _adopt(state: State, channels: Channels) -> None:
    """Legs that were rung after the state was noted are the call's while it still looks for somebody."""
    endpoints = {each.endpoint: each.user_id for each in state.stage.targets} if isinstance(state.stage, Ring) else {}
    for leg, channel in channels.items():
        found = LEG.fullmatch(leg)
        if not found or found[1] != state.key or leg in state.channels():
            continue
        if state.phase in (RINGING, CONSULTING) or (state.phase == BEFORE and channel["state"] == "Up"):
            endpoint = channel["name"].rpartition("-")[0]
            state.legs[leg] = Party(leg, endpoints.get(endpoint, 0), endpoint)


def resumed(state: State, channels: Channels, is_new: bool = True) -> list[Event]:
    """A call that has got another bridge goes on, and one that may not have heard the end of a sound."""
    goes_on = state.first.channel in channels and (is_new or isinstance(state.stage, Play | Voicemail))
    return [lambda call: call.taken_up()] if goes_on else []


def missed(state: State, channels: Channels) -> list[Event]:
    """What a call has not heard while nobody listened: which of its channels have gone, been answered, come back."""
    events: list[Event] = []
    for channel in state.channels():
        if channel not in channels:
            events.append(lambda call, channel=channel: call.gone(channel))  # type: ignore[misc]
        elif channel in state.legs and channels[channel]["state"] == "Up":
            events.append(lambda call, channel=channel: call.answered(channel))  # type: ignore[misc]
    first = channels.get(state.first.channel)
    door = _door(first)[:1] if first else []
    if door == ["return"]:
        events.append(lambda call: call.returned(call.state.first.channel, ""))
    elif door == ["first"]:
        events.append(lambda call: call.begun())
    return events


def _door(channel: dict[str, Any]) -> list[str]:
    """With what it came into the application, as ``StasisStart`` has it; empty: it is not there."""
    place = channel.get("dialplan", {})
    app, *args = place.get("app_data", "").split(",")
    return args if place.get("app_name") == "Stasis" and app == APP else []


def legs_of(key: str, channels: Channels) -> int:
    """The highest number of a leg that this call has rung: none is rung by a name that is still in use."""
    found = (LEG.fullmatch(channel) for channel in channels)
    return max((int(each[2]) for each in found if each and each[1] == key), default=0)


async def _sweep(runner: Runner, channels: Channels, bridges: list[str]) -> None:
    """Bridges and channels of our making that belong to no call any more."""
    for bridge in bridges:
        if bridge.startswith("b-") and bridge[2:] not in runner.lines:
            await runner.hands.quietly("DELETE", f"/bridges/{bridge}")
    for name, channel in channels.items():
        is_first = channel.get("dialplan", {}).get("context") == "connect-first"
        is_ours = LEG.fullmatch(name) or is_first or _door(channel)[:1] in (["first"], ["return"], ["test"])
        if is_ours and name not in runner.channels and name not in runner.probes:
            await runner.hands.quietly("DELETE", f"/channels/{name}")


def _let_in(runner: Runner, channels: Channels) -> None:
    """Callers in the application whom no call owns: their call was to begin, or cannot be read."""
    for name, channel in channels.items():
        door, *rest = _door(channel) or [""]
        if door in DOORS and name not in runner.channels:
            runner.let_in(channel, door, rest[0] if rest else "", legs_of(name, channels), again=True)
