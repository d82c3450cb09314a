"""Repositories of another account: both sides have to allow, and the one that does not is named."""

import json
from collections.abc import Iterator

import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, PULL, REGION, Principals, allow

from components.ecr.repository_policy import repository_policy
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import tiny_image

THEIRS = "210987654321"
THEIR_HOST = HOST.replace(ACCOUNT, THEIRS)


@pytest.fixture(scope="module")
def both() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST, THEIR_HOST]) as running:
        for account, host in ((ACCOUNT, HOST), (THEIRS, THEIR_HOST)):
            with running.client_of("ecr", running.root_of(account)) as ecr:
                for name in ("base/granted", "base/kept"):
                    ecr.create_repository(repositoryName=name)
                    running.registry.push(host, name, "1.0", tiny_image(account, name))
                if account == THEIRS:
                    granted = json.dumps(repository_policy(THEIRS, REGION, pull={"accounts": [ACCOUNT]}))
                    ecr.set_repository_policy(repositoryName="base/granted", policyText=granted)
        yield running
        assert running.registry.failures == []


def reading(aws: Principals, name: str, resource: str) -> str:
    return aws.auth(aws.role(name, GET_TOKEN, allow(PULL, f"arn:aws:ecr:{REGION}:{resource}")))


def test_an_image_of_another_account_is_pulled_where_both_sides_allow(both: Cloud) -> None:
    aws = Principals(both)
    auth = reading(aws, "both", f"{THEIRS}:repository/base/*")
    assert aws.pull("base/granted", "1.0", auth, THEIR_HOST).digest == tiny_image(THEIRS, "base/granted").digest


def test_without_a_repository_policy_there_the_denial_names_the_resource_based_side(both: Cloud) -> None:
    aws = Principals(both)
    denied = aws.pull("base/kept", "1.0", reading(aws, "one-side", f"{THEIRS}:repository/base/*"), THEIR_HOST)
    assert not denied.allowed
    assert (
        f"arn:aws:ecr:{REGION}:{THEIRS}:repository/base/kept because no resource-based policy allows" in denied.reason
    )


def test_without_a_policy_here_the_denial_names_the_identity_based_side(both: Cloud) -> None:
    aws = Principals(both)
    denied = aws.pull("base/granted", "1.0", reading(aws, "own-only", f"{ACCOUNT}:repository/*"), THEIR_HOST)
    assert not denied.allowed
    assert "because no identity-based policy allows" in denied.reason


def test_a_grant_to_another_account_does_not_affect_our_own_repository_of_that_name(both: Cloud) -> None:
    aws = Principals(both)
    auth = reading(aws, "theirs-only", f"{THEIRS}:repository/base/*")
    assert not aws.pull("base/granted", "1.0", auth).allowed


def test_each_account_sees_its_own_repositories_only(both: Cloud) -> None:
    with both.client_of("ecr", both.root_of(THEIRS)) as ecr:
        found = ecr.describe_repositories()["repositories"]
    assert {each["registryId"] for each in found} == {THEIRS}
    assert {each["registryId"] for each in both.client("ecr").describe_repositories()["repositories"]} == {ACCOUNT}
