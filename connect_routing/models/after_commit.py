"""Lanes of work that follows commits: a thread each for a process and database, alive while there is something to do.

Whoever commits hands over keys and goes on: his answer does not wait for the router. A decision does not wait until
people are told about those before it, for that has a lane of its own; and as decisions go first, a burst of requests is
assigned at the router's pace while notices follow in batches. The threads are no daemons: a worker that is recycled
finishes what it was handed. What a crash takes with it stands in tables (queued requests, contacts, the outbox) and is
found by the minute cron.
"""

import logging
import os
import threading
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.server import CommonServer

_logger = logging.getLogger(__name__)

PATIENCE = 0.25  # s that a lane lets another one go first, and rests, at most
GRACE = 5  # s that a server which is being ended waits for its lanes

_hurry = threading.Event()  # this process is being ended: no lane rests any more


class Lane:
    """Keys are done in the order of their coming; a key that waits already is not doubled.

    :param work: takes a list of keys, returns those that are to be done again, behind what came meanwhile
    :param failed: called after an exception; the lane goes on
    :param share: of the time that it may work at most; meanwhile a burst gathers, and whoever causes it goes first
    :param pause: s between two rounds at least
    :param Lane behind: a lane that goes first
    """

    def __init__(self, work, failed, share=1.0, behind=None, pause=0.0):
        self._work, self._failed, self._behind = work, failed, behind
        self._share, self._pause, self._rests_until = share, pause, 0.0
        self._lock = threading.Lock()
        self._keys = {}
        self.idle = threading.Event()
        self.idle.set()

    def submit(self, keys):
        with self._lock:
            self._keys.update(dict.fromkeys(keys))
            if not self._keys or not self.idle.is_set():
                return
            self.idle.clear()
        threading.Thread(target=self._run, name="connect.lane").start()

    def _run(self):
        while True:
            _hurry.wait(max(0.0, self._rests_until - time.monotonic()))
            if self._behind:
                self._behind.idle.wait(PATIENCE)
            with self._lock:
                keys, self._keys = list(self._keys), {}
                if not keys:
                    self.idle.set()
                    return
            began = time.monotonic()
            try:
                again = self._work(keys)
            except Exception:  # the commits that led here stand; what is left undone stands in tables
                _logger.exception("Following up a commit failed, the cron takes over: %s", keys)
                self._call_for_help()
            else:
                with self._lock:
                    self._keys.update(dict.fromkeys(again))
            ended = time.monotonic()
            self._rests_until = ended + max(min((ended - began) * (1 / self._share - 1), PATIENCE), self._pause)

    def _call_for_help(self):
        try:
            self._failed()
        except Exception:  # the database is gone, most likely; the cron runs every minute whoever wakes it
            _logger.exception("The cron could not be woken")


def on_model(database, model, method):
    """A function that calls a method of a model of ``database`` as the system. The registry may be loaded anew while a
    lane lives, so it is looked up at each use."""

    def call(*args):
        threading.current_thread().dbname = database
        with Registry(database).cursor() as cr:
            return getattr(api.Environment(cr, SUPERUSER_ID, {})[model], method)(*args)

    return call


_lanes = {}
_lanes_lock = threading.Lock()


def lane(name, make):
    """The lane of this name in this process; made by ``make`` the first time."""
    with _lanes_lock:
        if name not in _lanes:
            _lanes[name] = make()
        return _lanes[name]


def finish_lanes():
    """Before Odoo closes all connections, a second after it was told to stop: what is in hand is done by then."""
    _hurry.set()
    deadline = time.monotonic() + GRACE
    for each in list(_lanes.values()):
        each.idle.wait(max(0.0, deadline - time.monotonic()))


def _forget():
    """In a forked child no thread of the parent runs."""
    global _lanes_lock
    _lanes_lock = threading.Lock()
    _lanes.clear()


CommonServer.on_stop(finish_lanes)
os.register_at_fork(after_in_child=_forget)
