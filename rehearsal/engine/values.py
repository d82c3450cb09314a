"""What travels between engine and provider, as plain values."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from ..json_values import is_list, is_mapping

UNKNOWN: Final = rpc.UNKNOWN
"""Stands for a value that a preview cannot know."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"  # Pulumi's mark of an archive, an asset or a secret
_ABSENT: Final[tuple[Any, ...]] = (None, False, "", 0, [], {})
"""The values that the real providers treat as not given."""


def plain(message: struct_pb2.Struct) -> dict[str, Any]:
    """The message as JSON has it; archives and unknowns stay in the engine's notation, so that they can be echoed."""
    return json_format.MessageToDict(message)


def decoded(message: struct_pb2.Struct) -> dict[str, Any]:
    """The message with Pulumi's own archives in it, for those who read them."""
    return rpc.deserialize_properties(message, keep_unknowns=True)


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The message that holds `values`, without those that are None."""
    message = struct_pb2.Struct()
    json_format.ParseDict({key: value for key, value in values.items() if value is not None}, message)
    return message


def differences(before: Any, state: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths where the present state differs from what the program wants. The API decides the rest.

    Args:
        before: what the program wanted last time.
        state: what exists now.
        after: what the program wants.
        path: the path of all three.
    """
    if is_mapping(after) and is_mapping(state) and _SIGNATURE not in after:
        wanted = before if is_mapping(before) else {}
        for key in sorted(after.keys() | wanted.keys()):
            here = f"{path}.{key}" if path else key
            yield from differences(wanted.get(key), state.get(key), after.get(key), here)
    elif is_list(after) and is_list(state) and len(after) == len(state):
        olds = before if is_list(before) and len(before) == len(after) else state
        for index, (old, now, new) in enumerate(zip(olds, state, after, strict=True)):
            yield from differences(old, now, new, f"{path}[{index}]")
    elif not _same(state, after):
        yield path


def top(path: str) -> str:
    """The property that a path begins with."""
    return path.partition(".")[0].partition("[")[0]


def _same(state: Any, after: Any) -> bool:
    if state in _ABSENT and after in _ABSENT:
        return True
    if is_mapping(state) and is_mapping(after) and state.get("hash") and after.get("hash"):
        return state["hash"] == after["hash"]
    return _meaning(state) == _meaning(after)


def _meaning(value: Any) -> Any:
    """Policies are compared by what they say."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
