"""The groups and projects of a rehearsal: in whatever order and with whatever ids a stack file names them."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from rehearsal.gitlab.emulator import GitLab
from rehearsal.namespaces import ContradictionError, populate
from settings import RegistryAccessArgs


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as running:
        yield running


def declared(**parts: Any) -> RegistryAccessArgs:
    return cast("RegistryAccessArgs", {"consumers": {}, **parts})


def ids(gitlab: GitLab) -> dict[str, int]:
    store = gitlab._state.store
    return {each.path: each.id for each in (*store.groups.values(), *store.projects.values())}


def test_a_group_that_is_declared_after_its_contents_has_its_own_id(gitlab: GitLab) -> None:
    consumers = {"acme/a/b": {"pull": ["x"]}, "acme/a": {"kind": "group", "id": 7}, "acme": {"kind": "group", "id": 8}}
    populate(gitlab, declared(consumers=consumers))
    found = ids(gitlab)
    assert (found["acme/a"], found["acme"]) == (7, 8)


def test_the_namespace_id_of_a_project_is_the_id_of_its_group(gitlab: GitLab) -> None:
    consumers = {"acme/web": {"id": 1, "namespace_id": 77, "push": ["x"]}}
    made_up = populate(gitlab, declared(consumers=consumers, runners={"a": {"group_id": 77}}))
    assert ids(gitlab)["acme"] == 77
    assert made_up == []


@pytest.mark.parametrize(
    ("runner", "path"),
    [
        ({"project_id": 5}, "made-up-group/project-5"),
        ({"group_id": 20}, "group-20-made-up"),
        ({"group_id": 21}, "group-21"),
        ({}, None),
    ],
)
def test_a_runner_without_a_known_owner_gets_a_made_up_one(
    gitlab: GitLab, runner: dict[str, int], path: str | None
) -> None:
    consumers = {"group-20": {"kind": "group", "pull": ["x"], "id": 4}, "group-20/old-service": {"pull": ["x"]}}
    made_up = populate(gitlab, declared(consumers=consumers, runners={"a": runner, "b": runner}))
    assert made_up == ([path] if path else [])
    if path:
        assert ids(gitlab)[path] == (runner.get("project_id") or runner["group_id"])


def test_two_groups_with_one_id_are_a_contradiction(gitlab: GitLab) -> None:
    consumers = {"acme/backend": {"kind": "group", "id": 9}, "acme/e2e": {"id": 3, "namespace_id": 9}}
    with pytest.raises(ContradictionError, match="the group 9 is both acme/backend and acme"):
        populate(gitlab, declared(consumers=consumers))


def test_the_project_of_the_rotators_jobs_has_its_branch_protected(gitlab: GitLab) -> None:
    populate(gitlab, declared(rotation={"job": {"project": "acme/ops/rotator", "id": 4, "namespace_id": 3}}))
    assert gitlab.protected_branches("acme/ops/rotator") == ["main"]
    assert ids(gitlab)["acme/ops"] == 3


def test_an_adopted_variable_exists_in_each_of_its_scopes(gitlab: GitLab) -> None:
    consumers = {"acme/web": {"pull": ["x"], "adopt": True, "environment_scopes": ["production", "*"]}}
    populate(gitlab, declared(consumers=consumers))
    for scope in ("production", "*"):
        assert gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG", scope) is not None
