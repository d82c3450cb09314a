"""The garbage collector of a large stack's rehearsal."""

import atexit
import gc
from collections.abc import Iterator

import pytest

from rehearsal.cloud.garbage import collect_seldom


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    gc.set_threshold(*thresholds)
    if not frozen:
        gc.unfreeze()


def test_it_runs_seldom_and_leaves_what_there_was_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_end: list[object] = []
    monkeypatch.setattr(atexit, "register", at_the_end.append)
    kept = [object()]
    collect_seldom()
    assert at_the_end == [gc.freeze]
    assert gc.get_threshold()[0] > 10_000
    assert not any(kept is found for found in gc.get_objects())
    new = [object()]
    assert any(new is found for found in gc.get_objects())
