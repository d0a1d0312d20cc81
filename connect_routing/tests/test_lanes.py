"""What follows a commit, in threads of their own."""

import threading
import time
from unittest.mock import patch

from odoo.addons.connect_routing.models import after_commit
from odoo.addons.connect_routing.models.after_commit import PATIENCE, Lane, finish_lanes
from odoo.tests import BaseCase
from odoo.tools import mute_logger

WITHIN = 10  # s in which a thread has surely had its turn


class TestLanes(BaseCase):
    def setUp(self):
        super().setUp()
        self.failures = 0

    def fail_once_more(self):
        self.failures += 1

    def make_lane(self, work, **options):
        made = Lane(work, failed=self.fail_once_more, **options)
        self.addCleanup(lambda: self.assertTrue(made.idle.wait(WITHIN)))
        return made

    def test_decision_waits_for_no_telling(self):
        """ROU-12: who turns to a line is decided about while people are being told of those before him."""
        begun, end, decided = threading.Event(), threading.Event(), threading.Event()

        def tell(_keys):
            begun.set()
            end.wait(WITHIN)
            return []

        deciding = self.make_lane(lambda _keys: decided.set() or [])
        telling = self.make_lane(tell, behind=deciding)
        self.addCleanup(end.set)
        telling.submit(["settle"])
        self.assertTrue(begun.wait(WITHIN))
        deciding.submit([("line", 1)])
        self.assertTrue(decided.wait(WITHIN))
        self.assertFalse(telling.idle.is_set())

    def test_decisions_go_first_but_not_for_ever(self):
        """In a burst people are told between decisions, and hear of them also while the burst goes on."""
        end, told, order = threading.Event(), threading.Event(), []

        def decide(_keys):
            order.append("decide")
            return [] if end.wait(PATIENCE / 10) else ["more"]

        def tell(_keys):
            order.append("tell")
            told.set()
            return []

        deciding = self.make_lane(decide)
        self.addCleanup(end.set)
        telling = self.make_lane(tell, behind=deciding)
        deciding.submit(["more"])
        telling.submit(["settle"])
        self.assertTrue(told.wait(WITHIN))
        self.assertGreater(order.index("tell"), 1)

    def test_key_is_done_once_and_again_when_asked(self):
        """A key that waits is not doubled; what a round gives back is done once more, behind what came meanwhile."""
        begun, go, rounds = threading.Event(), threading.Event(), []

        def work(keys):
            rounds.append(keys)
            begun.set()
            go.wait(WITHIN)
            return ["first"] if len(rounds) == 1 else []

        busy = self.make_lane(work)
        busy.submit(["first"])
        self.assertTrue(begun.wait(WITHIN))
        busy.submit(["second"])
        busy.submit(["second"])
        go.set()
        self.assertTrue(busy.idle.wait(WITHIN))
        self.assertEqual(rounds, [["first"], ["second", "first"]])

    def test_news_is_gathered_in_a_pause(self):
        """A lane with a pause works at once, and what comes meanwhile is done together when the pause is over."""
        rounds = []
        pausing = self.make_lane(lambda keys: rounds.append((time.monotonic(), keys)) or [], pause=0.5)
        pausing.submit(["line 1"])
        while not rounds:
            time.sleep(0.01)
        for _event in range(20):
            pausing.submit(["line 1"])
            pausing.submit(["line 2"])
            time.sleep(0.005)
        self.assertTrue(pausing.idle.wait(WITHIN))
        (first, _keys), (second, keys) = rounds
        self.assertGreaterEqual(second - first, 0.5)
        self.assertEqual(keys, ["line 1", "line 2"])

    def test_failure_calls_for_help(self):
        """A round that fails wakes the cron, and the lane takes what comes next."""
        done = threading.Event()

        def work(keys):
            if keys == ["bad"]:
                raise ValueError("broken")
            done.set()
            return []

        mended = self.make_lane(work)
        with mute_logger("odoo.addons.connect_routing.models.after_commit"):
            mended.submit(["bad"])
            self.assertTrue(mended.idle.wait(WITHIN))
        self.assertEqual(self.failures, 1)
        mended.submit(["good"])
        self.assertTrue(done.wait(WITHIN))

    def test_server_that_ends_waits_for_its_lanes(self):
        """What is in hand is done before the connections are closed, without the rests between."""
        rounds = []

        def work(keys):
            rounds.append(keys)
            time.sleep(0.01)
            return ["more"] if len(rounds) < 20 else []

        resting = self.make_lane(work, share=0.001)
        with (
            patch.object(after_commit, "_lanes", {"resting": resting}),
            patch.object(after_commit, "_hurry", threading.Event()) as hurry,
        ):
            resting.submit(["more"])
            finish_lanes()
            self.assertTrue(hurry.is_set())
            self.assertTrue(resting.idle.is_set())
        self.assertEqual(len(rounds), 20)
