"""A clock: one thread a process and database that has due timers run. See ``connect_timer.py``."""

import logging
import os
import threading

import psycopg2

_logger = logging.getLogger(__name__)

PERIOD = 2.0  # s between two looks
PATIENCE = 30  # failed looks after which the clock stops; the minute cron starts it again

_running = set()
_running_lock = threading.Lock()


def start(name, tick):
    """Have ``tick`` called every ``PERIOD`` seconds from now on, unless the clock ``name`` of this process runs."""
    with _running_lock:
        if name in _running:
            return
        _running.add(name)
    threading.Thread(target=_run, args=(name, tick), name="connect.clock", daemon=True).start()


def _run(name, tick):
    threading.current_thread().dbname = name
    pause, failures = threading.Event(), 0
    try:
        while failures < PATIENCE:
            pause.wait(PERIOD)
            try:
                tick()
                failures = 0
            except psycopg2.Error:  # the database restarts, or is gone
                failures += 1
            except Exception:  # timers stand in their table: the next look finds them again
                _logger.exception("Looking for due timers failed")
                failures += 1
    finally:
        with _running_lock:
            _running.discard(name)


def _forget():
    """In a forked child no thread of the parent runs."""
    global _running_lock
    _running_lock = threading.Lock()
    _running.clear()


os.register_at_fork(after_in_child=_forget)
