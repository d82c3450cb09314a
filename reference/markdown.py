"""docs/reference.md."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .analysis import PREFIX, is_number, name_of, sentence

_HEAD: Final = """# Reference

`make reference` generates this page from the components' types, and a test keeps it up to date. Keys are spelled as in
a stack file; in Python they are the same in snake_case (`mutableTags` is `mutable_tags`). In a stack file, each key of
[RegistryAccess](#registryaccess) begins with the project's name below `config:`, such as `gitlab-ecr:repositories`;
`region` is `aws:region`, and `stack` is the name of the file. A value marked *output* may come from another resource.

A *consumer* is a GitLab project or group, and an *audience* a set of repositories with one pull-only role; by default
each consumer is its own audience. The `aud` of OIDC tokens is something else.
"""
_WORDS: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def document(schema: Mapping[str, Any]) -> str:
    """The whole reference: first the components, then the types of their keys."""
    lines = [_HEAD, "## Components\n"]
    for token, resource in sorted(schema["resources"].items()):
        lines += _section(token, resource, resource.get("inputProperties", {}), resource.get("requiredInputs", []))
        if outputs := resource.get("properties"):
            lines += ["Outputs:\n", *(_line(key, value, "") for key, value in sorted(outputs.items())), ""]
    lines.append("## Types\n")
    for token, type_ in sorted(schema["types"].items()):
        if "enum" in type_:
            lines += [*_heading(token, type_), *(f"- `{member['value']}`" for member in type_["enum"]), ""]
        else:
            lines += _section(token, type_, type_.get("properties", {}), type_.get("required", []))
    return "\n".join(lines).rstrip() + "\n"


def _section(token: str, found: Mapping[str, Any], keys: Mapping[str, Any], required: list[str]) -> Iterator[str]:
    yield from _heading(token, found)
    for key, value in keys.items():
        yield _line(key, value, "required" if key in required else "", is_argument=True)
    yield ""


def _heading(token: str, found: Mapping[str, Any]) -> list[str]:
    return [f"### {token.removeprefix(PREFIX)}\n", f"{sentence(found.get('description'))}\n"]


def _line(key: str, value: Mapping[str, Any], required: str, *, is_argument: bool = False) -> str:
    is_input = is_argument and not value.get("plain")
    marks = ", ".join(mark for mark in (_type(value), required, "output" if is_input else "") if mark)
    text = sentence(value.get("description"))
    return f"- `{key}` ({marks}){f': {text}' if text else ''}"


def _type(value: Mapping[str, Any]) -> str:
    if reference := value.get("$ref"):
        if is_number(value):
            return "whole number"
        name = name_of(reference)
        return f"[{name}](#{name.lower()})" if name else "anything"
    if value.get("type") == "array":
        return f"list of {_type(value['items'])}"
    if value.get("type") == "object":
        return f"mapping to {_type(value['additionalProperties'])}" if "additionalProperties" in value else "mapping"
    return _WORDS.get(value.get("type", ""), "anything")
