"""A signal that comes while something starts or stops waits until that is done."""

import os
import signal
import threading

import pytest

from rehearsal.interrupts import held_back


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="Python signals the main thread")
def test_the_first_signal_is_delivered_at_the_end_of_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        with held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
            assert came == []
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_in_another_thread_there_is_nothing_to_hold_back() -> None:
    handlers: list[object] = []

    def look() -> None:
        with held_back():
            handlers.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert handlers == [before]
