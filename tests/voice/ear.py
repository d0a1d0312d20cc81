"""The sound of a telephone of SIPp, heard and spoken by the test itself: RTP, with the digits of RFC 4733 in it."""

from __future__ import annotations

import socket
import struct
import threading
import time

EVENT = 101  # payload type of digits, as the scenarios offer it
SIGNS = "0123456789*#ABCD"
SILENT = 0x7F  # µ-law without its sign: both zeros are silence
FRAME = 0.02  # s


class Ear:
    """A place for one telephone's RTP. SIPp names it in its SDP and leaves the sound alone."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.port: int = self.socket.getsockname()[1]
        self.heard: list[tuple[float, bytes]] = []  # when, and µ-law
        self.sizes: list[int] = []  # of packets
        self.digits = ""
        self._last = -1  # timestamp of the digit that came last: each comes in several packets
        self._other: tuple[str, int] | None = None
        self._number = self._time = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.socket.close()

    def loud(self, since: float) -> float:
        """Seconds of sound, silence left out, after this time of the monotonic clock."""
        frames = [payload for at, payload in list(self.heard) if at > since]
        return FRAME * sum(sum(each & SILENT < 0x70 for each in frame) > len(frame) / 10 for frame in frames)

    def await_digits(self, digits: str, within: float = 10) -> None:
        """These have come, and no others."""
        deadline = time.monotonic() + within
        while self.digits != digits and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.digits == digits

    def await_voice(self) -> None:
        """Somebody sends sound."""
        deadline = time.monotonic() + 5
        while not self.heard:
            assert time.monotonic() < deadline, "no sound comes"
            time.sleep(0.02)

    def speak(self, seconds: float = 0.4) -> None:
        """A noise. Whoever is to hear it must have been heard before."""
        for _packet in range(round(seconds / FRAME)):
            self._time += 160
            self._send(bytes(range(160)), kind=0)
            time.sleep(FRAME)

    def press(self, digits: str) -> None:
        """Keys of the telephone. Whoever is to hear them must have been heard before."""
        for sign in digits:
            self._time += 1600
            for number, last in enumerate([0, 0, 0, 0, 0, 1, 1, 1]):
                event = struct.pack("!BBH", SIGNS.index(sign), 0x80 * last | 10, 160 * (number + 1))
                self._send(event, kind=0x80 * (number == 0) | EVENT)
                time.sleep(FRAME)
            time.sleep(0.06)

    def _send(self, payload: bytes, kind: int) -> None:
        assert self._other, "nobody has spoken to this telephone yet"
        self._number += 1
        header = struct.pack("!BBHII", 0x80, kind, self._number, self._time, 0x0C0FFEE0)
        self.socket.sendto(header + payload, self._other)

    def _listen(self) -> None:
        while True:
            try:
                packet, self._other = self.socket.recvfrom(2048)
            except OSError:
                return  # closed
            self.sizes.append(len(packet))
            kind, stamp, payload = packet[1] & 0x7F, struct.unpack("!I", packet[4:8])[0], packet[12:]
            if kind == 0:
                self.heard.append((time.monotonic(), payload))
            elif kind == EVENT and stamp != self._last:
                self._last = stamp
                self.digits += SIGNS[payload[0]]
