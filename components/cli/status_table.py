"""What `gitlab-ecr status` shows on a terminal of 80 columns: how long each variable is valid comes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from .moments import distance
from .output import ForTerminal

_COLUMNS: Final = {"target": "Variable", "valid": "Valid", "last": "Last rotation", "health": "Health"}


def for_terminal(rows: Sequence[Mapping[str, Any]], now: datetime) -> ForTerminal:
    """The rows of `status`. Registries that all rows share stand above the table, once.

    Args:
        rows: the rows, with the keys of the command's JSON.
        now: the time that distances are counted from.
    """
    registries = {str(row["registries"]) for row in rows if row["registries"]}
    shared = registries.pop() if len(registries) == 1 else ""
    above = [f"{'Registries' if ', ' in shared else 'Registry'}: {shared}"] if shared else []
    return ForTerminal(above, _COLUMNS, [_row(row, now, shared) for row in rows])


def _row(row: Mapping[str, Any], now: datetime, shared: str) -> dict[str, str]:
    hosts = "" if row["registries"] == shared else row["registries"].replace(", ", "\n")
    key = f"key {row['key'].partition(' ')[0]}" if row["key"] else ""
    started, _, did = row["last_rotation"].partition(" ")
    return {
        "target": _lines(row["target"], key, hosts),
        "valid": _when(row["valid_until"], now),
        "last": _lines(_ago(started, now), did),
        "health": row["health"],
    }


def _when(valid_until: str, now: datetime) -> str:
    return _lines(distance(datetime.fromisoformat(valid_until), now), valid_until) if valid_until else ""


def _ago(started: str, now: datetime) -> str:
    return distance(datetime.fromisoformat(started), now) if started else ""


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))
