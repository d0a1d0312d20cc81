"""Telephones for the tests: SIPp as a caller, as one who answers, refuses or lets it ring; tones instead of voices."""

from __future__ import annotations

import base64
import itertools
import math
import re
import socket
import struct
import subprocess
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tools import asterisk

from .ear import Ear

SCENARIOS = Path(__file__).parent / "scenarios"
RATE = 8000
PORTS = itertools.cycle(range(15_000, 20_000, 2))  # below those that the kernel gives to browsers, beside Asterisk's


@dataclass
class Phone:
    """One telephone of an extension. Each thing it does is a process of SIPp, ended with the test."""

    user: str
    password: str
    server: str  # host:port
    address: str
    folder: Path
    tone: int = 440
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ear: Ear | None = None
    srtp: bool = False
    logged_in: bool = False
    options: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self.port or free_port(self.address)

    def listen(self) -> Ear:
        """From now on the test itself hears and speaks instead of SIPp."""
        self.ear = self.ear or Ear(self.address)
        return self.ear

    def register(self) -> None:
        """Log in at Asterisk; AssertionError when refused. SIPp, unlike a telephone, gives up when an answer comes
        twice, as it does on a busy machine."""
        assert any(self.is_let_in() for _attempt in range(3)), f"{self.user} could not register: {self.errors()}"

    def is_let_in(self) -> bool:
        """Whether Asterisk takes its name and password."""
        self.logged_in = self._register(3600)
        return self.logged_in

    def log_off(self) -> None:
        """Asterisk rings it no more: a later test has the number's other telephones alone."""
        if self.logged_in:
            self.logged_in = not self._register(0)
            self.end()

    def _register(self, seconds: int) -> bool:
        try:
            return self._run("register", EXPIRES=str(seconds)).wait(30) == 0
        except subprocess.TimeoutExpired:
            return False

    def answer(self, ring: float = 0.3, talk: float = 600) -> subprocess.Popen[bytes]:
        """Take the next call after so many seconds of ringing, and hang up after so many of talk."""
        return self._run("answer", INFO="", USED="", RING=str(int(ring * 1000)), TALK=str(int(talk * 1000)))

    def answer_at_once(self) -> subprocess.Popen[bytes]:
        """Take the next call if the exchange asks for it, as telephones with auto-answer do; fail at any other."""
        return self._answer_if("Call-Info:", "answer-after=0")

    def answer_to(self, caller: str) -> subprocess.Popen[bytes]:
        """Take the next call if it shows this caller (a regular expression); fail at any other."""
        return self._answer_if("From:", caller)

    def _answer_if(self, header: str, expected: str) -> subprocess.Popen[bytes]:
        wanted = f'<ereg regexp="{expected}" search_in="hdr" header="{header}" check_it="true" assign_to="info"/>'
        return self._run("answer", INFO=wanted, USED='<Reference variables="info"/>', RING="100", TALK="600000")

    def refuse(self, code: int = 603, ring: float = 0.2) -> subprocess.Popen[bytes]:
        """Decline the next call (603), or be busy (486)."""
        return self._run("refuse", CODE=str(code), RING=str(int(ring * 1000)))

    def call(self, to: str, talk: float = 60.0) -> subprocess.Popen[bytes]:
        """Call a number and speak for so many seconds, unless the other side hangs up."""
        return self._run("call", TO=to, TALK=str(int(talk * 1000)))

    def crowd(self, to: str, count: int) -> subprocess.Popen[bytes]:
        """So many calls at once to a number, all of them silent."""
        self.listen()
        return self._run("call", TO=to, TALK="600000", options=["-m", str(count), "-r", str(count)])

    def refer(self, to: str, on: str, after: float = 1.0) -> subprocess.Popen[bytes]:
        """Call a number and, after so many seconds of talk, transfer the other side by itself (REFER). What comes of it
        is told by NOTIFY, which SIPp takes by itself."""
        return self._run("refer", ["-m", "1", "-aa"], TO=to, REFER=on, TALK=str(int(after * 1000)))

    def dialog(self) -> str:
        """What the other side of this telephone's first transfer has to name to take its place (Replaces)."""
        call_id, mine, other = next(self.folder.glob(f"{self.user}-refer-*.log")).read_text().split()
        return f"{quote(call_id)}%3Bto-tag%3D{other}%3Bfrom-tag%3D{mine}"

    def bring(self, to: str, talk: float = 60.0, address: str = "") -> subprocess.Popen[bytes]:
        """As an operator: bring a call from the number ``user`` to one of ours; ``address``: to which we logged in."""
        return self._run("incoming", TO=to, TALK=str(int(talk * 1000)), ADDRESS=address or f"sip:{to}@[remote_ip]")

    def given_address(self) -> str:
        """As an operator: the address that was given by whoever has logged in."""
        return next(self.folder.glob(f"{self.user}-registrar-*.log")).read_text().strip()

    def errors(self) -> str:
        """What SIPp complained of."""
        return "\n".join(file.read_text(errors="replace")[-1500:] for file in self.folder.glob(f"{self.user}-*.err"))

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self.ear:
            self.ear.close()

    def _run(self, scenario: str, options: Sequence[str] = ("-m", "1"), **values: str) -> subprocess.Popen[bytes]:
        text = (SCENARIOS / f"{scenario}.xml").read_text()
        tone = self.folder / f"tone-{self.tone}.ul"
        if not tone.exists():
            tone.write_bytes(ulaw_tone(self.tone, 2.0))
        known = {"USER": self.user, "PASSWORD": self.password, "TONE": str(tone), **values}
        for key, value in known.items():
            text = text.replace(f"@{key}@", value)
        if self.ear:
            text = re.sub(r"<nop>.*rtp_stream.*</nop>", "", text).replace("[media_port]", str(self.ear.port))
        if self.srtp:
            key = base64.b64encode(bytes(range(30))).decode()
            crypto = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}"
            text = re.sub(r"(m=audio \S+ )RTP/AVP.*", rf"\1RTP/SAVP 0 101\n{crypto}", text)
        name = f"{self.user}-{scenario}-{len(self.processes)}"
        file = self.folder / f"{name}.xml"
        file.write_text(text)
        command = [*asterisk.command(asterisk.prefix(), "sipp"), self.server, "-sf", str(file)]
        command += ["-i", self.address, "-p", str(self.port), "-mi", self.address, *options, "-nostdin"]
        command += ["-mp", str(free_port(self.address)), "-trace_err"]
        command += ["-error_file", str(self.folder / f"{name}.err")]
        command += ["-trace_logs", "-log_file", str(self.folder / f"{name}.log"), *self.options]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )
        self.processes.append(process)
        time.sleep(0.15)  # until it listens
        return process


def free_port(address: str) -> int:
    """An even UDP port, and the next one, that nobody has, and that no other telephone is given soon."""
    for port in PORTS:
        try:
            for each in (port, port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind((address, each))
        except OSError:
            continue
        return port
    raise AssertionError("there is always another port")


def ulaw_tone(frequency: int, seconds: float) -> bytes:
    """A sine tone as G.711 µ-law."""
    samples = (0.4 * math.sin(2 * math.pi * frequency * n / RATE) for n in range(int(seconds * RATE)))
    return bytes(_ulaw(int(sample * 32635)) for sample in samples)


def _ulaw(sample: int) -> int:
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32635) + 0x84
    exponent = max(magnitude.bit_length() - 8, 0)
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def loudness(file: Path, frequency: int, begin: float = 0.0, end: float | None = None) -> float:
    """How much of this tone is in a WAV file, from 0 to about 1 (Goertzel over the span, relative to full scale)."""
    with wave.open(str(file)) as sound:
        assert sound.getsampwidth() == 2 and sound.getnchannels() == 1
        rate = sound.getframerate()
        frames = sound.readframes(sound.getnframes())
    samples = struct.unpack(f"<{len(frames) // 2}h", frames)
    part = samples[int(begin * rate) : int(end * rate) if end else None]
    if not part:
        return 0.0
    step = 2 * math.pi * frequency / rate
    real = sum(value * math.cos(step * n) for n, value in enumerate(part))
    imaginary = sum(value * math.sin(step * n) for n, value in enumerate(part))
    return 2 * math.hypot(real, imaginary) / len(part) / 32768
