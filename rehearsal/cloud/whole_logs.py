"""One change of the emulator: the log of a Lambda's run holds every line that the run wrote.

ministack 1.5.33 reads a run's lines for as long as they come within milliseconds. On a busy machine it therefore
leaves the last ones, such as the rotator's report, for the log of the next run, or loses them with a function that
failed. Here a run ends its lines with a mark, and the emulator reads up to it.
"""

import queue
import time
from typing import Any, Final

from ministack.core import lambda_runtime

_MARK: Final = "\x1eend of the run"  # U+001E: no log has this character by accident
_LONGEST_WAIT_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.05
_END: Final = "        _real_stdout.flush()\n\nrun()\n"  # after a run's answer is written, before it is sent
_MARKED: Final = f"        print({_MARK!r}, file=sys.stderr, flush=True)\n{_END}"


def keep_whole_logs() -> None:
    """Make Lambdas in this process mark the end of their lines, and the emulator wait for the mark.

    Raises:
        RuntimeError: ministack runs functions in another way: take this out, or adapt it.
    """
    script: str = getattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", "")
    worker: Any = getattr(lambda_runtime, "Worker", None)
    if not script.endswith(_END) or not hasattr(worker, "_drain_stderr_bounded"):
        raise RuntimeError("ministack runs Lambdas in another way: adapt rehearsal/cloud/whole_logs.py")
    lambda_runtime._PYTHON_WORKER_SCRIPT = f"{script.removesuffix(_END)}{_MARKED}"  # noqa: SLF001 - no public seam
    worker._drain_stderr_bounded = _whole_log  # noqa: SLF001 - no public seam


def _whole_log(worker: Any) -> str:
    """A run's lines, up to its mark; without one, until the function has died or the wait is over."""
    lines: list[str] = []
    give_up = time.monotonic() + _LONGEST_WAIT_SECONDS
    while time.monotonic() < give_up:
        alive = worker._stderr_thread.is_alive()  # noqa: SLF001 - no public seam
        try:
            line: str = worker._stderr_queue.get(timeout=_PAUSE_SECONDS)  # noqa: SLF001 - no public seam
        except queue.Empty:
            if not alive:
                break
            continue
        if line.endswith(_MARK):
            lines += [rest] if (rest := line.removesuffix(_MARK)) else []
            break
        lines.append(line)
    return "\n".join(lines)
