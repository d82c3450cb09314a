"""What came of looking: one cause, in one line, with its fix; or what was looked at in vain."""

from dataclasses import dataclass

from .cause import Cause


@dataclass(frozen=True)
class Finding:
    """A cause that alone makes the pull or push fail.

    Attributes:
        cause: which one.
        what: what was found, and where; no value of a variable.
        fix: what to do.
        log_line: the number of the log's line that says so; 0 when no log was read.
    """

    cause: Cause
    what: str
    fix: str
    log_line: int = 0

    @property
    def line(self) -> str:
        """All of it, in one line."""
        where = f" (line {self.log_line} of the log)" if self.log_line else ""
        return " ".join(f"{self.what}{where}. Fix: {self.fix}".split())


@dataclass(frozen=True)
class Diagnosis:
    """What came of looking.

    Attributes:
        finding: the cause that decides; None when none was found.
        notes: what was not looked at, and why, a line each.
        failed: the step that failed, where a log shows that one did without a known cause; else empty.
        tested: what was looked at and is in order, a line each.
        headline: what is said when no cause was found.
    """

    finding: Finding | None
    notes: tuple[str, ...] = ()
    failed: str = ""
    tested: tuple[str, ...] = ()
    headline: str = "nothing found"
