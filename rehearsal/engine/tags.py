"""AWS tags as the real provider shows them: `tags`, which the program gives, and `tagsAll`, which it computes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..json_values import is_mapping

TAGS: Final = "tags"
TAGS_ALL: Final = "tagsAll"


def all_of_them(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`tagsAll` of a program's inputs: it is computed before they are checked, and so before changes are ignored."""
    return dict(inputs.get(TAGS) or {})


def known_before(before: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The inputs after a refresh: tags that others have set are in the state, and in no input."""
    narrowed: dict[str, dict[str, Any]] = {}
    for key in (TAGS, TAGS_ALL):
        given: Any = before.get(key)
        present: dict[str, Any] = found.get(key) or {}
        if is_mapping(given):
            narrowed[key] = {name: value for name, value in present.items() if name in given}
    return {**found, **narrowed}


def differing(state: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The paths of tags that differ from what the program wants, including those that it does not name."""
    for key in (TAGS, TAGS_ALL):
        have: Any = state.get(key) or {}
        want: Any = after.get(key) or {}
        if is_mapping(have) and is_mapping(want):
            names = sorted(name for name in have.keys() | want.keys() if have.get(name) != want.get(name))
            yield from (f"{key}.{name}" for name in names)
        else:
            yield key


def untagged(values: Mapping[str, Any]) -> dict[str, Any]:
    """The properties without the tags."""
    return {key: value for key, value in values.items() if key not in (TAGS, TAGS_ALL)}
