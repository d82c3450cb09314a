"""stacks/schema.json: the JSON schema of stack files, for editors and checks."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .analysis import PREFIX, is_number, name_of, sentence
from .grammar import narrowed

_PROJECT: Final = "gitlab-ecr:"
_ELSEWHERE: Final = ("region", "stack")  # aws:region, and the name of the file
_REASON: Final = "Why the stack deviates from this practice."
_DEVIATIONS: Final = {
    "description": "Best practices that the stack deviates from on purpose: the reason, by id, or by id and resource.",
    "type": "object",
    "additionalProperties": {"type": "string", "minLength": 1, "description": _REASON},
}
_BOOTSTRAP: Final = "bootstrap"
_BOOTSTRAP_ARGS: Final = "BootstrapArgs"
_COMMON: Final = ("account", "repositories", _BOOTSTRAP)
"""The project's own keys in a stack file with `bootstrap`. Pulumi.yaml requires the first two in every stack."""
_SECURE: Final = {
    "type": "object",
    "description": "Encrypted by `pulumi config set --secret --path`.",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


def dumps(schema: Mapping[str, Any]) -> str:
    """The schema as the file's text."""
    return json.dumps(json_schema(schema), indent=2) + "\n"


def json_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema of a stack file, whether it declares access or has `bootstrap`."""
    access = schema["resources"][f"{PREFIX}RegistryAccess"]
    given = {key: value for key, value in access["inputProperties"].items() if key not in _ELSEWHERE}
    properties = {f"{_PROJECT}{key}": _value(key, value) for key, value in given.items()}
    properties[f"{_PROJECT}deviations"] = _DEVIATIONS
    with_default = (*_ELSEWHERE, "prefix")
    required = [f"{_PROJECT}{key}" for key in access["requiredInputs"] if key not in with_default]
    properties[f"{_PROJECT}{_BOOTSTRAP}"] = {
        "$ref": f"#/$defs/{_BOOTSTRAP_ARGS}",
        "description": "What an administrator sets up once. Such a stack file declares nothing else.",
    }
    common = [f"{_PROJECT}{key}" for key in _COMMON]
    config: dict[str, Any] = {
        "type": "object",
        "properties": {
            "aws:region": narrowed(
                "region", {"type": "string", "description": "The region of the repositories and the rotator."}
            )
        }
        | properties,
        "required": ["aws:region", *required],
        "propertyNames": _names(properties),
        "if": {"required": [f"{_PROJECT}{_BOOTSTRAP}"]},
        "then": {
            "propertyNames": _names(common),
            "properties": {f"{_PROJECT}repositories": {"maxProperties": 0}},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of gitlab-ecr",
        "type": "object",
        "properties": {"config": config},
        "required": ["config"],
        "$defs": {
            **{token.removeprefix(PREFIX): _definition(type_) for token, type_ in sorted(schema["types"].items())},
            _BOOTSTRAP_ARGS: _bootstrap(schema["resources"][f"{PREFIX}Bootstrap"]),
        },
    }


def _names(own: Iterable[str]) -> dict[str, Any]:
    """Allows our own keys, and any key of another provider; a misspelled key of ours is neither."""
    return {"anyOf": [{"enum": list(own)}, {"pattern": f"^(?!{_PROJECT})"}]}


def _bootstrap(component: Mapping[str, Any]) -> dict[str, Any]:
    """The component's arguments, without those that are beside `bootstrap`."""
    keys = {key: value for key, value in component["inputProperties"].items() if key not in ("account", "region")}
    required = [key for key in component["requiredInputs"] if key in keys]
    return _definition({"description": component.get("description"), "properties": keys, "required": required})


def _definition(type_: Mapping[str, Any]) -> dict[str, Any]:
    if "enum" in type_:
        return {"description": sentence(type_["description"]), "enum": [member["value"] for member in type_["enum"]]}
    required = type_.get("required", [])
    return {
        "description": sentence(type_.get("description")),
        # `ci/node:` with nothing after it has every default.
        "type": "object" if required else ["object", "null"],
        "properties": {key: _value(key, value) for key, value in type_.get("properties", {}).items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _value(key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    described = {"description": sentence(value["description"])} if value.get("description") else {}
    return {**described, **narrowed(key, _type(value))}


def _type(value: Mapping[str, Any]) -> dict[str, Any]:
    if reference := value.get("$ref"):
        if is_number(value):
            return {"type": "integer"}
        name = name_of(reference)
        return {"$ref": f"#/$defs/{name}"} if name else {}
    kind = value.get("type")
    if kind == "array":
        return {"type": "array", "items": _type(value["items"])}
    if kind == "object":
        more = {"additionalProperties": _type(value["additionalProperties"])} if "additionalProperties" in value else {}
        return {"type": "object", **more}
    if kind == "string" and not value.get("plain"):
        return {"anyOf": [{"type": "string"}, _SECURE]}
    return {"type": kind} if kind else {}
