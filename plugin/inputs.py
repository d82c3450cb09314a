"""Reads a component's arguments from the engine."""

from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi.output import Unknown

from components.arguments.shape import Field, fields, inner, is_arguments, is_dict, is_enum, is_list
from components.names.spelling import camel


def arguments(expected: Any, given: Any) -> Any:
    """Turns the arguments from a program in another language into the TypedDict `expected`.

    Over gRPC, every number is a float, mappings come in any order, keys are in camelCase, and values that a preview
    does not know are marked. A value of a wrong type stays as it is, so that the component refuses it.
    """
    if isinstance(given, Unknown):
        return pulumi.Output.from_input(given)
    if isinstance(given, pulumi.Output):
        return cast("pulumi.Output[Any]", given).apply(lambda known: arguments(expected, known))
    if isinstance(given, Mapping):
        return _mapping(expected, cast("Mapping[str, Any]", given))
    if isinstance(given, list | tuple):
        item = inner(expected).type if is_list(expected) else Any
        return [arguments(item, each) for each in cast("list[Any]", given)]
    return _one(expected, given)


def _one(expected: Any, given: Any) -> Any:
    if is_enum(expected) and given in [member.value for member in expected]:
        return expected(given)
    if isinstance(given, float) and given.is_integer() and expected is not float:
        return int(given)
    # As in a stack file, an empty entry has every default.
    return {} if given is None and is_arguments(expected) else given


def _mapping(expected: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    if is_arguments(expected):
        keys = {camel(key): (key, field) for key, field in fields(expected).items()}
        unknown = ("", Field(Any, required=False, is_input=False))
        read = {name: (keys.get(name, unknown), given[name]) for name in sorted(given) if given[name] is not None}
        return {key or name: arguments(field.type, value) for name, ((key, field), value) in read.items()}
    item = inner(expected).type if is_dict(expected) else Any
    return {key: arguments(item, given[key]) for key in sorted(given)}
