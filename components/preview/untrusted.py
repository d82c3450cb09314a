"""Untrusted JSON: every value is checked before it is used.

The merge request's own program writes the preview, and the job that reads it holds a token.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

DEPTH: Final = 64
"""How deeply lists and maps may nest; policies and declarations need 10 levels at most."""
_HALF_A_CHARACTER: Final = re.compile(r"[\ud800-\udfff]")
_WORDS: Final[dict[type[object], str]] = {
    dict: "a map",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def parse(text: str) -> Any:
    """Parses JSON that can be walked completely and written out again.

    Raises:
        ValueError: it is not JSON, nests too deeply, or holds a broken text; quotes nothing from it.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _walk(document)
    return document


@dataclass(frozen=True)
class UntrustedValue:
    """A value and its path. Errors never quote the value, since it could be a secret.

    Attributes:
        path: such as `steps[3].urn`.
        value: the JSON value there; None if there is none.
    """

    path: str
    value: Any

    def at(self, key: str) -> "UntrustedValue":
        """The value under a key of this map."""
        return UntrustedValue(f"{self.path}.{key}".lstrip("."), self.mapping().get(key))

    def each(self) -> list["UntrustedValue"]:
        """The items of this list; empty if there is none."""
        items = cast("list[Any]", self._of(list, "a list") or [])
        return [UntrustedValue(f"{self.path}[{index}]", item) for index, item in enumerate(items)]

    def mapping(self) -> dict[str, Any]:
        """This map; empty if there is none."""
        return self._of(dict, "a map") or {}

    def text(self) -> str:
        """This text; empty if there is none."""
        return self._of(str, "a text") or ""

    def written(self) -> str:
        """This text, which is required."""
        if not self.text():
            raise self.wrong("a text")
        return self.text()

    def texts(self) -> tuple[str, ...]:
        """The texts of this list."""
        return tuple(item.text() for item in self.each())

    def count(self) -> int:
        """This whole number, 0 or more; 0 if there is none."""
        count = self._of(int, "a whole number") or 0
        if isinstance(self.value, bool) or count < 0:
            raise self.wrong("a whole number")
        return count

    def wrong(self, wanted: str) -> ValueError:
        """The error, with the path, the kind of value found, and the kind expected."""
        kind = cast("type[object]", type(self.value))
        return ValueError(f"{self.path}: got {_WORDS.get(kind, 'nothing')} in place of {wanted}")

    def _of(self, kind: type[Any], wanted: str) -> Any:
        if self.value is not None and not isinstance(self.value, kind):
            raise self.wrong(wanted)
        return self.value


_TOO_DEEP: Final = f"more than {DEPTH} lists and maps inside each other"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _walk(document: Any) -> None:
    """Walks level by level, without recursion, so that no depth can overflow the stack."""
    level: list[Any] = [document]
    for _ in range(DEPTH):
        level = [item for value in level for item in _inside(value)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, str) and _HALF_A_CHARACTER.search(value):
        raise ValueError("a text with half a character, which no output can show")
    if isinstance(value, list):
        yield from cast("list[Any]", value)
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value)
        yield from cast("dict[str, Any]", value).values()
