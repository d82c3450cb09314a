"""One change of the emulator, for speed: how often it throws away the sessions that have ended.

ministack 1.5.33 goes through all of them for each new one, which takes longer than the rest of an AssumeRole once a
large stack has thousands. A session that has ended is refused wherever it is used, thrown away or not.
"""

import time
from typing import Final

from ministack.services import sts

_EVERY_SECONDS: Final = 60.0


def seldom_evict_sessions() -> None:
    """Make STS in this process throw ended sessions away once a minute.

    Raises:
        RuntimeError: ministack has no such function any more: take this out, or adapt it.
    """
    known = getattr(sts, "_evict_expired_sessions", None)
    if known is None:
        raise RuntimeError(
            "ministack's STS no longer has _evict_expired_sessions: adapt rehearsal/cloud/ended_sessions.py"
        )
    last = time.monotonic()

    def evict() -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _EVERY_SECONDS:
            last = now
            known()

    sts._evict_expired_sessions = evict  # noqa: SLF001 - STS has no public seam
