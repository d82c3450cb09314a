"""The generated files are those of the present components, and hold the example stack files."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import components
from reference import analysis, markdown
from reference.__main__ import files
from reference.stack_file import json_schema

_STACKS = Path(__file__).parents[2] / "tests" / "data" / "examples"
_OURS = sorted(_STACKS.glob("Pulumi.*.yaml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return analysis.schema()


def refusals(schema: dict[str, Any], config: dict[str, Any]) -> list[str]:
    checked = jsonschema.Draft202012Validator(json_schema(schema))
    return [error.message for error in checked.iter_errors({"config": config})]


def small(**more: Any) -> dict[str, Any]:
    return {
        "aws:region": "eu-central-1",
        "gitlab-ecr:account": "123456789012",
        "gitlab-ecr:repositories": {"ci/node": None},
        **{f"gitlab-ecr:{key}": value for key, value in more.items()},
    }


def test_the_generated_files_are_those_of_the_present_components() -> None:
    stale = [path.name for path, text in files().items() if path.read_text() != text]
    assert stale == [], "run `make reference`"


@pytest.mark.parametrize("path", _OURS, ids=lambda path: path.name)
def test_every_stack_file_is_valid(schema: dict[str, Any], path: Path) -> None:
    assert refusals(schema, yaml.safe_load(path.read_text())["config"]) == []


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"repository": {}}, True),
        ({"repositories": {"ci/node": {"mutableTag": ["x"]}}}, True),
        ({"repositories": {"ci/node": {"mutableTags": "x"}}}, True),
        ({"consumers": {"acme/a": {"access": "password"}}}, True),
        ({"consumers": {"acme/a": {"access": "access-keys"}}}, False),
        ({"runners": {"a": {"docker": {}}}}, True),
        ({"permissionsBoundary": {"secure": "v1:abc"}}, False),
        ({"deviations": {"ECR.5": ""}}, True),
        ({"bootstrap": {"project": "acme/infra"}}, True),
        ({"bootstrap": {"project": "acme/infra"}, "repositories": {}}, False),
        ({"bootstrap": {"project": "acme/infra"}, "repositories": {}, "consumers": {}}, True),
        ({"bootstrap": {"projet": "acme/infra"}, "repositories": {}}, True),
        ({"bootstrap": None, "repositories": {}}, True),
    ],
)
def test_the_schema_refuses_mistakes_and_accepts_the_rest(
    schema: dict[str, Any], more: dict[str, Any], refused: bool
) -> None:
    assert bool(refusals(schema, small(**more))) is refused


def test_keys_of_other_providers_are_accepted_and_required_ones_demanded(schema: dict[str, Any]) -> None:
    assert refusals(schema, {**small(), "gitlab:baseUrl": "https://gitlab.example.com/api/v4/"}) == []
    assert json.dumps(refusals(schema, {"aws:region": "eu-central-1"})).count("is a required property") == 2


def test_every_key_of_every_component_is_explained(schema: dict[str, Any]) -> None:
    unexplained = [
        f"{token} {key}"
        for token, resource in schema["resources"].items()
        for key, value in resource["inputProperties"].items()
        if not value.get("description")
    ]
    assert unexplained == []


def test_the_reference_names_each_type_and_says_what_is_required(schema: dict[str, Any]) -> None:
    text = markdown.document(schema)
    assert all(f"### {token.removeprefix(analysis.PREFIX)}\n" in text for token in schema["types"])
    assert "- `account` (text, required): The twelve digits" in text
    assert "- `mutableTags` (list of text): Patterns of tags" in text
    assert "- `permissionsBoundary` (text, output): " in text
    assert "- `consumers` (mapping to [ConsumerArgs](#consumerargs)): " in text


def test_every_enum_is_a_public_name(schema: dict[str, Any]) -> None:
    enums = {token.removeprefix(analysis.PREFIX) for token, type_ in schema["types"].items() if "enum" in type_}
    assert {"Access", "OwnerKind", "RotationBackend", "VariableType"} <= enums <= set(components.__all__)
