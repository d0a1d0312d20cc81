"""Asterisk's REST interface and its events, over one aiohttp session.

Asterisk does not repeat events that were sent while nobody listened, so every (re)connection is reported as such and
the listener has to look at everything anew.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp

_logger = logging.getLogger(__name__)

APP = "connect"
# of all events of all channels, those that the bridge acts upon
HEARD = (
    *("StasisStart", "ChannelDestroyed", "PlaybackFinished", "RecordingFinished", "RecordingFailed"),
    *("ApplicationReplaced", "ChannelDtmfReceived", "BridgeAttendedTransfer", "BridgeBlindTransfer"),
)
PATIENCE = (0.2, 0.5, 1.0, 2.0, 5.0)  # s between attempts to connect; the last one again and again
QUIET = 15.0  # s without a sign of life from Asterisk after which the socket counts as dead


class AriError(Exception):
    """Asterisk has refused: ``status`` is that of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status


@dataclass(frozen=True)
class Address:
    """Where an Asterisk is: ``url`` up to and without ``/ari``."""

    url: str
    user: str
    password: str


class Ari:
    """One Asterisk. To be used inside one event loop."""

    def __init__(self, address: Address) -> None:
        self.address = address
        credentials = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Basic {credentials}"},
            timeout=aiohttp.ClientTimeout(total=10),
            connector=aiohttp.TCPConnector(limit=64),
        )

    async def close(self) -> None:
        await self._session.close()

    # --- REST ---

    async def get(self, path: str, **query: str) -> Any:
        return await self.call("GET", path, query)

    async def post(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        return await self.call("POST", path, query, body)

    async def put(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        return await self.call("PUT", path, query, body)

    async def delete(self, path: str, **query: str) -> Any:
        return await self.call("DELETE", path, query)

    async def file(self, path: str) -> bytes:
        """A stored recording."""
        async with self._session.get(f"{self.address.url}/ari{path}") as answer:
            if answer.status >= 400:
                raise AriError(answer.status, await answer.text())
            return await answer.read()

    async def call(self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None = None) -> Any:
        """
        :raises AriError: Asterisk refuses
        :raises aiohttp.ClientError, asyncio.TimeoutError: it cannot be reached
        """
        url = f"{self.address.url}/ari{path}"
        async with self._session.request(method, url, params=query, json=body) as answer:
            if answer.status >= 400:
                raise AriError(answer.status, (await answer.text())[:300])
            return await answer.json() if answer.content_type == "application/json" else None

    # --- events ---

    async def events(self) -> AsyncIterator[dict[str, Any] | None]:
        """Events as they come; None each time the connection is new, before its first event. Ends when another
        process has taken the application over."""
        attempt = 0
        while True:
            try:
                async with self._socket() as socket:
                    attempt = 0
                    await self.put(f"/applications/{APP}/eventFilter", {"allowed": [{"type": name} for name in HEARD]})
                    yield None
                    async for message in socket:
                        if message.type != aiohttp.WSMsgType.TEXT:
                            continue
                        event = message.json()
                        if event["type"] == "ApplicationReplaced":
                            _logger.warning("Another process has taken over the calls of %s", self.address.url)
                            return
                        yield event
                _logger.warning("Asterisk at %s has closed the connection", self.address.url)
            except (aiohttp.ClientError, TimeoutError, OSError, AriError) as error:
                _logger.warning("Asterisk at %s cannot be reached: %s", self.address.url, error)
            await asyncio.sleep(PATIENCE[min(attempt, len(PATIENCE) - 1)])
            attempt += 1

    def _socket(self) -> Any:
        url = f"{self.address.url}/ari/events?app={APP}&subscribeAll=true"
        return self._session.ws_connect(url, heartbeat=QUIET, max_msg_size=0)
