import json
from typing import Any

import pulumi
import pytest
from policy_linter import lint

from components.ecr.args import CacheArgs, RegistryWideArgs
from components.ecr.pull_through import Upstream
from components.ecr.repositories import Repositories
from validation.recorder import Recorder

_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-Ab1Cd2"


def _declare(caches: dict[str, CacheArgs] | None = None, registry: RegistryWideArgs | None = None) -> None:
    args: Any = {"account": "123456789012", "region": "eu-central-1", "repositories": {}}
    args |= {} if caches is None else {"caches": caches}
    args |= {} if registry is None else {"registry": registry}
    pulumi.runtime.test(lambda: Repositories("images", args) and None)()


def test_a_cache_has_a_rule_and_a_template_for_the_repositories_it_makes(recorder: Recorder) -> None:
    _declare({"docker-hub": {"upstream": Upstream.DOCKER_HUB, "credential_arn": _SECRET, "days": 30}})
    rule = recorder.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
    assert (rule.name, rule.parent, rule.dependencies) == (
        "images-cache-docker-hub",
        "images",
        ("images-cache-docker-hub",),
    )
    assert rule.delete_before_replace
    assert rule.inputs == {
        "ecrRepositoryPrefix": "docker-hub",
        "region": "eu-central-1",
        "upstreamRegistryUrl": "registry-1.docker.io",
        "credentialArn": _SECRET,
    }
    template = recorder.one("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
    rules = json.loads(template.inputs.pop("lifecyclePolicy"))["rules"]
    assert {rule["selection"]["countNumber"] for rule in rules} == {30}
    assert template.inputs == {
        "prefix": "docker-hub",
        "region": "eu-central-1",
        "appliedFors": ["PULL_THROUGH_CACHE"],
        "description": "Cache of registry-1.docker.io",
        "imageTagMutability": "MUTABLE",
    }


def test_a_credential_may_be_an_output(recorder: Recorder) -> None:
    _declare({"ghcr": {"upstream": Upstream.GHCR, "credential_arn": pulumi.Output.from_input(_SECRET)}})
    assert recorder.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule").inputs["credentialArn"] == _SECRET


def test_by_default_no_setting_of_the_whole_registry_is_touched(recorder: Recorder) -> None:
    _declare()
    assert [resource.type for resource in recorder.resources] == ["gitlab-ecr:index:Repositories"]


def test_enhanced_scanning_has_a_rule_for_each_frequency_that_is_asked_for(recorder: Recorder) -> None:
    _declare(registry={"scan_continuously": ["prod/*"], "scan_on_push": ["*"]})
    scanning = recorder.one("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration")
    assert (scanning.name, scanning.parent) == ("images-scanning", "images")
    assert scanning.inputs == {
        "scanType": "ENHANCED",
        "region": "eu-central-1",
        "rules": [
            {
                "scanFrequency": "CONTINUOUS_SCAN",
                "repositoryFilters": [{"filter": "prod/*", "filterType": "WILDCARD"}],
            },
            {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]},
        ],
    }


def test_replication_goes_to_each_destination(recorder: Recorder) -> None:
    _declare(
        registry={
            "replicate_to": [
                {"region": "us-east-1"},
                {"region": "eu-west-1", "account": "111111111111", "prefixes": ["ci/"]},
            ]
        }
    )
    replication = recorder.one("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    assert (replication.name, replication.parent) == ("images-replication", "images")
    assert replication.inputs["replicationConfiguration"] == {
        "rules": [
            {"destinations": [{"region": "us-east-1", "registryId": "123456789012"}]},
            {
                "destinations": [{"region": "eu-west-1", "registryId": "111111111111"}],
                "repositoryFilters": [{"filter": "ci/", "filterType": "PREFIX_MATCH"}],
            },
        ]
    }


def test_a_registry_policy_lets_named_accounts_replicate(recorder: Recorder) -> None:
    _declare(registry={"replicas_from": {"111111111111": ["ci/*"]}})
    policy = recorder.one("aws:ecr/registryPolicy:RegistryPolicy")
    assert (policy.name, policy.parent, policy.inputs["region"]) == ("images-policy", "images", "eu-central-1")
    assert lint(json.loads(policy.inputs["policy"])) == []


@pytest.mark.parametrize(
    ("caches", "registry", "message"),
    [
        ({"hub": {"upstream": Upstream.DOCKER_HUB}}, None, r"^caches\.hub\.credential_arn: got none; ECR fetches from"),
        ({"Hub": {"upstream": "quay"}}, None, r"^caches\.Hub: got 'Hub'"),
        (None, {"replicas_from": {"1": ["ci/*"]}}, r"^registry\.replicas_from\.1: write the twelve digits"),
        (
            None,
            {"scan_on_push": ["A"]},
            r"^registry\.scan_on_push\[0\]: got 'A'; write a repository's name, or a pattern",
        ),
        (
            None,
            {"replicate_to": [{"region": "europe"}]},
            r"^registry\.replicate_to\[0\]\.region: got 'europe'; write",
        ),
        (
            None,
            {"replicate_to": [{"region": "eu-west-1", "account": "1"}]},
            r"^registry\.replicate_to\[0\]\.account: got '1'; write the twelve digits",
        ),
        (
            None,
            {"replicate_to": [{"region": "eu-west-1", "prefixes": ["ci/*"]}]},
            r"^registry\.replicate_to\[0\]\.prefixes\[0\]: got 'ci/\*'; write the beginning of names",
        ),
    ],
)
def test_what_ecr_would_refuse_is_refused_with_its_key(
    recorder: Recorder, caches: dict[str, CacheArgs] | None, registry: RegistryWideArgs | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _declare(caches, registry)


def test_an_adopted_cache_is_imported_completely_and_outlives_the_stack(recorder: Recorder) -> None:
    caches: dict[str, CacheArgs] = {
        "quay": {"upstream": Upstream.QUAY, "adopt": True},
        "k8s": {"upstream": Upstream.K8S},
    }
    _declare(caches)
    for type_ in (
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    ):
        adopted, made = recorder.one(type_, "images-cache-quay"), recorder.one(type_, "images-cache-k8s")
        assert (adopted.import_id, adopted.retain_on_delete) == ("quay", True)
        assert (made.import_id, made.retain_on_delete) == ("", False)
        assert adopted.parent == made.parent == "images"
