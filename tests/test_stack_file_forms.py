"""A text and a map mean the same."""

import tomllib

import pytest
from runner_args import runner_args

from components.runner.config import config, render
from stack_file_forms import image, service


def test_both_forms_of_image_and_services_give_the_same_file() -> None:
    texts = {"image": image("ruby:2.6", "i"), "services": [service("postgres:17", "s")]}
    maps = {"image": image({"name": "ruby:2.6"}, "i"), "services": [service({"name": "postgres:17"}, "s")]}
    first, second = (render(config(runner_args({"docker": docker}), 7, "glrt-fake")) for docker in (texts, maps))
    assert first == second


@pytest.mark.parametrize("entrypoint", [[""], ["/bin/sh", "-c"]])
def test_an_entrypoint_comes_out_as_it_went_in(entrypoint: list[str]) -> None:
    docker = {"image": "ruby:2.6", "services": [service({"name": "x", "entrypoint": entrypoint}, "s")]}
    loaded = tomllib.loads(render(config(runner_args({"docker": docker}), 7, "glrt-fake")))
    assert loaded["runners"][0]["docker"]["services"] == [{"name": "x", "entrypoint": entrypoint}]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (7, "services[0]: got 7; write an image reference, or a map with a name"),
        ({"alias": "db"}, "services[0].name: got none"),
        ({"name": "x", "image": "y"}, "services[0]: got the key 'image'; write one of name"),
        ({"name": "x", "entrypoint": "/bin/sh -c"}, "services[0].entrypoint: got '/bin/sh -c'; write a list"),
    ],
)
def test_another_form_of_a_service_is_refused(declared: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"^services") as caught:
        service(declared, "services[0]")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (None, "image: got None"),
        ({}, "image.name: got none"),
        ({"name": "x", "entrypoint": [""]}, "image.entrypoint: the runner's config.toml has no such key"),
    ],
)
def test_another_form_of_an_image_is_refused(declared: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"^image") as caught:
        image(declared, "image")
    assert message in str(caught.value)
