"""The one whole run of the command that many tests look at."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """A rehearsal that stays up.

    Attributes:
        process: the command.
        shown: what it printed until everything stayed up.
        scratch: where its report, its files and its errors are.
    """

    process: subprocess.Popen[str]
    shown: str
    scratch: Path

    @property
    def errors(self) -> str:
        """What it printed as errors."""
        return (self.scratch / "errors").read_text()
