"""Ids of GitLab's groups and projects: plain numbers, or the `id` output of a resource that `up` creates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pulumi

from ..names.locations import errors_under
from ..names.spelling import shown

if TYPE_CHECKING:
    GitLabNumber = pulumi.Input[int | str]
else:
    GitLabNumber = pulumi.Input[Any]  # Pulumi's analyzer reads no unions; providers answer numbers as text

STANDING_IN: Final = "1"
"""Replaces a number that is not known yet, so that everything else can be checked."""


def is_plain(given: object) -> bool:
    """Whether the number is a plain value, not an output."""
    return isinstance(given, int | str | float)


def whole(given: object, whose: str = "group's or project's") -> int:
    """The number, which providers write as text and gRPC as a float.

    Raises:
        ValueError: it cannot be an id in GitLab.
    """
    found = given
    if isinstance(given, float) and given.is_integer():
        found = int(given)
    if isinstance(given, str) and given.isascii() and given.isdecimal():
        found = int(given)
    if type(found) is not int or found < 1:
        raise ValueError(f"got {shown(given)}; write the number that GitLab shows on the {whose} page")
    return found


def number(given: Any, *path: str, whose: str = "group's or project's") -> pulumi.Input[int]:
    """The number, or an output of it if an output was given. Errors in the output name the argument.

    Raises:
        MistakesError: it cannot be an id in GitLab.
    """

    def read(known: object) -> int:
        with errors_under(*path):
            return whole(known, whose)

    return read(given) if is_plain(given) else pulumi.Output.from_input(given).apply(read)


def text(given: Any, *path: str) -> pulumi.Input[str]:
    """The same as text."""
    found = number(given, *path)
    return found.apply(str) if isinstance(found, pulumi.Output) else str(found)


def plain_text(given: Any) -> str:
    """The number as text, or a replacement for one that is not known yet."""
    return str(whole(given)) if is_plain(given) else STANDING_IN


def outputs(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those numbers that are outputs of other resources."""
    return {key: value for key, value in given.items() if not is_plain(value)}
