"""Carries out what a call wants done: in Asterisk by ARI and, for parked calls, AMI; in Odoo by the office."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import aiohttp

from . import actions as do
from .ami import Ami, AmiError
from .ari import Ari, AriError
from .recordings import collect
from .stages import CONGESTION

if TYPE_CHECKING:
    from .line import Line
    from .runner import Runner

_logger = logging.getLogger(__name__)

GONE = 404


class Hands:
    """The one place that writes to Asterisk."""

    def __init__(self, ari: Ari, ami: Ami, runner: Runner) -> None:
        self.ari, self.ami, self.runner = ari, ami, runner

    async def carry_out(self, line: Line, wanted: list[do.Action]) -> None:
        """In order. What has happened is told to Odoo afterwards, all of it at once: the caller does not wait for a
        database."""
        facts: list[tuple[str, dict[str, Any]]] = []
        for action in wanted:
            match action:
                case do.Tell():
                    facts.append((action.fact, action.data))
                case do.Query():
                    self.runner.spawn(self.runner.ask(line, action.what, action.ref))
                case do.Timer():
                    self._start(line, action)
                case do.Yield():
                    self.runner.hand_on(action)
                case do.Over():
                    self.runner.spawn(self._clear_away(line))
                case _:
                    await self._in_asterisk(line, action)
        if facts:
            await self._note(line, facts)

    def _start(self, line: Line, timer: do.Timer) -> None:
        key = line.call.state.key
        loop = asyncio.get_running_loop()
        line.timers[timer.name] = loop.call_later(
            timer.seconds, self.runner.tell, key, lambda call: call.timer(timer.name)
        )

    async def _note(self, line: Line, facts: list[tuple[str, dict[str, Any]]]) -> None:
        state = line.call.state
        await self.runner.in_thread(self.runner.office.note, state.key, facts, state.to_json())

    async def _in_asterisk(self, line: Line, action: do.Action) -> None:
        """One action. A channel that is no more says so by an event of its own."""
        key = line.call.state.key
        try:
            await self._one(key, action)
        except AriError as error:
            if isinstance(action, do.Dial):
                _logger.info("Call %s: %s cannot be rung: %s", key, action.endpoint, error)
                self.runner.channels.pop(action.leg, None)
                self.runner.tell(key, lambda call: call.gone(action.leg, CONGESTION))
            elif error.status != GONE:
                _logger.warning("Call %s: %s failed: %s", key, type(action).__name__, error)
                self._unblock(key, action)
        except (aiohttp.ClientError, TimeoutError, AmiError) as error:
            _logger.warning("Call %s: %s failed: %s", key, type(action).__name__, error)
            self._unblock(key, action)

    def _unblock(self, key: str, action: do.Action) -> None:
        """What comes back with an event of its own must do so when it failed, too: a call never stands still."""
        if isinstance(action, do.Sound | do.Take):
            self.runner.tell(key, lambda call: call.played(action.name))

    async def _one(self, key: str, action: do.Action) -> None:
        ari = self.ari
        match action:
            case do.Answer():
                await ari.post(f"/channels/{action.channel}/answer")
            case do.Ringing():
                await ari.post(f"/channels/{action.channel}/ring")
            case do.Music(klass=""):
                await ari.delete(f"/channels/{action.channel}/moh")
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
            case do.Dial():
                await self._dial(key, action)
            case do.Hang():
                await ari.delete(f"/channels/{action.channel}", reason_code=str(action.cause))
            case do.Join():
                await self._join(key, action.channel)
            case do.Leave():
                await ari.post(f"/bridges/b-{key}/removeChannel", channel=action.channel)
            case do.Digits():
                await ari.post(f"/channels/{action.channel}/dtmf", dtmf=action.digits)
            case do.Proceed():
                await self._proceed(action)
            case do.Redirect():
                await self._redirect(action)

    async def _dial(self, key: str, action: do.Dial) -> None:
        self.runner.channels[action.leg] = key
        variables = {"CONNECT_CALL": key, "CONNECT_USER": str(action.user_id)}
        if action.record:
            variables["CONNECT_RECORD"] = "1"
        query = {"callerId": action.caller_id} if action.caller_id else {}
        await self.ari.post(
            "/channels",
            {"variables": variables},
            endpoint=action.endpoint,
            context="connect-leg",
            extension="s",
            priority="1",
            channelId=action.leg,
            originator=action.originator,
            timeout=str(max(1, round(action.seconds))),
            **query,
        )

    async def ring_first(self, line: Line, data: dict[str, Any]) -> bool:
        """The telephone of the one who has ordered a call; False: it cannot be rung."""
        key = line.call.state.key
        try:
            await self.ari.post(
                "/channels",
                {"variables": {"CONNECT_CALL": key}},
                endpoint=data["endpoint"],
                context="connect-first",
                extension="s",
                priority="1",
                channelId=key,
                timeout=str(data.get("seconds", 30)),
                callerId=data.get("caller_id", ""),
            )
        except (AriError, aiohttp.ClientError, TimeoutError) as error:
            _logger.info("Call %s: %s cannot be rung: %s", key, data["endpoint"], error)
            return False
        return True

    async def _join(self, key: str, channel: str) -> None:
        try:
            await self.ari.post(f"/bridges/b-{key}/addChannel", channel=channel)
        except AriError as error:
            if error.status != GONE:
                raise
            await self.ari.post("/bridges", type="mixing", bridgeId=f"b-{key}", name="connect")
            await self.ari.post(f"/bridges/b-{key}/addChannel", channel=channel)

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

    async def _clear_away(self, line: Line) -> None:
        state = line.call.state
        await self.quietly("DELETE", f"/bridges/b-{state.key}")
        await collect(self.runner, state.key, [*state.recorded, *state.messages])

    async def quietly(self, method: str, path: str, **query: str) -> None:
        """Something that may be gone already."""
        try:
            await self.ari.call(method, path, query)
        except (AriError, aiohttp.ClientError, TimeoutError) as error:
            if not isinstance(error, AriError) or error.status != GONE:
                _logger.warning("%s %s: %s", method, path, error)
