"""A text and a map as two forms of the same value."""

import tomllib

import pytest
from runner_args import runner_args

from components.runner.config import config, render
from stack_file.forms import image, service


def test_both_forms_of_image_and_services_give_the_same_file() -> None:
    texts = {"image": image("ruby:2.6"), "services": [service("postgres:17")]}
    maps = {"image": image({"name": "ruby:2.6"}), "services": [service({"name": "postgres:17"})]}
    first, second = (render(config(runner_args({"docker": docker}), 7, "glrt-fake")) for docker in (texts, maps))
    assert first == second


@pytest.mark.parametrize("entrypoint", [[""], ["/bin/sh", "-c"]])
def test_an_entrypoint_is_rendered_unchanged(entrypoint: list[str]) -> None:
    docker = {"image": "ruby:2.6", "services": [service({"name": "x", "entrypoint": entrypoint})]}
    loaded = tomllib.loads(render(config(runner_args({"docker": docker}), 7, "glrt-fake")))
    assert loaded["runners"][0]["docker"]["services"] == [{"name": "x", "entrypoint": entrypoint}]


def test_another_form_is_left_to_the_types() -> None:
    assert service(7) == 7
    assert [image(None), image({"nam": "x"})] == [None, {"nam": "x"}]


def test_the_error_names_a_key_that_config_toml_does_not_have() -> None:
    with pytest.raises(ValueError, match=r"^image\.entrypoint: the runner's config\.toml has no such key"):
        image({"name": "x", "entrypoint": [""]})
