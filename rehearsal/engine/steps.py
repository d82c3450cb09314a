"""What the steps of a journey have in common: what they expect, and how they report what they found."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from .engine import Outcome, Step


class StepError(Exception):
    """Something is not as it should be."""


def taken(steps: Sequence[Callable[[], str]]) -> Iterator[str]:
    """Takes each step, and yields its report.

    Raises:
        StepError: a step failed. The message names the step and what went wrong.
    """
    for step in steps:
        try:
            yield step()
        except StepError as error:
            raise StepError(f"{step.__name__.strip('_').replace('_', ' ')}: {error}") from None


def came_through(outcome: Outcome) -> Outcome:
    """The outcome of a run that has to be a success."""
    expect(outcome.ok, outcome.errors)
    return outcome


def expect(condition: bool, otherwise: str) -> None:
    """Goes on when the condition holds.

    Raises:
        StepError: it does not.
    """
    if not condition:
        raise StepError(otherwise)


def words(steps: list[Step]) -> str:
    """The changes in few words: "2 update, 1 replace"."""
    return ", ".join(f"{count} {op}" for op, count in sorted(Counter(step.op for step in steps).items()))
