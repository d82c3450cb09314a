"""Settings that are valid, but surprise at job time."""

from typing import Any

import pytest

from components.runner.warnings import is_allowed, warnings


@pytest.mark.parametrize(
    ("docker", "owner", "warned"),
    [
        ({}, {}, []),
        ({"pull_policy": ["if-not-present"]}, {"project_id": 7}, []),
        ({"pull_policy": ["if-not-present"]}, {"group_id": 7}, ["pull_policy"]),
        ({"pull_policy": "if-not-present"}, {}, ["pull_policy"]),
        ({"allowed_pull_policies": ["always", "never"]}, {}, ["pull_policy"]),
        ({"allowed_images": ["r.example.com/**"]}, {}, ["allowed_images"]),
        ({"allowed_images": ["node:*"]}, {}, []),
    ],
)
def test_each_warning_names_its_argument(docker: Any, owner: Any, warned: list[str]) -> None:
    options: Any = {"docker": docker, **owner}
    found = warnings(options, ["node:22"])
    assert [sentence.partition(":")[0] for sentence in found] == [f"runner.docker.{key}" for key in warned]


def test_the_runners_own_image_is_always_allowed() -> None:
    options: Any = {"docker": {"image": "ruby:3.4", "allowed_images": ["node:*"]}}
    assert warnings(options, ["ruby:3.4"]) == []


@pytest.mark.parametrize(
    ("image", "pattern", "allowed"),
    [
        ("r.example.com/app:1", "r.example.com/*", True),
        ("r.example.com/team/app:1", "r.example.com/*", False),
        ("r.example.com/team/app:1", "r.example.com/**", True),
        ("r.example.com/team/sub/app:1", "r.example.com/**/app:*", True),
        ("r.example.com/app:1", "r.example.com/**/app:*", True),
        ("postgres", "postgres:*", False),
        ("docker.io/library/postgres:17", "postgres:*", False),
        ("postgres:17", "postgres:1?", True),
        ("node:22", "{ruby,node}:*", True),
        ("go:1", "{ruby,node}:*", False),
        ("rubyx3", "ruby.3", False),
    ],
)
def test_patterns_are_compared_with_the_text_as_written(image: str, pattern: str, *, allowed: bool) -> None:
    assert is_allowed(image, [pattern]) is allowed
