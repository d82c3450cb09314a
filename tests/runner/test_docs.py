"""Each example in docs/runner.md is complete: it is read as a stack file and renders."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from runner_args import runner_args

import settings
from components.runner.documents import config_text, documents
from components.runner.registration import registration
from stack_file.mistakes import SettingsError

_PAGE = Path(__file__).parents[2] / "docs" / "runner.md"
_EXAMPLES = re.findall(r"```yaml\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
_BASE: dict[str, Any] = {"account": "123456789012", "repositories": {"ci/python": {}}}


def _runners(declared: dict[str, Any]) -> dict[str, dict[str, Any]]:
    parsed = settings.parse({**_BASE, "runners": declared}, stack="dev", region="eu-central-1")
    place = {"account": "123456789012", "region": "eu-central-1", "prefix": "gitlab-ecr-dev"}
    return {
        name: {**place, "name": name, **cast("dict[str, Any]", options)}
        for name, options in parsed.get("runners", {}).items()
    }


def test_the_page_has_an_example_of_each_kind_of_access() -> None:
    assert {word for word in ("credential-helper", "static", "credentials-store") for e in _EXAMPLES if word in e} == {
        "credential-helper",
        "static",
        "credentials-store",
    }


@pytest.mark.parametrize("example", _EXAMPLES)
def test_an_example_is_read_checked_and_rendered(example: str) -> None:
    runners = _runners(yaml.safe_load(example)["gitlab-ecr:runners"])
    assert runners
    for declaration in runners.values():
        args = runner_args(declaration)
        assert registration(args)["runner_type"] in ("group_type", "project_type")
        assert documents(args).register_command.startswith("gitlab-runner register")
        passwords = {host: login["password"] for host, login in declaration.get("access", {}).get("logins", {}).items()}
        assert 'token = "glrt-fake"' in config_text(args, 7, "glrt-fake", passwords)


def test_texts_and_maps_of_image_and_services_are_read_alike() -> None:
    texts = {"image": "ruby:3.4", "services": ["postgres:17", {"name": "redis:7"}]}
    maps = {"image": {"name": "ruby:3.4"}, "services": [{"name": "postgres:17"}, "redis:7"]}
    assert _runners({"a": {"docker": texts}}) == _runners({"a": {"docker": maps}})


def test_a_wrong_form_is_named_with_its_key() -> None:
    with pytest.raises(SettingsError, match=r"gitlab-ecr:runners\.a\.docker\.services\[0\]\.name: missing"):
        _runners({"a": {"docker": {"image": "x", "services": [{"alias": "db"}]}}})
