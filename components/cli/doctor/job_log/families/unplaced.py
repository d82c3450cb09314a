"""A few lines without the rest of the log: they do not show whether the runner or the script wrote them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from ..lines import Line
from .family import Family, found

Found = tuple[Family, Finding]
_OF_EITHER: Final = re.compile(
    r"error response from daemon|no basic auth credentials\W*$|^\W*pull access denied|authorization failed",
    re.IGNORECASE,
)
_OF_A_BUILD: Final = re.compile(r"push|/uploads/|failed to solve|exporting", re.IGNORECASE)


def either(of_script: Found | None, of_runner: Found | None, lines: Sequence[Line]) -> Found | None:
    """What the script or the runner would mean by these lines; both, if either may have pulled without a login."""
    if of_script is None or of_runner is None:
        return of_script or of_runner
    family, finding = of_script
    if (finding.cause, of_runner[1].cause) != (Cause.NO_LOGIN, Cause.VARIABLE_ABSENT):
        return of_script
    line = next(line.text for line in lines if line.number == finding.log_line)
    if not _OF_EITHER.search(line) or _OF_A_BUILD.search(line):
        return of_script
    both = found(
        Cause.LOGIN_MISSING,
        "a pull had no login, and these lines do not show who pulled: if the runner did, for image: or services:, no "
        "DOCKER_AUTH_CONFIG reached the job, or it is for another host (variable-absent); if a command of the script "
        "did, nothing logged in before it (no-login)",
    )
    return family, replace(both, log_line=finding.log_line)
