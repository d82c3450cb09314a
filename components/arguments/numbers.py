"""Numbers of GitLab's groups and projects: plain ones, or the `id` of a resource, which GitLab gives it in `up`."""

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
"""In place of a number that is not known yet, where everything else is checked."""


def is_plain(given: object) -> bool:
    """Whether the program itself knows the number."""
    return isinstance(given, int | str | float)


def whole(given: object, whose: str = "group's or project's") -> int:
    """The number, which providers write as text and gRPC as a float.

    Raises:
        ValueError: it is none that GitLab gives.
    """
    found = given
    if isinstance(given, float) and given.is_integer():
        found = int(given)
    if isinstance(given, str) and given.isascii() and given.isdecimal():
        found = int(given)
    if type(found) is not int or found < 1:
        raise ValueError(f"got {shown(given)}; write the number that GitLab shows on the {whose} page")
    return found


def number(given: Any, *place: str, whose: str = "group's or project's") -> pulumi.Input[int]:
    """The number; an output of one that is an output, whose errors name the place.

    Raises:
        MistakesError: it is none that GitLab gives.
    """

    def read(known: object) -> int:
        with errors_under(*place):
            return whole(known, whose)

    return read(given) if is_plain(given) else pulumi.Output.from_input(given).apply(read)


def text(given: Any, *place: str) -> pulumi.Input[str]:
    """The same as text."""
    found = number(given, *place)
    return found.apply(str) if isinstance(found, pulumi.Output) else str(found)


def plain_text(given: Any) -> str:
    """The number as text, with another one in place of one that is not known yet."""
    return str(whole(given)) if is_plain(given) else STANDING_IN


def outputs(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of some numbers, those that another resource makes."""
    return {key: value for key, value in given.items() if not is_plain(value)}
