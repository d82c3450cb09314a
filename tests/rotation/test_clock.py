"""The rotator's own clock."""

import random

from components.rotation.clock import SystemClock


def test_jitter_leaves_the_random_numbers_of_the_process_alone() -> None:
    before = random.getstate()
    drawn = {SystemClock().jitter() for _ in range(100)}
    assert len(drawn) > 1
    assert all(0 <= number <= 1 for number in drawn)
    assert random.getstate() == before
