"""Settings of a whole registry that the emulator lacks: kept by account and region, and refused as ECR refuses them."""

from typing import Any

import pytest
from aws_principals import ACCOUNT, REGION, Principals, allow
from botocore.exceptions import ClientError

from rehearsal.cloud import registry_calls

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"ecrRepositoryPrefix": "K8S", "upstreamRegistryUrl": "registry.k8s.io"}, "InvalidParameterException"),
        ({"ecrRepositoryPrefix": "k" * 31, "upstreamRegistryUrl": "registry.k8s.io"}, "InvalidParameterException"),
        (
            {"ecrRepositoryPrefix": "other", "upstreamRegistryUrl": "registry.example.com"},
            "UnsupportedUpstreamRegistryException",
        ),
        ({"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}, "InvalidParameterException"),
        (
            {"ecrRepositoryPrefix": "taken", "upstreamRegistryUrl": "quay.io"},
            "PullThroughCacheRuleAlreadyExistsException",
        ),
    ],
)
def test_a_cache_that_ecr_refuses_is_refused(ecr: Any, rule: dict[str, str], code: str) -> None:
    if rule["ecrRepositoryPrefix"] == "taken":
        ecr.create_pull_through_cache_rule(**rule)
    with pytest.raises(ClientError, match=code):
        ecr.create_pull_through_cache_rule(**rule)


def test_a_cache_with_its_credential_is_kept_for_its_region_alone(ecr: Any, aws: Principals) -> None:
    rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": SECRET}
    ecr.create_pull_through_cache_rule(**rule)
    (found,) = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])["pullThroughCacheRules"]
    assert found == {**rule, "registryId": ACCOUNT}
    elsewhere = aws.cloud.client("ecr", "us-east-1")
    with pytest.raises(ClientError, match="PullThroughCacheRuleNotFoundException"):
        elsewhere.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])


def test_a_registry_without_a_policy_returns_the_error_of_ecr(ecr: Any) -> None:
    with pytest.raises(ClientError, match="RegistryPolicyNotFoundException"):
        ecr.get_registry_policy()
    with pytest.raises(ClientError, match="InvalidParameterException"):
        ecr.put_registry_policy(policyText="not JSON")


def test_basic_scanning_refuses_what_only_enhanced_scanning_can_do(ecr: Any) -> None:
    rule = {"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}
    with pytest.raises(ClientError, match="InvalidParameterException"):
        ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == {"scanType": "BASIC", "rules": []}


def test_a_caller_without_the_right_does_not_change_a_registry(aws: Principals) -> None:
    role = aws.role("reader-of-registries", allow("ecr:Get*"))
    with aws.cloud.client_of("ecr", aws.assume(role)) as limited:
        assert limited.get_registry_scanning_configuration()["registryId"] == ACCOUNT
        with pytest.raises(ClientError, match="AccessDenied"):
            limited.put_registry_policy(policyText="{}")


def test_a_call_that_a_newer_emulator_has_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def newer(*_: Any) -> Any:
        return {"PutRegistryPolicy": None}

    monkeypatch.setattr(registry_calls.ecr, "handle_request", newer)
    with pytest.raises(RuntimeError, match=r"ministack has PutRegistryPolicy now: take them out of rehearsal/cloud/"):
        registry_calls.keep_registry_settings()
