"""What the exit code of every command means."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """An exit code and its meaning."""

    def __new__(cls, value: int, meaning: str) -> Self:
        """A number that carries its meaning."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    meaning: str

    OK = 0, "done, and nothing is wrong"
    FOUND = 1, "done, and something is wrong: the output says what"
    USAGE = 2, "the command line is wrong"
    FAILED = 3, "not done: a file, GitLab or AWS did not answer as it should"
    UNKNOWN = 4, "a job failed or its log is incomplete, and the log names no cause that doctor knows"
    INTERRUPTED = 130, "interrupted, or a question was answered with no"
