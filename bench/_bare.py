"""The least that connects two telephones through ARI: what the bridge is measured against. No database, no record, no
hold, no end but hanging up both."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any

import aiohttp


async def run(url: str, user: str, password: str, endpoint: str, started: Callable[[str, float], None]) -> None:
    """Connect every call that comes to this endpoint, until the process ends. ``started`` hears when each was seen."""
    other: dict[str, str] = {}
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    async with aiohttp.ClientSession(headers={"Authorization": f"Basic {credentials}"}) as session:

        async def ari(method: str, path: str, body: Any = None, **query: str) -> None:
            async with session.request(method, f"{url}/ari{path}", params=query, json=body) as answer:
                await answer.read()

        async def on_event(event: dict[str, Any]) -> None:
            channel = event.get("channel", {}).get("id", "")
            match event["type"], event.get("args", [""])[0]:
                case "StasisStart", "trunk":
                    leg = f"{channel}-leg"
                    other[leg], other[channel] = channel, leg
                    call = {"endpoint": endpoint, "app": "connect", "appArgs": "leg", "originator": channel}
                    await ari("POST", "/channels", channelId=leg, **call)
                case "StasisStart", "leg":
                    await ari("POST", f"/channels/{other[channel]}/answer")
                    await ari("POST", "/bridges", type="mixing", bridgeId=channel)
                    await ari("POST", f"/bridges/{channel}/addChannel", channel=f"{channel},{other[channel]}")
                case "ChannelDestroyed", _ if channel in other:
                    await ari("DELETE", f"/channels/{other.pop(channel)}")
                    await ari("DELETE", f"/bridges/{channel}")

        async with session.ws_connect(f"{url}/ari/events?app=connect&subscribeAll=true") as socket:
            kinds = [{"type": name} for name in ("StasisStart", "ChannelDestroyed")]
            await ari("PUT", "/applications/connect/eventFilter", {"allowed": kinds})
            tasks = set()
            async for message in socket:
                event = message.json()
                if event["type"] == "StasisStart":
                    started(event["channel"]["id"], time.time())
                task = asyncio.create_task(on_event(event))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
