"""How deep a run of the tests looks: a person waits for `dev`, a merge for `ci`, nobody for `nightly`."""

import os
from typing import Final

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
EXAMPLES: Final = {"dev": 20, "ci": 50, "nightly": 1000}
"""How many examples of a property Hypothesis tries."""
NIGHTLY: Final = PROFILE == "nightly"


def rounds(usual: int, nightly: int) -> int:
    """How many rounds a test runs that does not use Hypothesis."""
    return nightly if NIGHTLY else usual
