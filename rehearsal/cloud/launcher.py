"""Runs the AWS emulator in a separate process, with a clock that its parent moves.

`emulator.py` starts it as `python -m rehearsal.cloud.launcher SCRATCH`. It takes lines `move SECONDS` on stdin and
answers `moved` once every schedule that fell due was fired. When stdin ends, so does everything: the emulator,
the Lambda processes it started, and the scratch folder. A killed parent therefore leaves nothing behind.

Two processes: the emulator leads a group with its Lambda processes, and a guard, which does nothing but wait for its
end, clears up behind it.
"""

import contextlib
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TextIO


class SteppingClock:
    """Replaces the module `time` in the scheduler: the parent can move its time, and a move ends its sleep."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._moves = 0
        self._handled = 0
        self._taken = 0
        self._changed = threading.Condition()

    def time(self) -> float:
        """The scheduler's now."""
        return time.time() + self._offset

    def sleep(self, seconds: float) -> None:
        """Wait for a move, `seconds` at the most. A thread that sleeps again has handled the move that woke it."""
        with self._changed:
            self._handled = self._taken
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._moves > self._taken, timeout=seconds)
            self._taken = self._moves

    def move(self, seconds: float) -> None:
        """Advance, and return when the scheduler has looked at all its schedules at the new time."""
        with self._changed:
            self._offset += seconds
            self._moves += 1
            move = self._moves
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._handled >= move)


def obey(clock: SteppingClock, grow_older: Callable[[float], None], orders: TextIO, answers: TextIO) -> None:
    """Carry out the parent's orders until it goes away, then end the emulator and its Lambda processes."""
    try:
        for order in orders:
            seconds = float(order.removeprefix("move "))
            grow_older(seconds)
            clock.move(seconds)
            print("moved", file=answers, flush=True)
    except BrokenPipeError:
        pass  # it went away without waiting for the answer
    except Exception:
        traceback.print_exc()  # the end of the log, which the parent shows
        raise
    finally:
        os.killpg(0, signal.SIGKILL)


def emulate() -> None:
    """Give the emulator its clock, then run it."""
    from ministack import app  # noqa: PLC0415 - the guard needs none of it
    from ministack.services import scheduler  # noqa: PLC0415 - the guard needs none of it

    from .boundary_key import add_permissions_boundary  # noqa: PLC0415 - the guard needs none of it
    from .caller_when_asked import find_callers_when_asked  # noqa: PLC0415 - the guard needs none of it
    from .ended_sessions import seldom_evict_sessions  # noqa: PLC0415 - the guard needs none of it
    from .external_secrets import know_external_secrets  # noqa: PLC0415 - the guard needs none of it
    from .garbage import collect_seldom  # noqa: PLC0415 - the guard needs none of it
    from .http_server import serve  # noqa: PLC0415 - the guard needs none of it
    from .iam_arn import correct_iam_arn  # noqa: PLC0415 - the guard needs none of it
    from .iam_calls import add_missing_calls  # noqa: PLC0415 - the guard needs none of it
    from .key_age import age_access_keys  # noqa: PLC0415 - the guard needs none of it
    from .metric_namespace import add_metric_namespace  # noqa: PLC0415 - the guard needs none of it
    from .mutable_tags import obey_exclusion_filters  # noqa: PLC0415 - the guard needs none of it
    from .named_arn import correct_named_arn  # noqa: PLC0415 - the guard needs none of it
    from .other_accounts import find_other_accounts  # noqa: PLC0415 - the guard needs none of it
    from .partition import speak_partition  # noqa: PLC0415 - the guard needs none of it
    from .principal_arn import correct_principal_arn  # noqa: PLC0415 - the guard needs none of it
    from .registry_calls import keep_registry_settings  # noqa: PLC0415 - the guard needs none of it
    from .web_identity import read_gitlab_com_claims  # noqa: PLC0415 - the guard needs none of it
    from .whole_logs import keep_whole_logs  # noqa: PLC0415 - the guard needs none of it

    correct_principal_arn()
    correct_iam_arn()
    correct_named_arn()
    add_missing_calls()
    keep_registry_settings()
    obey_exclusion_filters()
    add_permissions_boundary()
    add_metric_namespace()
    read_gitlab_com_claims()
    find_other_accounts()
    know_external_secrets()
    seldom_evict_sessions()
    find_callers_when_asked()
    keep_whole_logs()
    speak_partition(os.environ.pop("REHEARSAL_PARTITION"))  # no function inherits it
    if scheduler.time is not time:
        raise RuntimeError("ministack's scheduler no longer takes its time from the module `time`: adapt SteppingClock")
    clock = SteppingClock()
    scheduler.time = clock
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the emulator prints is its log, not an answer
    threading.Thread(target=obey, args=(clock, age_access_keys, sys.stdin, answers), daemon=True).start()
    collect_seldom()
    serve(app.app)


def guard(emulator: int, scratch: str) -> None:
    """Wait for the emulator's end, end what it started, and remove its files once the parent is done with them."""
    os.close(1)  # to the parent, the end of the answers is the end of the emulator
    os.waitpid(emulator, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(emulator, signal.SIGKILL)
    while os.read(0, 1024):
        continue
    shutil.rmtree(scratch, ignore_errors=True)


def main() -> None:
    """Become the guard of an emulator."""
    emulator = os.fork()
    if emulator:
        guard(emulator, sys.argv[1])
    else:
        os.setpgid(0, 0)
        emulate()


if __name__ == "__main__":
    main()
