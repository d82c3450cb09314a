"""The plugin's schema holds no name that a generator of another language would have to change, or could not compile."""

import json
import keyword
import re
from typing import Any

from program import ROOT

from plugin.provider import Provider

SCHEMA: dict[str, Any] = json.loads((ROOT / "plugin" / "schema.json").read_text())
_RESERVED = {
    "Python": set(keyword.kwlist),
    "Java": {
        "urn",
        "id",
        "getClass",
        "hashCode",
        "equals",
        "notify",
        "notifyAll",
        "toString",
        "wait",
        "clone",
        "builder",
    },
}
"""Names that generators do not change. They write keywords of Java as `protected_`; Go and C# begin with a capital."""


def _objects() -> dict[str, dict[str, Any]]:
    return {**SCHEMA["types"], **SCHEMA["resources"]}


def _properties(each: dict[str, Any]) -> dict[str, Any]:
    return {**each.get("properties", {}), **each.get("inputProperties", {})}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_no_property_has_a_reserved_name() -> None:
    names = {name for each in _objects().values() for name in _properties(each)}
    assert len(names) > 150
    assert {_snake(name) for name in names} & _RESERVED["Python"] == set()
    of_resources = {name for each in SCHEMA["resources"].values() for name in _properties(each)}
    assert of_resources & _RESERVED["Java"] == set()


def test_no_property_has_the_name_of_its_own_type() -> None:
    """C# refuses a member that is called like its class: `X` has the outputs, `XArgs` the inputs."""
    for token, each in _objects().items():
        own = token.rpartition(":")[2].lower()
        assert own not in {name.lower() for name in each.get("properties", {})}, token
        assert f"{own}args" not in {name.lower() for name in _properties(each)}, token


def test_each_member_of_an_enum_can_be_spelled_in_every_language() -> None:
    enums = [each["enum"] for each in SCHEMA["types"].values() if "enum" in each]
    assert len(enums) > 7
    for members in enums:
        names = [member["name"] for member in members]
        assert all(re.fullmatch(r"([A-Z][a-z0-9]+)+", name) for name in names)
        assert len({name.lower() for name in names}) == len(members)
        assert {"None", "True", "False", "Null", "Void"} & set(names) == set()


def test_names_that_differ_only_in_case_do_not_collide() -> None:
    tokens = [token.rpartition(":")[2].lower() for token in _objects()]
    assert len(tokens) == len(set(tokens))
    for each in _objects().values():
        names = [name.lower() for name in each.get("properties", {})]
        assert len(names) == len(set(names))
        assert len({_snake(name) for name in names}) == len(names)


def test_no_name_with_a_generators_suffix_is_a_name_already() -> None:
    """A generator makes `XArgs`, `XArray`, `XMap`, `XPtr` of a type `X`, and `YArgs` and `YState` of a resource `Y`."""
    names = {token.rpartition(":")[2] for token in _objects()}
    assert {name for name in names if name.removesuffix("Args") != name} == set()
    for suffix in ("Args", "Array", "Map", "Ptr", "Input", "Output", "State", "Result"):
        assert {f"{name}{suffix}" for name in names} & names == set()


def test_every_property_and_type_is_described_without_a_docstrings_indentation() -> None:
    texts = [
        (token, name, each.get("description") or "")
        for token, object_ in _objects().items()
        for name, each in [("", object_), *_properties(object_).items()]
    ]
    assert {
        (token, name) for token, name, text in texts if "\n  " in text.replace("\n  -", "") or text != text.strip()
    } == set()
    assert {(token, name) for token, name, text in texts if not text} == set()


def test_every_reference_is_to_a_type_of_the_schema() -> None:
    references = set(re.findall(r'"#/types/([^"]+)"', json.dumps(SCHEMA)))
    assert references - SCHEMA["types"].keys() == set()
    assert len(SCHEMA["types"]) == len(Provider().analyzed["types"])  # none was lost by a new name


def test_go_gets_the_input_types_of_plain_maps() -> None:
    assert SCHEMA["language"]["go"]["generateExtraInputTypes"] is True
