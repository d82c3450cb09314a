"""The schema as generators of other languages need it: what Pulumi's analyzer leaves in Python's form."""

import inspect
from collections.abc import Mapping
from typing import Any, Final, cast

_TYPES: Final = "gitlab-ecr:index:"
_SUFFIX: Final = "Args"
_RENAMED: Final = {"AccessArgs": "AccessOptions"}  # the enum `Access` has the shorter name


def for_languages(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The analyzer's schema with four changes.

    Generators append `Args` to the name of an input type, so the types lose their own. Members of enums are in
    PascalCase, of which each generator makes its own spelling. Descriptions lose the indentation of their docstrings.
    Go gets the input types of plain maps and lists, without which its package does not compile.
    """
    names = _names(schema["types"])
    found = cast("dict[str, Any]", _clean(schema, names))
    found["types"] = {_token(token, names): value for token, value in found["types"].items()}
    found["language"] = {**found["language"], "go": {**found["language"]["go"], "generateExtraInputTypes": True}}
    return found


def _pascal(name: str) -> str:
    """Of `JOB_SECRET`, a generator would make `JO_B_SECRET` in Python; of `JobSecret`, each makes its own spelling."""
    return "".join(part.capitalize() for part in name.split("_"))


def _names(types: Mapping[str, Any]) -> dict[str, str]:
    """The new name of each type by its old one."""
    old = [token.removeprefix(_TYPES) for token in types]
    return {name: _RENAMED.get(name, name.removesuffix(_SUFFIX)) for name in old}


def _token(token: str, names: Mapping[str, str]) -> str:
    return f"{_TYPES}{names[token.removeprefix(_TYPES)]}"


def _clean(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_clean(each, names) for each in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    found = {key: _clean(each, names) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(members := found.get("enum"), list):
        found["enum"] = [{**each, "name": _pascal(each["name"])} for each in cast("list[dict[str, Any]]", members)]
    if isinstance(found.get("description"), str):
        found["description"] = inspect.cleandoc(found["description"])
    reference = found.get("$ref")
    if isinstance(reference, str) and reference.startswith(f"#/types/{_TYPES}"):
        found["$ref"] = f"#/types/{_token(reference.removeprefix('#/types/'), names)}"
    return found
