"""One cloud for each test module."""

from collections.abc import Iterator
from typing import Any

import pytest
from aws_principals import ACCOUNT, HOST, REGION, Principals
from measured import measured_children

from rehearsal.clients import present
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.docker_registry import PROGRAM

US_HOST = HOST.replace(REGION, "us-east-1")


EVERY_STORE = ["own", PROGRAM] if present(PROGRAM) else ["own"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that defines WITH_EVERY_STORE runs once with each store that this machine has."""
    if "store" in metafunc.fixturenames:
        stores = EVERY_STORE if hasattr(metafunc.module, "WITH_EVERY_STORE") else ["own"]
        # Without a fixture of that name, pytest would go back and forth between the stores, and start each many times.
        metafunc.parametrize("store", stores, indirect=True, scope="module")


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", autouse=True)
def _measured() -> Iterator[None]:
    with measured_children():
        yield


@pytest.fixture(scope="module")
def cloud(store: str) -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST, US_HOST], docker_registry=store == PROGRAM) as running:
        assert running.registry.kept_by.startswith(PROGRAM) is (store == PROGRAM)
        yield running
        assert running.registry.failures == []


@pytest.fixture(scope="module")
def aws(cloud: Cloud) -> Principals:
    return Principals(cloud)


@pytest.fixture(scope="module")
def ecr(cloud: Cloud) -> Any:
    return cloud.client("ecr")
