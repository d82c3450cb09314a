"""The peak memory of this process."""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_KILOBYTES: Final = 1024


def peak() -> float:
    """The peak memory of this program alone, in MB.

    On Linux, `ru_maxrss` includes the memory from before the process became this program, which was its parent's.
    """
    if _STATUS.exists():
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / _KILOBYTES
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / _KILOBYTES / (_KILOBYTES if sys.platform == "darwin" else 1)
