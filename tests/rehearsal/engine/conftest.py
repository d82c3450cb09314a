"""The two providers as the engine uses them, in front of emulators that hold one small world."""

import os
from collections.abc import Iterator

import pytest
from provider_server import REGION, Provider, started

from components import OwnerKind
from rehearsal.world import World

BASE_URL = "https://gitlab.example.com/api/v4/"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(
        {
            "account": "123456789012",
            "region": REGION,
            "prefix": "gitlab-ecr-test",
            "stack": "test",
            "gitlab": {"url": "https://gitlab.example.com"},
            "repositories": {},
            "consumers": {"acme/backend": {"kind": OwnerKind.GROUP, "id": 20, "pull": []}},
        }
    ) as running:
        yield running


@pytest.fixture(scope="module")
def environment(world: World) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": world.cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": world.cloud.root_secret,
        "HTTPS_PROXY": world.cloud.proxy_url,
        "SSL_CERT_FILE": str(world.cloud.ca_file),
        "GITLAB_TOKEN": world.administrator_token,
    }


@pytest.fixture(scope="module")
def aws(environment: dict[str, str]) -> Iterator[Provider]:
    with started("aws", environment, {}) as provider:
        yield provider


@pytest.fixture(scope="module")
def gitlab(environment: dict[str, str]) -> Iterator[Provider]:
    with started("gitlab", environment, {"baseUrl": BASE_URL, "earlyAuthCheck": "false"}) as provider:
        yield provider
