"""The keys and types that gitlab-runner accepts in config.toml, and a check of documents against them.

The table is `keys.json`; it names its source. The runner silently ignores an unknown key, and for most wrong types it
logs one line and keeps its old configuration, so both are refused here.
"""

import difflib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from ..names.locations import Mistakes

_TABLE: Final = Path(__file__).with_name("keys.json")
_DURATION: Final = re.compile(r"-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+|0")
_REGISTRATION: Final = (
    ("tags", "tags"),
    ("tag_list", "tags"),
    ("locked", "locked"),
    ("run_untagged", "run_untagged"),
    ("maximum_timeout", "maximum_timeout"),
    ("access_level", "protected"),
    ("protected", "protected"),
    ("paused", "paused"),
    ("description", "description"),
    ("maintenance_note", "maintenance_note"),
)


@cache
def known_keys() -> dict[str, dict[str, str]]:
    """The keys and types of each section, by the section's type."""
    return json.loads(_TABLE.read_text(encoding="utf-8"))["types"]


def check(value: object, type_: str, where: str) -> None:
    """Refuses what the runner would not load as this type.

    Raises:
        ValueError: a key is wrong. The message names it, its value, and what to write.
    """
    mistakes, types = Mistakes(), known_keys()
    if type_ in types:
        if not isinstance(value, Mapping):
            raise _wrong_type(where, value, "a table")
        section = cast("Mapping[str, Any]", value)
        for key, item in section.items():
            with mistakes.at():
                if key not in types[type_]:
                    raise _unknown(where, key, type_)
                check(item, types[type_][key], f"{where}.{key}")
    elif type_.startswith("map "):
        if not isinstance(value, Mapping):
            raise _wrong_type(where, value, "a table")
        for key, item in cast("Mapping[str, Any]", value).items():
            with mistakes.at():
                check(item, type_.removeprefix("map "), f"{where}.{key}")
    elif type_ == "string or []string" and isinstance(value, str):
        return
    elif type_.endswith("[]string") or type_.startswith("[]"):
        if not isinstance(value, list):
            raise _wrong_type(where, value, "a list")
        for position, item in enumerate(cast("list[object]", value)):
            with mistakes.at():
                check(item, type_.rpartition("[]")[2], f"{where}[{position}]")
    else:
        _check_plain(value, type_, where)
    mistakes.refuse()


def _check_plain(value: object, type_: str, where: str) -> None:
    # A bool is an int in Python but not in TOML.
    is_int = isinstance(value, int) and not isinstance(value, bool)
    if type_ == "duration":
        if not is_int and not (isinstance(value, str) and _DURATION.fullmatch(value)):
            raise ValueError(f"{where}: got {value!r}; write a duration such as 30s, 20m or 1h30m")
        return
    accepted = {
        "string": isinstance(value, str),
        "bool": isinstance(value, bool),
        "int": is_int,
        "float": is_int or isinstance(value, float),
    }
    if not accepted.get(type_, True):
        article = {"string": "a text", "bool": "true or false", "int": "a whole number", "float": "a number"}
        raise _wrong_type(where, value, article[type_])


def _unknown(where: str, key: str, type_: str) -> ValueError:
    argument = dict(_REGISTRATION).get(key)
    if type_ == "RunnerConfig" and argument:
        return ValueError(
            f"{where}: {key!r} is stored by GitLab, not in config.toml; write the argument {argument} of the runner"
        )
    close = difflib.get_close_matches(key, known_keys()[type_], n=1)
    advice = (
        f"write {close[0]!r}" if close else f"take it out, or write one of {', '.join(sorted(known_keys()[type_]))}"
    )
    return ValueError(f"{where}: gitlab-runner has no key {key!r} here; {advice}")


def _wrong_type(where: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{where}: got {value!r}; write {wanted}")
