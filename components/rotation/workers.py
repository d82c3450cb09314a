"""Work in threads that no single item can block or end: every wait is limited, and an exception affects only its item.

The threads are daemons, so one that still hangs when the time is over does not keep the process alive.
"""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_PACKAGE: Final = Path(__file__).parents[1]


class Batch(Generic[_T, _R]):
    """Items that threads work on, while the thread that made it may do something else.

    Args:
        items: the items, started in this order.
        work: does the work for one item.
        instead: makes the result for an item that raised an error, or was not done in time; then the error is None.
        threads: how many items to work on at once.
        seconds: how long it may take from now on; after that, no item is waited for.
    """

    def __init__(
        self,
        items: Iterable[_T],
        work: Callable[[_T], _R],
        instead: Callable[[_T, Exception | None], _R],
        *,
        threads: int,
        seconds: float,
    ) -> None:
        self._work, self._instead = work, instead
        self._end = time.monotonic() + seconds
        self._items = list(items)
        self._done: dict[int, _R] = {}
        self._crash: BaseException | None = None
        self._over = False
        self._changed = threading.Condition()
        self._next = iter(range(len(self._items)))
        self._start(threads)

    def results(self) -> list[_R]:
        """Waits until every item is done or the time is over, and returns a result for each item, in order."""
        with self._changed:
            self._changed.wait_for(self._ended, timeout=max(0.0, self._end - time.monotonic()))
            self._over = True
            if self._crash is not None:
                raise self._crash
            done = dict(self._done)
        return [done[index] if index in done else self._instead(item, None) for index, item in enumerate(self._items)]

    def _start(self, threads: int) -> None:
        """Starts the threads. To start many takes long where they already compete for the processor."""
        for begun in range(min(threads, len(self._items))):
            try:
                threading.Thread(target=self._work_on, daemon=True).start()
            except RuntimeError:  # no more threads can start; the existing ones do the work
                if begun == 0:
                    self._work_on()
                break

    def _ended(self) -> bool:
        return self._crash is not None or len(self._done) == len(self._items)

    def _work_on(self) -> None:
        while True:
            with self._changed:
                index = next(self._next, None)
                if index is None or self._over:
                    return
            try:
                result = self._one(self._items[index])
            except BaseException as crash:  # noqa: BLE001 - it ends the process or the test: the waiting thread raises it
                with self._changed:
                    self._crash, self._over = crash, True
                    self._changed.notify_all()
                return
            with self._changed:
                self._done[index] = result
                if self._ended():
                    self._changed.notify_all()

    def _one(self, item: _T) -> _R:
        try:
            return self._work(item)
        except Exception as error:  # noqa: BLE001 - a single item, whatever is in it, must not end the run
            return self._instead(item, error)


def bounded(call: Callable[[], _R], seconds: float) -> _R | None:
    """The result of `call`, or None when it has not ended in time.

    Raises:
        Exception: `call` raised it.
    """

    def instead(_: None, error: Exception | None) -> _R | None:
        if error is not None:
            raise error
        return None

    return Batch([None], lambda _: call(), instead, threads=1, seconds=seconds).results()[0]


def unexpected(error: Exception) -> str:
    """Describes an unforeseen exception by its class and line. Its words are left out: they may hold a secret."""
    where = "outside of gitlab-ecr"
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if _PACKAGE in file.parents:
            where = f"{file.relative_to(_PACKAGE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"an error in gitlab-ecr itself, {type(error).__name__} at {where}; please report it"
