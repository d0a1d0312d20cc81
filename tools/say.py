"""Talking to whoever sits at the terminal: progress on stderr, failures of one line that say what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """An expected failure. Its text is the whole message: one line, with the way out."""


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step that takes a while and tell how long it took."""
    say(f"  {text} …")
    began = time.monotonic()
    yield
    say(f"  {text}: done in {time.monotonic() - began:.1f} s")
