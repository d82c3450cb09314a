"""Tags in both forms in which the real AWS provider shows them, and what happens to those that others set."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from provider_server import Provider, plain

from rehearsal.adapter.adapter import _KINDS
from rehearsal.world import World

USER = "aws:iam/user:User"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}
ROTATORS = {"gitlab-ecr:current": "AKIAFAKE0000", "gitlab-ecr:previous": ""}


@pytest.fixture
def refreshed(aws: Provider, world: World) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """State and inputs of a user with tags from the program and from the rotator, after a refresh."""
    inputs = aws.check(USER, {"name": "tagged", "tags": {"team": "ci"}})
    state = plain(aws.create(USER, inputs).properties)
    tags = [{"Key": key, "Value": value} for key, value in ROTATORS.items()]
    world.aws("iam").tag_user(UserName="tagged", Tags=tags)
    read = aws.read(USER, "tagged", state, inputs)
    yield plain(read.properties), plain(read.inputs)
    aws.delete(USER, "tagged", state)


def tags_of(world: World) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in world.aws("iam").list_user_tags(UserName="tagged")["Tags"]}


@pytest.mark.parametrize("type_", sorted(type_ for type_, kind in _KINDS.items() if "tagsAll" in kind.computed))
def test_check_adds_tags_all_to_every_type_with_tags(aws: Provider, type_: str) -> None:
    assert aws.check(type_, {"name": "a"})["tagsAll"] == {}
    assert aws.check(type_, {"name": "a", "tags": {"b": "1"}})["tagsAll"] == {"b": "1"}


def test_check_adds_no_tags_all_to_a_type_without_tags(aws: Provider) -> None:
    assert "tagsAll" not in aws.check("aws:iam/rolePolicy:RolePolicy", {"name": "a", "policy": json.dumps({})})


def test_a_refresh_brings_the_tags_of_others_into_the_state_and_into_no_input(
    refreshed: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    state, inputs = refreshed
    assert state["tags"] == state["tagsAll"] == {"team": "ci", **ROTATORS}
    assert inputs["tags"] == inputs["tagsAll"] == {"team": "ci"}


@pytest.mark.parametrize(
    ("ignored", "message", "left"),
    [
        ([], ["tags", "tagsAll"], {"team": "ci"}),
        (["tags"], ["tagsAll"], {"team": "ci"}),
        (["tagsAll"], ["tags"], {"team": "ci", **ROTATORS}),
        (["tags", "tagsAll"], [], {"team": "ci", **ROTATORS}),
    ],
)
def test_the_tags_of_others_stay_only_if_both_forms_are_ignored(
    aws: Provider,
    world: World,
    refreshed: tuple[dict[str, Any], dict[str, Any]],
    *,
    ignored: list[str],
    message: list[str],
    left: dict[str, str],
) -> None:
    state, inputs = refreshed
    assert list(aws.diff(USER, state, inputs, inputs, ignored).diffs) == message
    aws.update(USER, "tagged", state, inputs, ignored=ignored)
    assert tags_of(world) == left


def test_an_update_of_something_else_leaves_ignored_tags_alone(
    aws: Provider, world: World, refreshed: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    state, inputs = refreshed
    arn = world.aws("iam").create_policy(PolicyName="b", PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    wanted = {**inputs, "permissionsBoundary": arn}
    answer = aws.update(USER, "tagged", state, wanted, ignored=["tags", "tagsAll"])
    assert tags_of(world) == plain(answer.properties)["tags"] == {"team": "ci", **ROTATORS}
