from typing import Any, cast

import pytest

from components.ecr.pull_through import Upstream, cache_prefix, cached_lifecycle, credential_arn, upstream_host

_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-Ab1Cd2"


@pytest.mark.parametrize(
    ("upstream", "host", "has_credential"),
    [
        ("docker-hub", "registry-1.docker.io", True),
        ("ghcr", "ghcr.io", True),
        ("gitlab", "registry.gitlab.com", True),
        ("ecr-public", "public.ecr.aws", False),
        ("k8s", "registry.k8s.io", False),
        ("quay", "quay.io", False),
    ],
)
def test_each_upstream_has_its_host_and_its_need_of_a_credential(
    upstream: Any, host: str, *, has_credential: bool
) -> None:
    assert upstream_host(upstream, has_credential=has_credential) == host
    with pytest.raises(ValueError, match=r"^credential_arn: "):
        upstream_host(upstream, has_credential=not has_credential)


def test_an_unknown_upstream_is_refused_with_a_list_of_the_known_ones() -> None:
    with pytest.raises(ValueError, match=rf"^upstream: got 'docker.io'; write one of {', '.join(Upstream)}$"):
        upstream_host(cast("Upstream", "docker.io"), has_credential=False)


@pytest.mark.parametrize("prefix", ["Docker", "docker-hub/", "a" * 31, "d", "*"])
def test_a_prefix_that_ecr_refuses_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"^prefix: got .*(; write |\? Write ).* such as docker-hub$"):
        cache_prefix(prefix)


def test_a_credential_has_the_name_that_ecr_looks_for() -> None:
    assert credential_arn(_SECRET, "123456789012", "eu-central-1") == _SECRET
    with pytest.raises(
        ValueError, match=r"^credential_arn: got .*; write the ARN of a Secrets Manager secret whose na"
    ):
        credential_arn(_SECRET.replace("ecr-pullthroughcache/", ""), "123456789012", "eu-central-1")


@pytest.mark.parametrize(("account", "region"), [("123456789012", "eu-west-1"), ("210987654321", "eu-central-1")])
def test_a_credential_has_to_be_in_the_account_and_region_of_the_cache(account: str, region: str) -> None:
    own = f"got a secret of account 123456789012 in eu-central-1; .* {account} in {region}: .* there, such as"
    with pytest.raises(
        ValueError, match=rf"^credential_arn: {own} arn:aws:secretsmanager:{region}:{account}:secret:ecr-"
    ):
        credential_arn(_SECRET, account, region)


def test_cached_images_are_deleted_by_the_time_of_their_fetch() -> None:
    assert [rule["description"] for rule in cached_lifecycle(90)["rules"]] == [
        "delete untagged images 90 days after their push",
        "delete any images 90 days after their push",
    ]
