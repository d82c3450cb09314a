"""Items in threads: no item ends the others, and no wait is longer than its limit."""

import threading
import time
from types import SimpleNamespace

import pytest
from scripted import CrashError

from components.docker import bounded_json
from components.rotation.workers import Batch, bounded, unexpected


def _instead(item: int, error: Exception | None) -> str:
    return f"{item}: {'late' if error is None else type(error).__name__}"


@pytest.mark.parametrize("threads", [1, 3, 64])
def test_results_come_in_order(threads: int) -> None:
    assert Batch(range(100), str, _instead, threads=threads, seconds=5).results() == [
        str(number) for number in range(100)
    ]
    assert Batch([], str, _instead, threads=threads, seconds=5).results() == []


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("x"), RecursionError(), MemoryError(), AssertionError(), StopIteration(), OSError()],
)
def test_an_exception_fails_only_its_own_item(error: Exception) -> None:
    def work(number: int) -> str:
        if number == 2:
            raise error
        return str(number)

    assert Batch(range(4), work, _instead, threads=2, seconds=5).results() == [
        "0",
        "1",
        f"2: {type(error).__name__}",
        "3",
    ]


@pytest.mark.parametrize("able", [0, 1])
def test_where_no_thread_can_start_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch, able: int) -> None:
    start, started = threading.Thread.start, list[threading.Thread]()

    def limited(thread: threading.Thread) -> None:
        if len(started) == able:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    assert Batch(range(5), str, _instead, threads=4, seconds=5).results() == ["0", "1", "2", "3", "4"]
    assert len(started) == able


def test_an_endless_recursion_fails_only_its_own_item() -> None:
    def work(number: int) -> str:
        return work(number) if number == 1 else str(number)

    assert Batch(range(3), work, _instead, threads=2, seconds=5).results() == ["0", "1: RecursionError", "2"]


def test_an_item_that_hangs_is_not_waited_for_and_no_item_is_started_later() -> None:
    begun: list[int] = []
    free = threading.Event()

    def work(number: int) -> str:
        begun.append(number)
        free.wait(5)
        return str(number)

    begin = time.monotonic()
    assert Batch(range(4), work, _instead, threads=2, seconds=0.1).results() == [
        "0: late",
        "1: late",
        "2: late",
        "3: late",
    ]
    assert time.monotonic() - begin < 2
    free.set()
    time.sleep(0)
    assert begun == [0, 1]


def test_the_time_that_threads_take_to_start_counts_and_what_is_done_by_then_stays_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, free = threading.Thread.start, threading.Event()
    now = 0.0

    def work(number: int) -> str:
        return str(number) if number == 0 or free.wait(5) else "late by itself"

    def slow(thread: threading.Thread) -> None:
        nonlocal now
        now += 60
        start(thread)

    monkeypatch.setattr("components.rotation.workers.time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(threading.Thread, "start", slow)
    batch = Batch(range(2), work, _instead, threads=2, seconds=100)
    while len(batch._done) < 1:
        time.sleep(0.001)
    assert batch.results() == ["0", "1: late"]
    free.set()


def test_a_batch_works_while_the_thread_that_began_it_does_something_else() -> None:
    meeting = threading.Barrier(3)
    batch = Batch(range(2), lambda number: (meeting.wait(5), str(number))[1], _instead, threads=2, seconds=5)
    meeting.wait(5)
    assert batch.results() == ["0", "1"]


def test_the_end_of_the_process_is_not_reported_as_an_items_failure() -> None:
    def work(_: int) -> str:
        raise CrashError

    with pytest.raises(CrashError):
        Batch(range(4), work, _instead, threads=2, seconds=5).results()


def test_a_bounded_call_gives_its_value_its_error_or_nothing() -> None:
    assert bounded(lambda: 7, 5) == 7
    assert bounded(lambda: threading.Event().wait(1), 0.05) is None
    with pytest.raises(ZeroDivisionError):
        bounded(lambda: 1 // 0, 5)


def test_an_unexpected_error_is_reported_by_class_and_line_without_its_message() -> None:
    with pytest.raises(AttributeError) as caught:
        bounded_json.loads(7, limit=None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - the mistake
    words = unexpected(caught.value)
    assert words.startswith("an error in gitlab-ecr itself, AttributeError at docker/bounded_json.py:")
    assert "decode" not in words
