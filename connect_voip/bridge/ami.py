"""Asterisk's older manager interface, for what ARI lacks: fetching a call out of the parking lot.

``py-Asterisk`` speaks it; here it is made fit for a process that runs for months.

As it ships the library writes and reads line by line (44 ms for a ping; 0.13 ms so), and puts values on the line as
they are: a line break in one would be a command of its own.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import threading
from collections.abc import Mapping

import Asterisk  # type: ignore[import-untyped]
from Asterisk.Manager import BaseManager  # type: ignore[import-untyped]

ALLOWED = {"Redirect", "Ping"}


class AmiError(Exception):
    """The manager has refused, or is away."""


class _Manager(BaseManager):  # type: ignore[misc]  # the library has no types
    """One connection: buffered reads, one packet for one action, values that stay on their line."""

    _numbers = itertools.count(1)

    def _authenticate(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        super()._authenticate()

    def _readline(self) -> bytes:
        while (end := self._unread.find(b"\n")) < 0:
            block = self.sock.recv(65536)
            if not block:
                raise ConnectionError("the manager has closed the connection")
            self._unread += block
        line, self._unread = self._unread[: end + 1], self._unread[end + 1 :]
        return line

    def _write_action(self, action: str, data: Mapping[str, str] | None = None) -> str:
        number = f"{os.getpid()}-{next(self._numbers)}"
        lines = [
            f"Action: {action}",
            f"ActionID: {number}",
            *(f"{key}: {value}" for key, value in (data or {}).items()),
        ]
        if any(re.search(r"[\r\n]", line) for line in lines):
            raise AmiError("a value holds a line break")
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return number


class Ami:
    """Actions of one Asterisk's manager, one at a time, over a connection that is made anew when it has broken."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._address, self._login = (host, port), (user, password)
        self._lock = threading.Lock()
        self._manager: _Manager | None = None

    def act(self, action: str, **values: str) -> None:
        """Carry out an action. Blocks for some 0.2 ms: call it from a thread of its own.

        :raises AmiError: it is none of those we use, a value would leave its line, the manager refuses or is away
        """
        if action not in ALLOWED:
            raise AmiError(f"{action} is not for us")
        with self._lock:
            try:
                self._try(action, values)
            except (OSError, EOFError):
                self._forget()
                try:
                    self._try(action, values)  # the old connection had ended while nobody used it
                except (OSError, EOFError) as error:
                    self._forget()
                    raise AmiError(str(error)) from error
            except Asterisk.BaseException as error:
                self._forget()
                raise AmiError(str(error)) from error

    def _try(self, action: str, values: Mapping[str, str]) -> None:
        if self._manager is None:
            self._manager = _Manager(self._address, *self._login, listen_events=False, timeout=5)
        number = self._manager._write_action(action, values)
        answer = self._manager.read_response(number)
        if answer.Response not in ("Success", "Pong"):
            raise AmiError(str(answer.get("Message", "refused")))

    def _forget(self) -> None:
        if self._manager:
            self._manager.sock.close()
        self._manager = None
