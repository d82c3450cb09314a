"""What the rehearsal finds in GitLab after the rotations."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest
import urllib3

from rehearsal.gitlab.emulator import GitLab
from rehearsal.variables import look
from rehearsal.world import World
from settings import RegistryAccessArgs


class _World:
    """The part of a world that is looked at: its GitLab."""

    made_up: frozenset[str] = frozenset()

    def __init__(self, gitlab: GitLab) -> None:
        self.gitlab = gitlab
        self._token = gitlab.create_token("administrator", ["api", "admin_mode"], user="root")
        self._http = urllib3.PoolManager()

    def gitlab_api(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        headers = {"PRIVATE-TOKEN": self._token, "Content-Type": "application/json"}
        answer = self._http.request(method, f"{self.gitlab.url}/api/v4/{path}", body=json.dumps(body), headers=headers)
        return answer.status, answer.json()

    def close(self) -> None:
        self._http.clear()


@pytest.fixture
def world() -> Iterator[_World]:
    with GitLab.start() as gitlab:
        made = _World(gitlab)
        yield made
        made.close()


def _look(world: _World, consumers: dict[str, Any]) -> list[str]:
    declaration = cast("RegistryAccessArgs", {"consumers": consumers})
    return [variable.name for variable in look(cast("World", world), declaration)[0]]


def test_variables_are_shown_in_the_order_of_their_keys_and_scopes(world: _World) -> None:
    world.gitlab.create_group("acme")
    world.gitlab.create_project("acme/web")
    for key, scope in (("ECR_REGISTRY", "*"), ("AWS_ROLE_ARN", "b"), ("AWS_ROLE_ARN", "a")):
        world.gitlab.set_variable("project", "acme/web", key, "a-value", environment_scope=scope)
    names = _look(world, {"acme/web": {"pull": ["ci/*"]}})
    assert names == [
        "project acme/web AWS_ROLE_ARN (a)",
        "project acme/web AWS_ROLE_ARN (b)",
        "project acme/web ECR_REGISTRY",
    ]


def test_all_variables_of_a_project_and_all_projects_below_a_group_are_shown(world: _World) -> None:
    world.gitlab.create_group("acme")
    for number in range(30):
        world.gitlab.create_project(f"acme/p{number}")
        world.gitlab.set_variable("project", f"acme/p{number}", "OWN", "a-value")
    for number in range(120):
        world.gitlab.set_variable("project", "acme/p0", f"KEY_{number}", "a-value")
    names = _look(world, {"acme": {"kind": "group", "pull": ["ci/*"]}})
    assert sum("KEY_" in name for name in names) == 120
    assert sum("OWN" in name for name in names) == 30
