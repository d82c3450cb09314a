"""One correction of the emulator: access keys age when time is moved.

The rotator replaces them by their age. Functions, signatures and sessions keep the real time, so a key does not
get the moved time as its date: the date that it has is moved back.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ministack.services import iam

_DATE: Final = "%Y-%m-%dT%H:%M:%SZ"


def age_access_keys(seconds: float) -> None:
    """Make every access key in this process older."""
    for key in list(iam._access_keys._data.values()):  # noqa: SLF001 - the emulator has no seam for a key's date
        made = datetime.strptime(key["CreateDate"], _DATE).replace(tzinfo=UTC)
        key["CreateDate"] = f"{made - timedelta(seconds=seconds):{_DATE}}"
