"""Work in threads that no single item can block or end: every wait is limited, and an exception affects only its item.

The threads are daemons, so one that still hangs when the time is over does not keep the process alive.
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_PACKAGE: Final = Path(__file__).parents[1]


class _Run(Generic[_T, _R]):
    """The items, and the results so far."""

    def __init__(
        self, items: Iterable[_T], work: Callable[[_T], _R], instead: Callable[[_T, Exception | None], _R]
    ) -> None:
        self._work, self._instead = work, instead
        self.items = list(items)
        self.results: dict[int, _R] = {}
        self.crash: BaseException | None = None
        self.over = False
        self.changed = threading.Condition()
        self._next = iter(range(len(self.items)))

    def ended(self) -> bool:
        return self.crash is not None or len(self.results) == len(self.items)

    def work_on(self) -> None:
        while True:
            with self.changed:
                index = next(self._next, None)
                if index is None or self.over:
                    return
            try:
                result = self._one(self.items[index])
            except BaseException as crash:  # noqa: BLE001 - it ends the process or the test: the waiting thread raises it
                with self.changed:
                    self.crash, self.over = crash, True
                    self.changed.notify_all()
                return
            with self.changed:
                self.results[index] = result
                if self.ended():
                    self.changed.notify_all()

    def _one(self, item: _T) -> _R:
        try:
            return self._work(item)
        except Exception as error:  # noqa: BLE001 - a single item, whatever is in it, must not end the run
            return self._instead(item, error)


def each(
    items: Iterable[_T],
    work: Callable[[_T], _R],
    instead: Callable[[_T, Exception | None], _R],
    *,
    threads: int,
    seconds: float,
) -> list[_R]:
    """The results of `work` for each item, in order.

    Args:
        items: the items, started in this order.
        work: does the work for one item.
        instead: makes the result for an item that raised an error, or was not done in time; then the error is None.
        threads: how many items to work on at once.
        seconds: how long it may take; after that, no item is started or waited for.
    """
    run = _Run(items, work, instead)
    for begun in range(min(threads, len(run.items))):
        try:
            threading.Thread(target=run.work_on, daemon=True).start()
        except RuntimeError:  # no more threads can start; the existing ones do the work
            if begun == 0:
                run.work_on()
            break
    with run.changed:
        run.changed.wait_for(run.ended, timeout=seconds)
        run.over = True
        if run.crash is not None:
            raise run.crash
        done = dict(run.results)
    return [done[index] if index in done else instead(item, None) for index, item in enumerate(run.items)]


def bounded(call: Callable[[], _R], seconds: float) -> _R | None:
    """The result of `call`, or None when it has not ended in time.

    Raises:
        Exception: `call` raised it.
    """

    def instead(_: None, error: Exception | None) -> _R | None:
        if error is not None:
            raise error
        return None

    return each([None], lambda _: call(), instead, threads=1, seconds=seconds)[0]


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
