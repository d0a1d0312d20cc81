"""The self-test of an exchange's form: every way that a call needs, tried by the bridge itself, ending with a real call
to an echo that has to say back what it heard."""

from __future__ import annotations

import array
import asyncio
import io
import re
import wave
from typing import TYPE_CHECKING, Any

import aiohttp

from .ami import AmiError
from .ari import APP, AriError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .office import Order
    from .runner import Runner

OLDEST = 18
ECHO = "Local/s@connect-echo/n"
PATIENCE = 8.0  # s for each step of the call
TONE = "tone:425/2000"
LISTEN = 1.5  # s
LOUD = 500  # of 32,767: a tone is some thousands, an empty line is 0

Step = dict[str, Any]


class Probe:
    """The channel of a test call: what Asterisk says of it."""

    def __init__(self) -> None:
        self.seen = {name: asyncio.Event() for name in ("StasisStart", "ChannelDestroyed")}

    def on_event(self, event: dict[str, Any]) -> None:
        if event["type"] in self.seen:
            self.seen[event["type"]].set()

    async def comes(self, name: str) -> None:
        """
        :raises TimeoutError: it does not come
        """
        await asyncio.wait_for(self.seen[name].wait(), PATIENCE)


async def test_exchange(runner: Runner, order: Order) -> None:
    """Try everything, and tell Odoo how far it went: ``[{"step": str, "ok": bool, "detail": str}]``."""
    steps: list[Step] = [{"step": "bridge", "ok": True, "detail": ""}]
    probe = runner.probes[order.key] = Probe()
    todo: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("ari", lambda: _version(runner)),
        ("ami", lambda: _manager(runner)),
        ("views", lambda: _telephone(runner, order.data.get("endpoint", ""))),
        ("call", lambda: _call(runner, order.key, probe)),
        ("echo", lambda: _echo(runner, order.key)),
        ("hangup", lambda: _hang_up(runner, order.key, probe)),
    ]
    try:
        for step, work in todo:
            try:
                steps.append({"step": step, "ok": True, "detail": await work()})
            except (AriError, AmiError, aiohttp.ClientError, TimeoutError, ValueError, wave.Error) as error:
                steps.append({"step": step, "ok": False, "detail": str(error) or type(error).__name__})
                if step in ("ari", "call", "echo"):
                    break  # without it there is nothing further to try
    finally:
        runner.probes.pop(order.key, None)
    await runner.hands.quietly("DELETE", f"/channels/{order.key}")
    await runner.in_thread(runner.office.tested, order, steps)


async def _version(runner: Runner) -> str:
    version = str((await runner.ari.get("/asterisk/info", only="system"))["system"]["version"])
    number = re.search(r"\d+", version)
    if not number or int(number[0]) < OLDEST:
        raise ValueError(f"Asterisk {version}")
    return f"Asterisk {version}"


async def _manager(runner: Runner) -> str:
    await asyncio.to_thread(runner.hands.ami.act, "Ping")
    return ""


async def _telephone(runner: Runner, endpoint: str) -> str:
    """Asterisk finds a telephone in Odoo's database, as its own user of PostgreSQL."""
    await runner.ari.get(f"/asterisk/config/dynamic/res_pjsip/endpoint/{endpoint}")
    return endpoint


async def _call(runner: Runner, key: str, probe: Probe) -> str:
    await runner.ari.post(
        "/channels",
        endpoint=ECHO,
        app=APP,
        appArgs="test",
        timeout="10",
        channelId=key,
        otherChannelId=f"{key}-far",
    )
    await probe.comes("StasisStart")
    return ""


async def _echo(runner: Runner, key: str) -> str:
    """A tone goes out, and what the echo sends back is written down at its own end of the call."""
    ari, ear = runner.ari, f"{key}-ear"
    probe = runner.probes[ear] = Probe()
    try:
        await ari.post(f"/channels/{key}-far/snoop", spy="out", app=APP, appArgs="test", snoopId=ear)
        await probe.comes("StasisStart")
        await ari.post(f"/channels/{key}/play", media=TONE)
        if await _hear(runner, key, ear) < LOUD:
            raise ValueError("silence")
    finally:
        runner.probes.pop(ear, None)
        await runner.hands.quietly("DELETE", f"/channels/{ear}")
    return ""


async def _hear(runner: Runner, name: str, ear: str) -> int:
    """How loud it is; a busy machine may take a while until it is anything."""
    ari, loud, deadline = runner.ari, 0, asyncio.get_running_loop().time() + PATIENCE
    while loud < LOUD and asyncio.get_running_loop().time() < deadline:
        await ari.post(f"/channels/{ear}/record", name=name, format="wav", ifExists="overwrite")
        await asyncio.sleep(LISTEN)
        await ari.post(f"/recordings/live/{name}/stop")
        loud = loudest(await ari.file(f"/recordings/stored/{name}/file"))
        await ari.delete(f"/recordings/stored/{name}")
    return loud


def loudest(sound: bytes) -> int:
    """The loudest sample of a WAV file of 16 bits, 0 to 32,767."""
    with wave.open(io.BytesIO(sound)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    return max((abs(sample) for sample in samples), default=0)


async def _hang_up(runner: Runner, key: str, probe: Probe) -> str:
    await runner.ari.delete(f"/channels/{key}")
    await probe.comes("ChannelDestroyed")
    return ""
