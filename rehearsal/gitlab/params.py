"""Parameters as Grape, GitLab's API framework, reads them: query, form or JSON; declared, coerced, checked together."""

import email
import email.policy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from urllib.parse import parse_qsl

from .messages import parameter_error

_BRACKETS = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
_TRUE = {"true", "t", "yes", "y", "1", "on"}
_FALSE = {"false", "f", "no", "n", "0", "off"}


@dataclass(frozen=True)
class Field:
    """A declared parameter: `coerce` raises ValueError for what it cannot read."""

    name: str
    coerce: Callable[[Any], Any]
    required: bool = False
    values: tuple[str, ...] = ()


def text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise ValueError(cast("Any", value))  # noqa: TRY004 - one kind of refusal for all coercions
    return str(value).lower() if isinstance(value, bool) else str(value)


def flag(value: Any) -> bool:
    word = str(value).lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def loose_flag(value: Any) -> bool:
    """Group variables declare their flags as strings, so that the database's cast decides: all but false is true."""
    return text(value).lower() not in _FALSE - {"no", "n"} | {""}


def number(value: Any) -> int:
    return int(text(value))


def day(value: Any) -> date:
    return date.fromisoformat(text(value))


def words(value: Any) -> list[str]:
    items = cast("list[Any]", value) if isinstance(value, list) else text(value).split(",")
    return [text(item).strip() for item in items if text(item).strip()]


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(value)  # noqa: TRY004 - one kind of refusal for all coercions
    return cast("dict[str, Any]", value)


def declared(given: dict[str, Any], *fields: Field) -> dict[str, Any]:
    """The declared parameters that were given, coerced; all problems in one error, as Grape reports them."""
    result: dict[str, Any] = {}
    problems: list[str] = []
    for field in fields:
        if field.name not in given:
            if field.required:
                problems.append(f"{field.name} is missing")
                problems.extend([f"{field.name} does not have a valid value"] * bool(field.values))
            continue
        raw = given[field.name]
        try:
            result[field.name] = None if raw is None else field.coerce(raw)
        except ValueError:
            problems.append(f"{field.name} is invalid")
            continue
        found = result[field.name]
        several = cast("list[Any]", found) if isinstance(found, list) else [found]
        if field.values and not set(several) <= set(field.values):
            problems.append(f"{field.name} does not have a valid value")
    if problems:
        raise parameter_error(", ".join(problems))
    return result


def read_query(query: str) -> dict[str, Any]:
    return _nested(parse_qsl(query, keep_blank_values=True))


def read_body(content_type: str, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _read_json(body)
    if kind == "text/plain":  # a piece of a job's log
        return {}
    if kind == "multipart/form-data":
        return _nested(_multipart(content_type, body))
    return _nested(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise parameter_error("message body does not match declared format") from None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
    return [
        (str(part.get_param("name", header="content-disposition")), bytes(part.get_payload(decode=True)).decode())
        for part in parts
    ]


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`filter[environment_scope]=x` is a mapping, `tag_list[]=x` a list."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        match = _BRACKETS.fullmatch(name)
        if match is None:
            result[name] = value
        elif match[2]:
            result.setdefault(match[1], {})[match[2]] = value
        else:
            result.setdefault(match[1], []).append(value)
    return result
