"""One cloud for each test module."""

from collections.abc import Iterator

import pytest
from aws_principals import ACCOUNT, HOST, REGION, Principals

from rehearsal.cloud import Cloud

US_HOST = HOST.replace(REGION, "us-east-1")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST, US_HOST]) as running:
        yield running
        assert running.registry.failures == []


@pytest.fixture(scope="module")
def aws(cloud: Cloud) -> Principals:
    return Principals(cloud)
