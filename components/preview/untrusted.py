"""JSON that somebody else's program may have written: looked at before anything in it is believed.

A merge request's program writes the preview, and the job that reads it holds a token.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

DEPTH: Final = 64
"""Of lists and maps inside each other; policies and declarations have 10 at most."""
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
    """The JSON in a text, when all of it can be walked through and written out again.

    Raises:
        ValueError: it is no JSON, or nests too deeply, or a text in it is none; says nothing of what stands in it.
    """
    try:
        document = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _walk(document)
    return document


@dataclass(frozen=True)
class Found:
    """A value, and where it stands. What it is stays untold, since it could be a secret.

    Attributes:
        place: as `steps[3].urn`.
        value: whatever the JSON has there; None for nothing.
    """

    place: str
    value: Any

    def at(self, key: str) -> "Found":
        """What stands under a key of this map."""
        return Found(f"{self.place}.{key}".lstrip("."), self.mapping().get(key))

    def each(self) -> list["Found"]:
        """The items of this list; none for nothing."""
        items = cast("list[Any]", self._of(list, "a list") or [])
        return [Found(f"{self.place}[{index}]", item) for index, item in enumerate(items)]

    def mapping(self) -> dict[str, Any]:
        """This map; an empty one for nothing."""
        return self._of(dict, "a map") or {}

    def text(self) -> str:
        """This text; an empty one for nothing."""
        return self._of(str, "a text") or ""

    def written(self) -> str:
        """This text, which has to be there."""
        if not self.text():
            raise self.wrong("a text")
        return self.text()

    def texts(self) -> tuple[str, ...]:
        """The texts of this list."""
        return tuple(item.text() for item in self.each())

    def count(self) -> int:
        """This whole number, which is not below 0; 0 for nothing."""
        count = self._of(int, "a whole number") or 0
        if isinstance(self.value, bool) or count < 0:
            raise self.wrong("a whole number")
        return count

    def wrong(self, wanted: str) -> ValueError:
        """The error that names the place, what kind of value stands there, and what should."""
        kind = cast("type[object]", type(self.value))
        return ValueError(f"{self.place}: got {_WORDS.get(kind, 'nothing')} in place of {wanted}")

    def _of(self, kind: type[Any], wanted: str) -> Any:
        if self.value is not None and not isinstance(self.value, kind):
            raise self.wrong(wanted)
        return self.value


_TOO_DEEP: Final = f"more than {DEPTH} lists and maps inside each other"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _walk(document: Any) -> None:
    """By levels and not by calls, so that no depth is too much for the walk itself."""
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
