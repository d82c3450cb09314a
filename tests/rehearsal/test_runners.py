"""A published runner as its machine would fetch it: which credential each image was meant to have, and has."""

from types import SimpleNamespace
from typing import Any

import pytest

from components.names.access import RunnerAccess
from rehearsal.program import Program, Resource
from rehearsal.runners import published

CONFIG = """
[[runners]]
environment = ['DOCKER_AUTH_CONFIG={"auths":{"registry.example.com":{"auth":"ZmFrZTpmYWtl"}}}']
[runners.docker]
image = "registry.example.com/private/image:1"
"""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (RunnerAccess.STATIC, "the login in the runner's environment"),
        (RunnerAccess.CREDENTIALS_STORE, "no credential"),
    ],
)
def test_only_fixed_logins_are_expected_to_come_from_the_runners_environment(kind: RunnerAccess, expected: str) -> None:
    name = "/gitlab-ecr-local/runner/build/config.toml"
    parameter = Resource("urn", "aws:ssm/parameter:Parameter", name, "", "id", {"name": name})
    ssm = SimpleNamespace(get_parameter=lambda **_: {"Parameter": {"Value": CONFIG}})
    world: Any = SimpleNamespace(aws=lambda _: ssm)
    logins = {"registry.example.com": {"username": "fake", "password": "fake"}}
    declaration: Any = {"runners": {"build": {"access": {"kind": kind, "logins": logins}}}}
    (found,) = published(world, Program([parameter]), declaration)
    (image,) = found.images
    assert (image.expected, image.actual) == (expected, "the login in the runner's environment")
