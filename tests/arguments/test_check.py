"""A program's arguments: what is unknown, missing or of another type is refused with the argument's name."""

from typing import Any

import pulumi
import pytest

from components.arguments.check import check_arguments
from components.bootstrap.bootstrap import Bootstrap
from components.consumers.ci_variables import CiVariables
from components.declaration.args import RegistryAccessArgs
from components.declaration.parts import rotation_parts
from components.ecr.repositories import Repositories
from components.iam.identities import Identities
from components.iam.pull_user import PullUser
from components.names.locations import MistakesError
from components.registry_access import RegistryAccess
from components.rotator.rotator import Rotator
from components.runner.runner import Runner
from validation.recorder import Recorder

_OURS: dict[str, Any] = {"account": "123456789012", "region": "eu-central-1"}
_STACK: dict[str, Any] = {**_OURS, "prefix": "gitlab-ecr-dev", "stack": "dev"}
_RIGHT: dict[str, Any] = {**_STACK, "repositories": {"ci/python": {}}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"repositories": {"a": {"mutableTags": ["x"]}}},
            "repositories.a.mutableTags: no such argument; did you mean muta",
        ),
        ({"consumer": {}}, "consumer: no such argument; did you mean consumers?"),
        ({"repositories": []}, "repositories: got a value of type list; write a dict"),
        ({"consumers": {"a/b": {"pull": "ci/*"}}}, "consumers.a/b.pull: got 'ci/*'; write a list of text"),
        ({"consumers": {"a/b": {"pull": [3]}}}, "consumers.a/b.pull[0]: got 3; write text"),
        (
            {"consumers": {"a/b": {"access": "magic"}}},
            "consumers.a/b.access: got 'magic'; write one of rotated-variable",
        ),
        ({"consumers": {"a/b": {"hidden": 1}}}, "consumers.a/b.hidden: got 1; write true or false"),
        ({"consumers": {"a/b": {"id": True}}}, "consumers.a/b.id: got true; write the number that GitLab shows"),
        ({"caches": {"hub": {}}}, "caches.hub.upstream: missing; write one of docker-hub"),
        (
            {"rotation": {"vpc": {"subnet_ids": ["s"]}}},
            "rotation.vpc.security_group_ids: missing; write a list of text",
        ),
        ({"consumers": None}, "consumers: got nothing; write a dict"),
        (
            {"runners": {"r": {"docker": "ruby"}}},
            "runners.r.docker: got a value of type str; write a dict of DockerArgs",
        ),
    ],
)
def test_each_mistake_names_its_argument(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MistakesError) as refused:
        check_arguments(RegistryAccessArgs, {**_RIGHT, **changes})
    assert str(refused.value).startswith(message)


def test_all_mistakes_are_reported_at_once_and_no_password_is_shown() -> None:
    login = {"username": 3, "password": {"fake-password": 1}}
    with pytest.raises(MistakesError) as refused:
        check_arguments(RegistryAccessArgs, {"consumers": {"a/b": {"auths": {"r.io": login}}}, "repositories": {}})
    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "account",
        "region",
        "prefix",
        "stack",
        "consumers.a/b.auths.r.io.username",
        "consumers.a/b.auths.r.io.password",
    ]
    assert "fake-password" not in str(refused.value)


def test_outputs_are_accepted_where_they_may_come_from_another_resource(recorder: Recorder) -> None:
    def program() -> None:
        known = pulumi.Output.from_input("arn:aws:iam::123456789012:policy/x")
        check_arguments(RegistryAccessArgs, {**_RIGHT, "permissions_boundary": known, "tags": {"team": known}})
        with pytest.raises(ValueError, match=r"^prefix: got an output of a resource; write text as a plain value"):
            check_arguments(RegistryAccessArgs, {**_RIGHT, "prefix": known})

    pulumi.runtime.test(program)()


@pytest.mark.parametrize(
    ("component", "args"),
    [
        (RegistryAccess, _RIGHT),
        (Repositories, {**_OURS, "repositories": {}}),
        (Identities, {**_OURS, "prefix": "gitlab-ecr", "audiences": {}}),
        (PullUser, {**_OURS, "prefix": "gitlab-ecr", "user": "a/b", "pull": ["a"], "long_lived_keys": True}),
        (CiVariables, {"variables": {}}),
        (Runner, {**_OURS, "prefix": "gitlab-ecr", "name": "r", "options": {}}),
        (Rotator, {**_OURS, "prefix": "gitlab-ecr", "plan": "{}"}),
        (Bootstrap, {**_OURS, "project": "acme/infra"}),
    ],
)
def test_every_component_names_unknown_and_missing_arguments(
    recorder: Recorder, component: Any, args: dict[str, Any]
) -> None:
    with pytest.raises(MistakesError) as refused:
        component("it", {"regoin": "x"})
    reported = str(refused.value)
    assert "regoin: no such argument" in reported
    for key in args:
        assert f"{key}: missing; write" in reported
    assert recorder.resources == []


def test_rotation_parts_names_unknown_and_missing_arguments() -> None:
    args: Any = {**_STACK, "repositories": ["a"], "consumer": {}}
    with pytest.raises(ValueError, match=r"^consumer: no such argument; did you mean consumers\?\nconsumers: missing"):
        rotation_parts(args)
