"""A clock: one thread a process and database that has due timers run, alive while there are timers. See
``connect_timer.py``."""

import logging
import os
import threading

import psycopg2

_logger = logging.getLogger(__name__)

PERIOD = 2.0  # s between two looks
PATIENCE = 30  # failed looks after which the clock stops; the minute cron starts it again

_running = {}  # by name, whether it was started again since its last look
_running_lock = threading.Lock()


def start(name, tick):
    """Have ``tick`` called every ``PERIOD`` seconds in this process, as long as it answers that more is to come."""
    with _running_lock:
        is_new = name not in _running
        _running[name] = not is_new
    if not is_new:
        return
    threading.Thread(target=_run, args=(name, tick), name="connect.clock", daemon=True).start()


def _run(name, tick):
    threading.current_thread().dbname = name
    pause, failures, more = threading.Event(), 0, True
    while True:
        with _running_lock:
            more = more or _running[name]  # a timer was set after the look that found none
            if not more or failures == PATIENCE:
                del _running[name]
                return
            _running[name] = False
        pause.wait(PERIOD)
        try:
            more, failures = tick(), 0
        except psycopg2.Error:  # the database restarts, or is gone
            failures += 1
        except Exception:  # timers stand in their table: the next look finds them again
            _logger.exception("Looking for due timers failed")
            failures += 1


def _forget():
    """In a forked child no thread of the parent runs."""
    global _running_lock
    _running_lock = threading.Lock()
    _running.clear()


os.register_at_fork(after_in_child=_forget)
