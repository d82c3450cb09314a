"""The result of a diagnosis: one cause in one line, with its fix; or what was checked without finding one."""

from dataclasses import dataclass, field

from .cause import Cause


@dataclass(frozen=True)
class Finding:
    """A cause that alone makes the pull or push fail.

    Attributes:
        cause: the cause.
        what: what was found, and where. It never holds the value of a variable.
        fix: what to do.
        log_line: the number of the log line that shows it; 0 when no log was read.
    """

    cause: Cause
    what: str
    fix: str
    log_line: int = 0

    @property
    def line(self) -> str:
        """The whole finding in one line."""
        where = f" (line {self.log_line} of the log)" if self.log_line else ""
        return " ".join(f"{self.what}{where}. Fix: {self.fix}".split())


@dataclass(frozen=True)
class Diagnosis:
    """The result of a diagnosis.

    Attributes:
        finding: the cause; None when none was found.
        notes: what was not checked, and why, a line each.
        failed: the step that failed without a known cause, if a log shows one; otherwise empty.
        tested: what was checked and is in order, a line each.
        headline: what to print when no cause was found.
    """

    finding: Finding | None
    notes: tuple[str, ...] = ()
    failed: str = ""
    tested: tuple[str, ...] = ()
    headline: str = "nothing found"


@dataclass
class Checked:
    """What was checked before a cause was found, and what could not be."""

    tested: list[str] = field(default_factory=list[str])
    not_tried: list[str] = field(default_factory=list[str])
