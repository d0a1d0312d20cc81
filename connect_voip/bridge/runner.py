"""Lets the calls' state machines drive one Asterisk.

Each call has its own queue of events, worked off by one task: its actions reach Asterisk in order, and a call that
waits for Odoo holds up no other. After each (re)connection everything is compared with what Asterisk really has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import aiohttp

from . import actions as do
from .ami import Ami
from .ari import Ari, AriError
from .commands import Call
from .desk import Refused
from .hands import Hands
from .line import Event, Line
from .office import Entrance, Office, Opening, Order
from .orders import obey
from .recordings import collect_left
from .recovery import AGAIN, NotRecovered, recover
from .refer import on_transfer
from .selftest import Probe, test_exchange
from .stages import CONGESTION, End, Stage, unpack
from .state import OVER, PARKED, Party, State, number_of
from .teller import Teller

_logger = logging.getLogger(__name__)
T = TypeVar("T")
THREADS = 4  # that wait for Odoo; each holds a connection of the database while it works
FILING = 2  # recordings fetched at once: threads are left for those who wait
TELLS = 3.0  # s at most, before the end, to tell Odoo what it does not know yet


class Runner:
    """One Asterisk and its calls."""

    def __init__(self, ari: Ari, ami: Ami, office: Office) -> None:
        self.ari, self.office = ari, office
        self.hands = Hands(ari, ami, self)
        self.lines: dict[str, Line] = {}
        self.channels: dict[str, str] = {}  # channel → key of its call
        self.probes: dict[str, Probe] = {}  # channels of self-tests
        self._tasks: set[asyncio.Task[Any]] = set()
        self._tidying: asyncio.Task[None] | None = None
        self.is_ready = asyncio.Event()
        self.teller = Teller(self)
        self.filing = asyncio.Semaphore(FILING)
        self.collecting: set[str] = set()  # files of calls that have just ended, which Asterisk may not have closed yet
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="office")

    async def run(self) -> None:
        """Until another process takes over."""
        async for event in self.ari.events():
            if event is None:
                await self._recover()
            else:
                self._hear(event)
        self.is_ready.clear()

    async def _recover(self) -> None:
        """Asterisk repeats no event: compare, and again until Asterisk and Odoo have both answered. Events wait."""
        self.is_ready.clear()
        while True:
            try:
                await recover(self)
            except (AriError, aiohttp.ClientError, TimeoutError, NotRecovered) as error:
                _logger.warning("The calls could not be taken up, once more: %s", error or type(error).__name__)
                await asyncio.sleep(AGAIN)
            else:
                self.is_ready.set()
                self.spawn(self.look_for_orders())
                return

    async def close(self) -> None:
        """Let go of everything; the calls go on in Asterisk."""
        for line in self.lines.values():
            for timer in line.timers.values():
                timer.cancel()
        if self.teller.task:
            await asyncio.wait({self.teller.task}, timeout=TELLS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pool.shutdown(wait=False)
        await self.ari.close()

    # --- events of Asterisk ---

    def _hear(self, event: dict[str, Any]) -> None:
        """One that cannot be read costs itself alone."""
        try:
            self._on_event(event)
        except Exception:
            _logger.exception("An event of Asterisk could not be read: %s", event)

    def _on_event(self, event: dict[str, Any]) -> None:
        channel = event.get("channel", {}).get("id", "")
        if probe := self.probes.get(channel):
            probe.on_event(event)
            return
        match event["type"]:
            case "StasisStart":
                if "replace_channel" not in event:  # the helper of a transfer: that has an event of its own
                    self._on_start(event["channel"], event.get("args") or [""])
            case "ChannelDtmfReceived":
                self.tell(self.channels.get(channel, ""), lambda call: call.pressed(channel, event["digit"]))
            case "BridgeBlindTransfer" | "BridgeAttendedTransfer" if event["result"] == "Success":
                on_transfer(self, event)
            case "ChannelDestroyed":
                key = self.channels.pop(channel, "")
                self.tell(key, lambda call: call.gone(channel, event.get("cause", 16)))
            case "PlaybackFinished":
                name = event["playback"]["id"]
                key = name.rpartition("-sound")[0] or name.rpartition("-slot")[0]
                self.tell(key, lambda call: call.played(name))
            case "RecordingFinished" | "RecordingFailed":
                name = event["recording"]["name"]
                self.tell(name.rpartition("-sound")[0], lambda call: call.played(name))

    def _on_start(self, channel: dict[str, Any], args: list[str]) -> None:
        number, what = channel["id"], args[0]
        if what == "leg":
            self.tell(args[1], lambda call: call.answered(number), else_hang=number)
        elif what == "first":
            self.channels[number] = args[1]
            self.tell(args[1], lambda call: call.begun(), else_hang=number)
        elif what == "tape":
            self.spawn(self.hands.tape(number))
        elif what == "test":
            self.spawn(self.hands.quietly("DELETE", f"/channels/{number}"))  # its test has been given up
        elif what == "return":
            key = self.channels.get(number, "")
            self.tell(key, lambda call: call.returned(number, args[1] if len(args) > 1 else ""), else_hang=number)
        elif number not in self.channels:  # the recovery may have found it before its event came
            self.let_in(channel, what, args[1] if len(args) > 1 else "")

    def let_in(self, channel: dict[str, Any], door: str, dialled: str, legs: int = 0, again: bool = False) -> None:
        """A call has come in by itself. ``again``: to another bridge, which has rung so many ``legs`` for it."""
        number = channel["id"]
        endpoint = channel["name"].removeprefix("PJSIP/").rpartition("-")[0]
        entrance = Entrance(number, door, endpoint, dialled, channel["caller"]["number"], again)
        party = Party(number, is_up=channel["state"] == "Up")
        line = Line(Call(State(number, party, recorded=[number], count=legs)), may_talk=again)
        self.open(line, self._enter(line, entrance))

    async def _enter(self, line: Line, entrance: Entrance) -> None:
        """Ask Odoo where it goes. Its further events wait for the answer."""
        opening = await self.in_thread(self.office.enter, entrance) or Opening([End(CONGESTION, "not_answered")])
        first = line.call.state.first
        first.user_id, first.endpoint, first.caller_id = opening.user_id, opening.endpoint, opening.caller_id
        await self.hands.carry_out(line, line.call.enter(opening.stages))

    # --- calls ---

    def open(self, line: Line, first: Coroutine[Any, Any, None] | None = None) -> None:
        """A call begins, or is taken up again; ``first`` comes before all its events."""
        state = line.call.state
        self.lines[state.key] = line
        for channel in state.channels():
            self.channels[channel] = state.key
        line.task = self.spawn(self._work(line, first))

    def tell(self, key: str, event: Event, else_hang: str = "") -> None:
        """An event for a call; for one that is not there, its channel is hung up."""
        line = self.lines.get(key)
        if line:
            line.queue.put_nowait(event)
        elif else_hang:
            self.spawn(self.hands.quietly("DELETE", f"/channels/{else_hang}"))

    def hand_on(self, handed: do.Yield) -> None:
        """A channel goes over to another call; when that does not want it any more, its owner hears that it is over."""
        shown = number_of(handed.endpoint)
        party = Party(handed.channel, handed.user_id, handed.endpoint, is_up=handed.is_up, caller_id=shown)

        def taken(call: Call) -> list[Any]:
            try:
                if call.state.phase == OVER:
                    raise Refused("no_call")
                if handed.replaces:
                    actions = call.joined(handed.replaces, party, handed.is_recorded)
                else:
                    actions = call.fetched(party, handed.is_recorded)
            except Refused:
                self.spawn(self.hands.quietly("DELETE", f"/channels/{handed.channel}"))
                return []
            self.channels[handed.channel] = handed.key
            return actions

        self.tell(handed.key, taken, else_hang=handed.channel)

    async def _work(self, line: Line, first: Coroutine[Any, Any, None] | None) -> None:
        state = line.call.state
        if first:
            await first
        while state.phase != OVER or not line.queue.empty():
            event = await line.queue.get()
            try:
                await self.hands.carry_out(line, event(line.call))
            except Refused as refusal:
                _logger.info("Call %s refuses: %s", state.key, refusal)
            except Exception:
                _logger.exception("Call %s: an event could not be worked off; the call goes on", state.key)
        if line.told:
            await line.told  # as long as its end is not noted, the call is one of ours
        self._forget(line)

    def _forget(self, line: Line) -> None:
        for timer in line.timers.values():
            timer.cancel()
        self.lines.pop(line.call.state.key, None)
        for channel in [each for each, key in self.channels.items() if key == line.call.state.key]:
            self.channels.pop(channel)

    # --- orders of Odoo ---

    async def look_for_orders(self) -> None:
        """Called when Odoo says that there are some, and now and then without; not before the calls are taken up which
        they are for."""
        if not self.is_ready.is_set():
            return
        for order in await self.in_thread(self.office.orders) or []:
            self.obey(order)

    def obey(self, order: Order) -> None:
        if order.verb == "reload":  # Asterisk reads anew the accounts with which it logs in at operators
            self.spawn(self.hands.quietly("PUT", "/asterisk/modules/res_pjsip_outbound_registration.so"))
        elif order.verb == "originate":
            self.spawn(self._originate(order))
        elif order.verb == "test":
            self.spawn(test_exchange(self, order))
        elif order.key in self.lines:
            self.tell(order.key, partial(self._obeyed, order))
        else:
            self.spawn(self.in_thread(self.office.refuse, order, "no_call"))

    def _obeyed(self, order: Order, call: Call) -> list[Any]:
        try:
            parked = (line.call.state for line in self.lines.values() if line.call.state.phase == PARKED)
            return obey(call, order, {state.place for state in parked})
        except Refused as refusal:
            self.spawn(self.in_thread(self.office.refuse, order, str(refusal)))
            return []

    async def _originate(self, order: Order) -> None:
        """Ring the first telephone that is there of the one who calls; when he picks up, his call begins."""
        first = Party(order.key, order.user_id, caller_id=order.data["own_caller_id"])
        line = Line(Call(State(order.key, first, stages=unpack(order.data["stages"]))))
        self.open(line)
        for endpoint in order.data["endpoints"]:
            first.endpoint = endpoint
            self.teller.tell(line, [])
            if await self.hands.ring_first(order.key, endpoint, order.data):
                return
        self.tell(order.key, lambda call: call.gone(order.key, CONGESTION))

    # --- helpers ---

    def tidy(self) -> None:
        """Fetch the recordings that were left in Asterisk's spool, unless somebody is at it."""
        if self._tidying is None or self._tidying.done():
            self._tidying = self.spawn(collect_left(self))

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def in_thread(self, work: Callable[..., T], *args: Any) -> T | None:
        """Odoo's answer; None when it has none, which is logged and costs one call at most."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
        except Exception:
            _logger.exception("Odoo did not answer: %s", getattr(work, "__name__", work))
            return None

    async def ask(self, line: Line, query: do.Query) -> None:
        """Once Odoo knows all that has happened so far: its answer may take an operator's channel, and what is told
        afterwards gives back those that the call does not hold."""
        if line.told:
            await asyncio.wait({line.told})
        key = line.call.state.key
        stages: list[Stage] | None = await self.in_thread(self.office.ask, key, query.what, query.ref, query.text)
        self.tell(key, lambda call: call.unrouted() if stages is None else call.routed(stages))
