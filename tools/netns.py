"""A network of one's own for the tests of voice: `python -m tools.netns COMMAND…` runs a command in one.

Asterisk offers browsers no address of 127/8 to send sound to, and a machine may have no other. So the tests run in a
network namespace that has, besides 127.0.0.1, the address 10.77.0.1 on its loopback. Nothing in there reaches the
machine's own network, and nothing from there reaches in. It ends with the command.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

ADDRESS = "10.77.0.1"
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
IFF_UP, IFF_RUNNING = 0x1, 0x40


def enter() -> None:
    """Move this process into a new network; without root by way of a new user namespace."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | (CLONE_NEWUSER if uid else 0)):
        raise OSError(ctypes.get_errno(), "this machine allows no network namespace: the tests of voice need one")
    if uid:
        for name, text in (("uid_map", f"{uid} {uid} 1"), ("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    _up("lo")
    _address("lo:1", ADDRESS)


def _up(interface: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sH14s", interface.encode(), IFF_UP | IFF_RUNNING, b""))


def _address(interface: str, address: str) -> None:
    def packed(value: str) -> bytes:
        where = struct.pack("HH4s8s", socket.AF_INET, 0, socket.inet_aton(value), b"")
        return struct.pack("16s16s", interface.encode(), where)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFADDR, packed(address))
        fcntl.ioctl(handle, SIOCSIFNETMASK, packed("255.255.255.255"))


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])
