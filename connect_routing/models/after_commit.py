"""A lane of work that follows commits: one thread a process and database, alive while there is something to do.

Whoever commits hands over keys and goes on: his answer does not wait for the router. Decisions come before telling
people about them, so a burst of requests is assigned at the router's pace while notices follow in batches. The thread
is not a daemon: a worker that is recycled finishes what it was handed. What a crash takes with it stands in tables
(queued requests, contacts, the outbox) and is found by the minute cron.
"""

import logging
import os
import threading
import time

_logger = logging.getLogger(__name__)

PATIENCE = 0.25  # s that telling people may wait while decisions are due


class Lane:
    """Keys are done in the order of their coming; a key that waits already is not doubled.

    :param decide: takes a list of keys, returns those that are to be done again, behind what came meanwhile
    :param tell: tells one batch of people; True when there may be more
    :param failed: called after an exception of either; the lane goes on
    """

    def __init__(self, decide, tell, failed):
        self._decide, self._tell, self._failed = decide, tell, failed
        self._lock = threading.Lock()
        self._keys = {}
        self._untold = False
        self._running = False

    def submit(self, keys):
        with self._lock:
            self._keys.update(dict.fromkeys(keys))
            self._untold = True
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._run, name="connect.dispatcher").start()

    def _run(self):
        told_at = time.monotonic()
        while True:
            with self._lock:
                keys, self._keys = list(self._keys), {}
                tell, self._untold = self._untold, False
                if not keys and not tell:
                    self._running = False
                    return
            try:
                if keys and (again := self._decide(keys)):
                    with self._lock:
                        self._keys.update(dict.fromkeys(again))
                if self._keys and time.monotonic() < told_at + PATIENCE:
                    self._untold = True
                    continue
                told_at = time.monotonic()
                if self._tell():
                    self._untold = True
            except Exception:  # the commits that led here stand; what is left undone stands in tables
                _logger.exception("Following up a commit failed, the cron takes over: %s", keys)
                self._call_for_help()

    def _call_for_help(self):
        try:
            self._failed()
        except Exception:  # the database is gone, most likely; the cron runs every minute whoever wakes it
            _logger.exception("The cron could not be woken")


_lanes = {}
_lanes_lock = threading.Lock()


def lane(name, make):
    """The lane of this process for the database ``name``, made by ``make`` the first time."""
    with _lanes_lock:
        if name not in _lanes:
            _lanes[name] = make()
        return _lanes[name]


def _forget():
    """In a forked child no thread of the parent runs."""
    global _lanes_lock
    _lanes_lock = threading.Lock()
    _lanes.clear()


os.register_at_fork(after_in_child=_forget)
