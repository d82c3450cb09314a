"""The most memory that this process ever held."""

import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_KILOBYTES: Final = 1024


def peak() -> float:
    """In MB, of this program alone.

    Linux counts into `ru_maxrss` what the process held before it became this program: what its parent held.
    """
    if _STATUS.exists():
        lines = _STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / _KILOBYTES
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / _KILOBYTES / (_KILOBYTES if sys.platform == "darwin" else 1)
