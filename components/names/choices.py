"""Values that must be one of a few, which a declaration writes as plain text."""

from enum import Enum
from typing import Final, TypeVar

_Choice = TypeVar("_Choice", bound=Enum)
_PAIR: Final = 2


def choice(choices: type[_Choice], value: _Choice | str, where: str) -> _Choice:
    """Returns the enum member that the value is, or whose text it is.

    Raises:
        ValueError: it is neither. The message names the key, what was found, and what to write.
    """
    if isinstance(value, choices):
        return value
    try:
        return choices(value)
    except ValueError:
        texts = [str(member.value) for member in choices]
        advice = " or ".join(texts) if len(texts) == _PAIR else f"one of {', '.join(texts)}"
        raise ValueError(f"{where}: got {value!r}; write {advice}") from None
