"""Sound files from Asterisk's spool to Odoo. Each is deleted there only when Odoo has it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp

from .ari import AriError

if TYPE_CHECKING:
    from .runner import Runner

_logger = logging.getLogger(__name__)

SETTLES = 1.0  # s after the end of a call until Asterisk has closed its file


async def collect(runner: Runner, key: str, names: list[str], wait: float = SETTLES) -> None:
    """Fetch the files of a call that has ended. One without a word in it was never made."""
    await asyncio.sleep(wait)
    for name in names:
        try:
            await _fetch(runner, key, name)
        except AriError as error:
            if error.status != 404:
                _logger.warning("Recording %s stays in Asterisk's spool for now: %s", name, error)
        except (aiohttp.ClientError, TimeoutError) as error:
            _logger.warning("Recording %s stays in Asterisk's spool for now: %s", name, error)


async def collect_left(runner: Runner) -> None:
    """Files of calls that ended while no bridge was there to fetch them, or Odoo to take them."""
    try:
        left = await runner.ari.get("/recordings/stored")
    except (AriError, aiohttp.ClientError, TimeoutError) as error:
        _logger.warning("Recordings stay in Asterisk's spool for now: %s", error)
        return
    going_on = {name for line in runner.lines.values() for name in line.call.state.recorded}
    for stored in left:
        name = stored["name"]
        key = name.partition("-leg")[0].partition("-sound")[0]
        if key not in runner.lines and name not in going_on and name not in runner.collecting:
            await collect(runner, key, [name], wait=0)


async def _fetch(runner: Runner, key: str, name: str) -> None:
    path = f"/recordings/stored/{quote(name, safe='')}"
    async with runner.filing:
        sound = await runner.ari.file(f"{path}/file")
        kept = await runner.in_thread(runner.office.recorded, key, name, sound)
        if kept:
            await runner.ari.delete(path)
