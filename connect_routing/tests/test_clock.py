import threading
import time
from unittest import TestCase
from unittest.mock import patch

from odoo.addons.connect_routing.models import clock
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestClock(TestCase):
    """ROU-47: timers come within seconds; where there are none, nothing runs."""

    def run_clock(self, answers):
        """Start it with a tick that answers these; how often it looked when it had stopped."""
        looks = []

        def tick():
            looks.append(time.monotonic())
            answer = answers[len(looks) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer() if callable(answer) else answer

        with patch.object(clock, "PERIOD", 0.01):
            clock.start("test", tick)
            for _look in range(500):
                if "test" not in clock._running:
                    break
                time.sleep(0.01)
        self.assertNotIn("test", clock._running)
        for thread in threading.enumerate():
            if thread.name == "connect.clock":
                thread.join(5)
                self.assertFalse(thread.is_alive())
        return len(looks)

    def test_it_looks_as_long_as_there_is_more(self):
        self.assertEqual(self.run_clock([True, True, False]), 3)

    def test_a_timer_set_during_the_last_look_is_not_left_alone(self):
        def set_meanwhile():
            clock.start("test", None)
            return False

        self.assertEqual(self.run_clock([set_meanwhile, False]), 2)

    def test_a_failure_does_not_end_it(self):
        with self.assertLogs(clock._logger, "ERROR"):
            self.assertEqual(self.run_clock([ValueError("once"), False]), 2)
