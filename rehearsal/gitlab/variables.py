"""CI/CD variables: the record and GitLab's model rules, with its messages."""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from .messages import message

VARIABLE_TYPES = ("env_var", "file")
LIMITS = {"project": 8000, "group": 30_000, "instance": 25}
LONGEST_OF_INSTANCE = 10_000

_KEY = re.compile(r"[a-zA-Z0-9_]+")
_SCOPE = re.compile(r"[a-zA-Z0-9_/\\${}. \-*]+")
_MASKED = re.compile(r"[a-zA-Z0-9_+=/@:.~-]{8,}")
_MASKED_RAW = re.compile(r"\S{8,}")
_LONGEST = 255


@dataclass
class Variable:
    """One row; the order of the fields is the order in which GitLab serves them."""

    variable_type: str = "env_var"
    key: str = ""
    value: str = ""
    hidden: bool = False
    protected: bool = False
    masked: bool = False
    raw: bool = False
    environment_scope: str = "*"
    description: str | None = None

    def document(self) -> dict[str, Any]:
        """What the API shows: never the value of a hidden one."""
        return {**vars(self)} | ({"value": None} if self.hidden else {})

    def document_of_instance(self) -> dict[str, Any]:
        """What the API shows of a variable of the instance, which has no environment scope and is never hidden."""
        return {key: value for key, value in vars(self).items() if key not in ("hidden", "environment_scope")}


def create(kind: str, rows: list[Variable], values: dict[str, Any], longest: int | None = None) -> Variable:
    """A new row; `longest` is the limit of a value's characters, where there is one."""
    given = {name: value for name, value in values.items() if value is not None}
    hide = given.pop("masked_and_hidden", False)
    candidate = replace(Variable(), **given)
    if hide:
        candidate = replace(candidate, masked=True, hidden=True)
    candidate = _stripped(candidate)
    problems = _problems(rows, candidate, longest)
    if len(rows) >= LIMITS[kind]:
        problems["base"] = [f"Maximum number of {kind} ci variables ({LIMITS[kind]}) exceeded"]
    _refuse(problems)
    rows.append(candidate)
    return candidate


def update(rows: list[Variable], row: Variable, values: dict[str, Any], longest: int | None = None) -> Variable:
    """Changes `row` in place, or leaves it as it is and refuses."""
    given = {name: value for name, value in values.items() if value is not None or name == "description"}
    candidate = _stripped(replace(row, **given))
    problems = _problems([other for other in rows if other is not row], candidate, longest)
    if row.hidden and not candidate.masked:
        problems["base"] = ["The visibility setting cannot be changed for masked and hidden variables."]
    _refuse(problems)
    row.__dict__.update(candidate.__dict__)
    return row


def find(rows: list[Variable], key: str, scope: str | None) -> Variable | None:
    """Matches the exact key and, if given, the exact environment scope: wildcards do not match here."""
    found = [row for row in rows if row.key == key and scope in (None, row.environment_scope)]
    if len(found) > 1:
        text = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"
        raise message(HTTPStatus.CONFLICT, text)
    return found[0] if found else None


def _stripped(row: Variable) -> Variable:
    return replace(row, key=row.key.strip(), environment_scope=row.environment_scope.strip())


def _problems(others: list[Variable], row: Variable, longest: int | None) -> dict[str, list[str]]:
    found = {
        "key": key_problems(row.key),
        "value": [*([] if _maskable(row) else ["is invalid"]), *_value_problems(row.value, longest)],
        "environment_scope": _scope_problems(row.environment_scope),
        "description": _too_long(row.description or ""),
    }
    if any((row.key, row.environment_scope) == (other.key, other.environment_scope) for other in others):
        found["key"].append(f"({row.key}) has already been taken")
    return {field: texts for field, texts in found.items() if texts}


def _value_problems(value: str, longest: int | None) -> list[str]:
    if longest is None or len(value) <= longest:
        return []
    return [f"The value of the provided variable exceeds the {longest} character limit"]


def _maskable(row: Variable) -> bool:
    pattern = _MASKED_RAW if row.raw else _MASKED
    return not row.masked or pattern.fullmatch(row.value) is not None


def key_problems(key: str) -> list[str]:
    problems = [] if key else ["can't be blank"]
    problems += _too_long(key)
    return problems if _KEY.fullmatch(key) else [*problems, "can contain only letters, digits and '_'."]


def _scope_problems(scope: str) -> list[str]:
    problems = [] if scope else ["can't be blank"]
    if _SCOPE.fullmatch(scope):
        return problems + _too_long(scope)
    allowed = "letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces"
    return [*problems, f"can contain only {allowed}"]


def _too_long(text: str) -> list[str]:
    return [f"is too long (maximum is {_LONGEST} characters)"] if len(text) > _LONGEST else []


def _refuse(problems: dict[str, list[str]]) -> None:
    if problems:
        raise message(HTTPStatus.BAD_REQUEST, problems)
