"""Carries out what a call wants done: in Asterisk by ARI and, for parked calls, AMI; in Odoo by the office."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import aiohttp

from . import actions as do
from .ami import Ami, AmiError
from .ari import APP, Ari, AriError
from .recordings import collect
from .stages import CONGESTION, TONE

if TYPE_CHECKING:
    from .line import Line
    from .runner import Runner

_logger = logging.getLogger(__name__)

GONE = 404
AT_ONCE = "<sip:connect>;answer-after=0"  # what telephones on desks and ours in the browser understand (VOI-21)
TAPE = "-tape"  # how the name of a channel ends that listens to another one, to record it


class Hands:
    """The one place that writes to Asterisk."""

    def __init__(self, ari: Ari, ami: Ami, runner: Runner) -> None:
        self.ari, self.ami, self.runner = ari, ami, runner

    async def carry_out(self, line: Line, wanted: list[do.Action]) -> None:
        """In order. What has happened, and how the call stands, is told to Odoo afterwards: the caller does not wait
        for a database. A question alone is not told: its answer follows, and after a crash it is asked again."""
        facts = [(action.fact, action.data) for action in wanted if isinstance(action, do.Tell)]
        for action in wanted:
            match action:
                case do.Tell() | do.Query():
                    pass  # below, when everything else is done
                case do.Wish():
                    office = self.runner.office
                    wish = self.runner.in_thread(office.wish, line.call.state.key, action.verb, action.user_id)
                    self.runner.spawn(wish)
                case do.Timer():
                    self._start(line, action)
                case do.Yield():
                    self.runner.hand_on(action)
                case do.Over():
                    names = [*line.call.state.recorded, *line.call.state.messages]
                    self.runner.collecting.update(names)
                    self.runner.spawn(self._clear_away(line.call.state.key, names))
                case _:
                    await self._in_asterisk(line, action)
        asks = any(isinstance(action, do.Query) for action in wanted)
        if facts or (wanted and not asks and line.snapshot != line.call.state.to_json()):
            self.runner.teller.tell(line, facts)
        for action in wanted:
            if isinstance(action, do.Query):
                self.runner.spawn(self.runner.ask(line, action))

    def _start(self, line: Line, timer: do.Timer) -> None:
        key = line.call.state.key
        loop = asyncio.get_running_loop()
        if before := line.timers.get(timer.name):
            before.cancel()  # of a stage that is over: it would ring the new one's telephone too early
        line.timers[timer.name] = loop.call_later(
            timer.seconds, self.runner.tell, key, lambda call: call.timer(timer.name)
        )

    async def _in_asterisk(self, line: Line, action: do.Action) -> None:
        """One action. A channel that is no more says so by an event of its own."""
        key = line.call.state.key
        try:
            await self._one(line, action)
        except AriError as error:
            if isinstance(action, do.Dial):
                _logger.info("Call %s: %s cannot be rung: %s", key, action.endpoint, error)
                self.runner.channels.pop(action.leg, None)
                self.runner.tell(key, lambda call: call.gone(action.leg, CONGESTION))
            elif isinstance(action, do.Await) and error.status == GONE:
                self._unblock(key, action)
            elif error.status != GONE:
                _logger.warning("Call %s: %s failed: %s", key, type(action).__name__, error)
                self._unblock(key, action)
        except (aiohttp.ClientError, TimeoutError, AmiError) as error:
            _logger.warning("Call %s: %s failed: %s", key, type(action).__name__, error)
            self._unblock(key, action)

    def _unblock(self, key: str, action: do.Action) -> None:
        """What comes back with an event of its own must do so when it failed, too: a call never stands still."""
        if isinstance(action, do.Sound | do.Take | do.Await):
            self.runner.tell(key, lambda call: call.played(action.name))
        elif isinstance(action, do.Redirect):
            self.runner.tell(key, lambda call: call.not_fetched())

    async def _one(self, line: Line, action: do.Action) -> None:
        ari, key = self.ari, line.call.state.key
        match action:
            case do.Answer():
                await ari.post(f"/channels/{action.channel}/answer")
            case do.Ringing():
                await ari.post(f"/channels/{action.channel}/ring")
            case do.Music(klass=""):
                await ari.delete(f"/channels/{action.channel}/moh")
                await ari.delete(f"/channels/{action.channel}/ring")  # one of them sounds
            case do.Music(klass=klass) if klass == TONE:
                await ari.post(f"/channels/{action.channel}/ring")
            case do.Music():
                await ari.post(f"/channels/{action.channel}/moh", mohClass=action.klass)
            case do.Sound():
                await ari.post(f"/channels/{action.channel}/play/{action.name}", media=action.media)
            case do.Take():
                await ari.post(
                    f"/channels/{action.channel}/record",
                    name=action.name,
                    format="wav",
                    maxDurationSeconds=str(int(action.seconds)),
                    maxSilenceSeconds="10",
                    beep="true",
                    ifExists="overwrite",
                )
            case do.Await():
                await ari.get(f"/{action.where}/{action.name}")
            case do.Dial():
                await self._dial(key, action)
            case do.Hang():
                await ari.delete(f"/channels/{action.channel}", reason_code=str(action.cause))
            case do.Join():
                await self._join(line, action.channels)
            case do.Leave():
                await ari.post(f"/bridges/b-{key}/removeChannel", channel=action.channel)
            case do.Beep():
                await ari.post(f"/bridges/b-{key}/play", media="sound:beep")
            case do.Digits():
                await ari.post(f"/channels/{action.channel}/dtmf", dtmf=action.digits)
            case do.Proceed():
                await self._proceed(action)
            case do.Redirect():
                await self._redirect(action)
            case do.Record():
                await self._record(action)

    async def _dial(self, key: str, action: do.Dial) -> None:
        self.runner.channels[action.leg] = key
        variables = {"CONNECT_CALL": key, "CONNECT_USER": str(action.user_id)}
        if action.record:
            variables["CONNECT_RECORD"] = "1"
        if action.at_once:
            variables["PJSIP_HEADER(add,Call-Info)"] = AT_ONCE
        wanted: dict[str, Any] = {
            "endpoint": action.endpoint,
            "context": "connect-leg",
            "extension": "s",
            "priority": 1,
            "channelId": action.leg,
            "originator": action.originator,
            "timeout": max(1, round(action.seconds)),
            "variables": variables,
        }
        if action.caller_id:
            wanted["callerId"] = action.caller_id
        await self.ari.post("/channels", wanted)

    async def ring_first(self, key: str, endpoint: str, data: dict[str, Any]) -> bool:
        """A telephone of the one who has ordered a call; False: it cannot be rung."""
        try:
            await self.ari.post(
                "/channels",
                {"variables": {"CONNECT_CALL": key}},
                endpoint=endpoint,
                context="connect-first",
                extension="s",
                priority="1",
                channelId=key,
                timeout=str(data.get("seconds", 30)),
                callerId=data.get("caller_id", ""),
            )
        except (AriError, aiohttp.ClientError, TimeoutError) as error:
            _logger.info("Call %s: %s cannot be rung: %s", key, endpoint, error)
            return False
        return True

    async def _join(self, line: Line, channels: tuple[str, ...]) -> None:
        bridge = f"b-{line.call.state.key}"
        try:
            if line.may_have_bridge:
                await self._add(bridge, channels)
                return
        except AriError as error:
            if error.status != GONE:
                raise
        await self.ari.post("/bridges", type="mixing", bridgeId=bridge, name="connect")
        line.may_have_bridge = True
        await self._add(bridge, channels)

    async def _add(self, bridge: str, channels: tuple[str, ...]) -> None:
        path = f"/bridges/{bridge}/addChannel"
        try:
            await self.ari.post(path, channel=",".join(channels))
        except AriError as error:
            if error.status == GONE or len(channels) == 1:
                raise
            for channel in channels:  # one of them is no more, and Asterisk has taken none
                await self.quietly("POST", path, channel=channel)

    async def _proceed(self, action: do.Proceed) -> None:
        """Into the dialplan. Its events go on coming: the application is subscribed to all."""
        for name, value in action.variables.items():
            await self.ari.post(f"/channels/{action.channel}/variable", variable=name, value=value)
        await self.ari.post(
            f"/channels/{action.channel}/continue", context=action.context, extension=action.extension, priority="1"
        )

    async def _redirect(self, action: do.Redirect) -> None:
        name = (await self.ari.get(f"/channels/{action.channel}"))["name"]
        values = {"Context": "connect-return", "Exten": action.extension, "Priority": "1"}
        await asyncio.to_thread(self.ami.act, "Redirect", Channel=name, **values)

    async def _record(self, action: do.Record) -> None:
        """By a channel that listens: recording the bridge would cost three times as much, and AMI's MixMonitor needs a
        right with which programs can be run."""
        name = f"{action.channel}{TAPE}"
        await self.ari.post(f"/channels/{action.channel}/snoop/{name}", spy="both", app=APP, appArgs="tape")

    async def tape(self, channel: str) -> None:
        """The channel that listens is there: write down what it hears, under the name of the one it listens to."""
        name = channel.removesuffix(TAPE)
        try:
            await self.ari.post(f"/channels/{channel}/record", name=name, format="wav", ifExists="overwrite")
        except (AriError, aiohttp.ClientError, TimeoutError) as error:
            _logger.warning("%s is not recorded: %s", name, error)

    async def _clear_away(self, key: str, names: list[str]) -> None:
        try:
            await self.quietly("DELETE", f"/bridges/b-{key}")
            await collect(self.runner, key, names)
        finally:
            self.runner.collecting.difference_update(names)

    async def quietly(self, method: str, path: str, **query: str) -> None:
        """Something that may be gone already."""
        try:
            await self.ari.call(method, path, query)
        except (AriError, aiohttp.ClientError, TimeoutError) as error:
            if not isinstance(error, AriError) or error.status != GONE:
                _logger.warning("%s %s: %s", method, path, error)
