"""What calls cost: operators' calls through an incoming scheme to a telephone, SIPp at both ends, each recorded.

Beside the bridge, in the same run: a bare script of forty lines that connects two telephones without asking anybody
(_bare.py); and a support line, on which each caller is somebody new, who becomes a contact with a request and a
conversation before the router finds him a specialist. Counted by Asterisk's own record (CEL), to the microsecond. The
promise: our process has a call at most 1.5 times as late as the bare script; nothing is lost at 10 calls a second; a
killed bridge serves again within 15 s, and within 3 s when another one stands by.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import _bare
import odoo
import psycopg2
from _common import open_registry, table
from _router import all_free, make_specialists
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from tests.voice.sipp import Phone
from tools import voice
from tools.checks import free_port

RATIO = 1.5
CITY, LINE = "+375175555555", "+375175555556"
SPECIALISTS = 40
CALLS, RATE = 150, 10  # for the latencies
CALLERS, CALLERS_RATE = 60, 3  # for those of the line
RATES = (10, 20, 30, 40, 60)  # calls a second, each for so many seconds:
SPELL = 8
TOGETHER, TALK = 60, 10  # calls at once, with sound in both directions, for so many seconds
ALONE, WITH_STANDBY = 15.0, 3.0  # s for a killed bridge
HZ = os.sysconf("SC_CLK_TCK")


class World:
    """An exchange with an operator, one telephone behind his number and specialists behind another one. One process of
    SIPp is all these telephones, and takes any number of calls."""

    def __init__(self, registry: Registry, exchange: voice.Voice, folder: Path) -> None:
        self.registry, self.voice, self.folder = registry, exchange, folder
        self.server = f"{exchange.address}:{exchange.ports['sip_port']}"
        self.operator, self.runs = self.phone("", ""), 0
        self.standby: subprocess.Popen[bytes] | None = None
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            company, users = make_specialists(env, SPECIALISTS)
            self.own = {"company_id": company.id}
            person = env["res.partner"].create({**self.own, "name": "Bench"})
            line = {"name": "Bench", "member_ids": [(0, 0, {"user_id": user.id}) for user in users]}
            whose = [{"partner_id": person.id}, *({"user_id": user.id} for user in users)]
            phones = env["connect.extension"].create(
                [{**self.own, **each, "number": str(600 + place)} for place, each in enumerate(whose)]
            )
            self.way_in(env, CITY, {"kind": "ring", "target": f"connect.extension,{phones[0].id}"})
            self.way_in(env, LINE, {"kind": "line", "line_id": env["connect.line"].create({**self.own, **line}).id})
            lines = {"host": exchange.address, "port": free_port(), "addresses": exchange.address, "channels": 1000}
            env["connect.trunk"].create({**self.own, "name": "Bench", **lines})
            all_free(cr)
            accounts = [(phone.sip_user, phone.sip_secret) for phone in phones]
        self.endpoint = f"PJSIP/{accounts[0][0]}"
        self.telephones = [self.phone(*account) for account in accounts]
        self.answering = self.telephones[0]
        for phone in self.telephones:
            phone.port = self.answering.port
            phone.register()

    def way_in(self, env: Any, number: str, step: dict[str, Any]) -> None:
        """What callers of this number meet."""
        scheme = env["connect.inbound.scheme"].create({**self.own, "name": number, "step_ids": [(0, 0, step)]})
        env["connect.did"].create({**self.own, "number": number, "scheme_id": scheme.id})

    def phone(self, user: str, password: str) -> Phone:
        phone = Phone(user, password, self.server, self.voice.address, self.folder)
        phone.listen()  # silent until sound is measured
        return phone

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg2.connect("") as connection, connection.cursor() as cr:
            cr.execute(query, values)
            return list(cr.fetchall())

    @contextmanager
    def answers(self) -> Iterator[None]:
        process = self.answering._run("answer", ["-m", "100000"], RING="10", TALK="600000")
        yield
        process.kill()
        process.wait()

    def call(self, count: int, rate: int, talk: float, to: str = CITY) -> subprocess.Popen[bytes]:
        """Calls from as many numbers, which nobody has called from before."""
        self.runs += 1
        self.operator.user = f"37529{self.runs:02}[call_number]"
        options = ["-m", str(count), "-r", str(rate), "-l", str(count)]
        address = f"sip:{to}@[remote_ip]"
        return self.operator._run("incoming", options, TO=to, TALK=str(int(talk * 1000)), ADDRESS=address)

    def since(self) -> int:
        """A mark in the record of events."""
        return int(self.sql("SELECT coalesce(max(id), 0) FROM connect_cel")[0][0])

    def timeline(self, mark: int) -> list[tuple[str, float, float | None, float | None]]:
        """Of each call after the mark: its name, its INVITE in Unix time, and in ms from there the first leg and the
        conversation."""
        rows = self.sql(
            """SELECT linkedid, extract(epoch FROM min(eventtime) FILTER (WHERE uniqueid = linkedid))::float,
                      extract(epoch FROM min(eventtime) FILTER (WHERE uniqueid <> linkedid))::float,
                      extract(epoch FROM min(eventtime) FILTER (
                        WHERE uniqueid = linkedid AND eventtype = 'BRIDGE_ENTER'))::float
                 FROM connect_cel WHERE id > %s GROUP BY linkedid""",
            mark,
        )
        return [(key, at, *(each and (each - at) * 1000 for each in later)) for key, at, *later in rows]


# --- the two that are compared ---


def fork(work: Callable[[], None]) -> int:
    odoo.sql_db.close_all()
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(1)
    return child


def bare(world: World, seen: Path) -> None:
    exchange = world.voice
    with seen.open("a", buffering=1) as file:
        noted = partial(note, file)
        asyncio.run(_bare.run(exchange.ari_url, "connect", exchange.ari_password, world.endpoint, noted))


def ours(world: World, seen: Path) -> None:
    """The bridge, in this process, with a note of when it had each call."""
    from odoo.addons.connect_voip.bridge import runner
    from odoo.addons.connect_voip.cli.voip import serve

    class Noting(runner.Runner):
        def _on_start(self, channel: dict[str, Any], args: list[str]) -> None:
            note(file, channel["id"], time.time())
            super()._on_start(channel, args)

    runner.Runner = Noting
    with seen.open("a", buffering=1) as file:
        asyncio.run(serve(world.registry.db_name, None))


def note(file: Any, channel: str, at: float) -> None:
    file.write(f"{channel} {at}\n")


def latencies(
    world: World, who: Callable[[World, Path], None], to: str = CITY, count: int = CALLS, rate: int = RATE
) -> dict[str, float]:
    """Medians, in ms after INVITE, of a process that serves some calls."""
    seen = world.folder / f"{who.__name__}{to}"
    child = fork(partial(who, world, seen))
    time.sleep(4)  # until it is connected
    mark = world.since()
    world.call(count, rate, 3.0, to).wait(60)
    time.sleep(2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    at = {key: float(value) for key, value in (line.split() for line in seen.read_text().splitlines())}
    calls = world.timeline(mark)
    return {
        "calls": float(count),
        "seen": statistics.median((at[key] - start) * 1000 for key, start, *_later in calls if key in at),
        "leg": statistics.median(leg for _key, _at, leg, _talk in calls if leg),
        "talk": statistics.median(talk for *_rest, talk in calls if talk),
        "lost": count - sum(bool(talk) for *_rest, talk in calls),
    }


# --- the bridge as it is started ---


def load(world: World, rate: int) -> list[Any]:
    """So many calls a second for a while: connected, lost, and how long until they talk."""
    mark, count = world.since(), rate * SPELL
    process = world.call(count, rate, 1.0)
    try:
        process.wait(SPELL + 30)
    except subprocess.TimeoutExpired:
        process.kill()
    time.sleep(1)
    talks = sorted(talk for *_rest, talk in world.timeline(mark) if talk)
    p95 = talks[int(len(talks) * 0.95)] if talks else float("nan")
    return [rate, count, len(talks), count - len(talks), *(round(each) for each in (statistics.median(talks), p95))]


def together(world: World) -> list[Any]:
    """Many calls at once with sound: Asterisk's share of a core, packets lost on the way, memory."""
    pids = {"asterisk": world.voice.exchange, "bridge": world.voice.bridge}
    before = {name: memory(process.pid) for name, process in pids.items() if process}
    world.operator.ear = world.answering.ear = None  # SIPp speaks itself
    with world.answers():
        process = world.call(TOGETHER, 20, TALK + TOGETHER / 20)
        time.sleep(TOGETHER / 20 + 2)
        asterisk = world.voice.exchange
        assert asterisk
        used, begin = cpu(asterisk.pid), time.monotonic()
        time.sleep(TALK - 4)
        share = (cpu(asterisk.pid) - used) / (time.monotonic() - begin)
        lost = lost_packets(world)
        grown = {name: memory(each.pid) - before[name] for name, each in pids.items() if each}
        process.wait(60)
    each = {name: f"{kilobytes / TOGETHER:.0f}" for name, kilobytes in grown.items()}
    return [TOGETHER, f"{share:.0%}", f"{lost:.2%}", each["asterisk"], each["bridge"]]


def lost_packets(world: World) -> float:
    """The share of packets that should have come from the telephones by now and have not, in the worst call of ten."""
    login = base64.b64encode(f"connect:{world.voice.ari_password}".encode()).decode()

    def ari(path: str) -> Any:
        headers = {"Authorization": f"Basic {login}"}
        request = urllib.request.Request(f"{world.voice.ari_url}/ari{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    worst = 0.0
    for channel in ari("/channels")[:20]:
        sound = ari(f"/channels/{channel['id']}/rtp_statistics")
        worst = max(worst, sound["rxploss"] / max(1, sound["rxcount"] + sound["rxploss"]))
    return worst


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / HZ


def memory(pid: int) -> int:
    """Resident, in kB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def recover(world: World, kill: Callable[[], None]) -> float:
    """From the death of a process, started again at once, until a call is connected again. In s."""
    killed = time.monotonic()
    kill()
    mark = world.since()
    while not any(talk for *_rest, talk in world.timeline(mark)):
        if time.monotonic() - killed > 60:
            return float("inf")
        world.call(1, 1, 0.2).wait(70)
    return time.monotonic() - killed


def kill_bridge(world: World) -> None:
    assert world.voice.bridge
    os.killpg(world.voice.bridge.pid, signal.SIGKILL)
    world.voice.bridge.wait()
    world.voice.start_bridge()


def kill_with_standby(world: World) -> None:
    assert world.voice.bridge
    os.killpg(world.voice.bridge.pid, signal.SIGKILL)
    world.voice.bridge = world.standby


def kill_asterisk(world: World) -> None:
    assert world.voice.exchange
    world.voice.exchange.kill()
    world.voice.exchange.wait()
    world.voice.start_exchange()


def main() -> int:
    registry = open_registry()
    with tempfile.TemporaryDirectory() as folder:
        exchange = voice.start(registry.db_name)
        world = World(registry, exchange, Path(folder))
        try:
            return measure(world)
        finally:
            for phone in (world.operator, *world.telephones):
                phone.end()
            exchange.end()


def measure(world: World) -> int:
    exchange = world.voice
    assert exchange.bridge
    exchange.bridge.terminate()
    exchange.bridge.wait()
    with world.answers():
        figures = {who.__name__: latencies(world, who) for who in (bare, ours)}
        figures["ours, by the router"] = latencies(world, ours, LINE, CALLERS, CALLERS_RATE)
        ratio = figures["ours"]["seen"] / figures["bare"]["seen"]
        rows = [[name, *(f"{each:.1f}" for each in values.values())] for name, values in figures.items()]
        table(["", "calls", "has the call, ms", "first leg, ms", "talk, ms", "lost"], rows)
        print(f"has the call: {ratio:.2f} times the bare script (promised: {RATIO})\n")
        exchange.start_bridge()
        time.sleep(5)
        loads = [load(world, rate) for rate in RATES]
        table(["calls/s", "calls", "connected", "lost", "talk p50, ms", "p95, ms"], loads)
    crowd = together(world)
    table(["calls at once", "Asterisk, of a core", "packets lost", "Asterisk, kB a call", "bridge, kB a call"], [crowd])
    world.operator.listen()
    world.answering.listen()
    with world.answers():
        times = {"bridge": recover(world, partial(kill_bridge, world))}
        first = exchange.bridge
        world.standby, exchange.bridge = exchange.start_bridge(), first
        time.sleep(8)  # until it stands by
        times["bridge, another stands by"] = recover(world, partial(kill_with_standby, world))
        times["Asterisk"] = recover(world, partial(kill_asterisk, world))
    table(["killed", "connected again after, s"], [[name, f"{each:.1f}"] for name, each in times.items()])
    kept = times["bridge"] <= ALONE and times["bridge, another stands by"] <= WITH_STANDBY
    lost = loads[0][3] + sum(each["lost"] for each in figures.values())
    return 0 if kept and ratio <= RATIO and lost == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
