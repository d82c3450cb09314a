"""Resources through the adapter, against the emulator's own APIs: what is read is what is there."""

import json
from typing import Any

import pytest
from iam_json import policy

from rehearsal.adapter.adapter import Adapter
from rehearsal.world import World

_ROLE = "aws:iam/role:Role"
_USER = "aws:iam/user:User"
_POLICY = "aws:iam/policy:Policy"
_BOUNDARY = "arn:aws:iam::123456789012:policy/base/bound"
_UNKNOWN_TO_THE_API = {"forceDestroy", "updateDefaultVersion"}
"""Properties that say how Pulumi treats a resource; no API knows them."""


def _document(action: str = "ecr:BatchGetImage", **principal: Any) -> str:
    statement = {"Effect": "Allow", "Action": action}
    statement |= {"Principal": principal} if principal else {"Resource": "*"}
    return policy(statement)


_TRUST = _document("sts:AssumeRole", Service="ec2.amazonaws.com")
_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache"
_THERE = {"region": "eu-west-1", "registryId": "123456789012"}
_VERSIONED = {"versioningConfiguration": {"status": "Enabled"}}
_BELOW_CI = {"filter": "ci/", "filterType": "PREFIX_MATCH"}
_TEMPLATE = {
    "name": "machine",
    "description": "Machine of a runner",
    "updateDefaultVersion": True,
    "imageId": "ami-0123456789abcdef0",
    "instanceType": "t3.medium",
    "iamInstanceProfile": {"name": "base"},
    "vpcSecurityGroupIds": ["sg-0123456789abcdef0"],
    "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
    "blockDeviceMappings": [
        {"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeSize": 50, "volumeType": "gp3"}}
    ],
    "userData": "IyEvYmluL3No",
    "tags": {"team": "ci"},
    "tagSpecifications": [{"resourceType": "instance", "tags": {"team": "ci"}}],
}
_LIVES: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    (
        "aws:ec2/launchTemplate:LaunchTemplate",
        _TEMPLATE,
        [
            {"instanceType": "t3.large", "description": "larger"},
            {"tags": {"env": "prod"}, "tagSpecifications": [{"resourceType": "volume", "tags": {"env": "prod"}}]},
            {"vpcSecurityGroupIds": None, "tags": None, "tagSpecifications": None},
        ],
    ),
    (
        "aws:ecr/repository:Repository",
        {
            "name": "ci/filtered",
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{"filter": "3.*", "filterType": "WILDCARD"}],
            "imageScanningConfiguration": {"scanOnPush": True},
            "tags": {"team": "ci"},
        },
        [
            {"imageTagMutabilityExclusionFilters": [{"filter": "latest", "filterType": "WILDCARD"}]},
            {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": None},
            {"tags": {"env": "prod"}, "imageScanningConfiguration": {"scanOnPush": False}},
        ],
    ),
    (
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        {
            "ecrRepositoryPrefix": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "credentialArn": f"{_SECRET}/docker-hub-AbCdEf",
        },
        [{"credentialArn": f"{_SECRET}/another-AbCdEf"}],
    ),
    (
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        {"prefix": "docker-hub", "appliedFors": ["PULL_THROUGH_CACHE"], "imageTagMutability": "MUTABLE"},
        [{"description": "Cache of registry-1.docker.io"}, {"lifecyclePolicy": '{"rules":[]}'}],
    ),
    (
        "aws:ecr/registryPolicy:RegistryPolicy",
        {"policy": _document("ecr:ReplicateImage")},
        [{"policy": _document("ecr:CreateRepository")}],
    ),
    (
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        {"replicationConfiguration": {"rules": [{"destinations": [_THERE]}]}},
        [{"replicationConfiguration": {"rules": [{"destinations": [_THERE], "repositoryFilters": [_BELOW_CI]}]}}],
    ),
    (
        "aws:iam/instanceProfile:InstanceProfile",
        {"name": "own", "path": "/a/", "role": "base", "tags": {"team": "ci"}},
        [{"role": "other"}, {"tags": {"env": "prod"}}],
    ),
    (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {
            "url": "https://gitlab.example.com",
            "clientIdLists": ["https://gitlab.example.com"],
            "thumbprintLists": ["a" * 40],
            "tags": {"team": "ci"},
        },
        [{"clientIdLists": ["aws"]}, {"thumbprintLists": ["b" * 40], "tags": {"env": "prod"}}],
    ),
    (
        _POLICY,
        {"name": "own", "path": "/a/", "description": "The most", "policy": _document(), "tags": {"team": "ci"}},
        [{"policy": _document("ecr:PutImage")}, {"policy": _document()}, {"tags": {"env": "prod"}}],
    ),
    (
        _ROLE,
        {"name": "own", "path": "/a/", "assumeRolePolicy": _TRUST, "description": "a", "maxSessionDuration": 3600},
        [
            {"assumeRolePolicy": _document("sts:AssumeRole", Service="lambda.amazonaws.com")},
            {"permissionsBoundary": _BOUNDARY, "maxSessionDuration": 7200},
            {"permissionsBoundary": None, "tags": {"team": "ci"}},
        ],
    ),
    (
        "aws:iam/rolePolicy:RolePolicy",
        {"role": "base", "name": "own", "policy": _document()},
        [{"policy": _document("ecr:PutImage")}],
    ),
    (
        _USER,
        {"name": "own", "path": "/a/", "permissionsBoundary": _BOUNDARY, "forceDestroy": True, "tags": {"team": "ci"}},
        [{"permissionsBoundary": None}, {"tags": {"env": "prod"}}, {"tags": None}],
    ),
    (
        "aws:s3/bucket:Bucket",
        {"bucket": "own", "tags": {"team": "ci"}},
        [{"tags": {"env": "prod"}}, {"tags": None}],
    ),
    (
        "aws:s3/bucketVersioning:BucketVersioning",
        {"bucket": "base", **_VERSIONED},
        [],
    ),
    ("aws:sns/topic:Topic", {"name": "own", "tags": {"team": "ci"}}, [{"tags": {"env": "prod"}}, {"tags": None}]),
    (
        "aws:sns/topicSubscription:TopicSubscription",
        {
            "topic": "arn:aws:sns:eu-central-1:123456789012:base",
            "protocol": "sqs",
            "endpoint": "arn:aws:sqs:eu-central-1:123456789012:own",
        },
        [],
    ),
    (
        "aws:ssm/parameter:Parameter",
        {"name": "/tagged", "type": "String", "value": "a", "tags": {"team": "ci"}},
        [{"tags": {"env": "prod"}}, {"tags": None}],
    ),
    (
        "aws:iam/userPolicy:UserPolicy",
        {"user": "base", "name": "own", "policy": _document()},
        [{"policy": _document("ecr:PutImage")}],
    ),
]


def _read(adapter: Adapter, type_: str, id_: str) -> dict[str, Any] | None:
    """Only what the API returns: there is no state to fall back on."""
    found = adapter.read(type_, "it", id_, {})
    return found and {key: _meaning(value) for key, value in found.items()}


def _wanted(inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: _meaning(value) for key, value in inputs.items() if key not in _UNKNOWN_TO_THE_API}


def _meaning(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


@pytest.mark.parametrize(("type_", "inputs", "changes"), _LIVES, ids=[type_ for type_, *_ in _LIVES])
def test_a_resource_is_read_back_as_created_changed_exactly_and_gone_after_its_deletion(
    world: World, type_: str, inputs: dict[str, Any], changes: list[dict[str, Any]]
) -> None:
    adapter = Adapter(world)
    id_, state = adapter.create(type_, "it", inputs)
    before = _read(adapter, type_, id_)
    assert before is not None
    assert {key: before.get(key) for key in _wanted(inputs)} == _wanted(inputs)
    for change in changes:
        assert not [key for key in change if adapter.kind(type_).replaces(key)]
        inputs = {**inputs, **change}
        wanted = {key: value for key, value in inputs.items() if value is not None}
        state = adapter.update(type_, "it", id_, state, wanted)
        after = _read(adapter, type_, id_)
        assert after is not None
        assert {key: after.get(key) for key in _wanted(inputs)} == _wanted(inputs)
        assert {key: state.get(key) for key in wanted} == wanted
        moved = {key for key in after.keys() | before.keys() if after.get(key) != before.get(key)}
        assert moved - {"latestVersion", "version", "arn"} == {
            key for key in change if before.get(key) != _meaning(change[key])
        }
        before = after
    adapter.delete(type_, "it", id_, state)
    assert _read(adapter, type_, id_) is None
    adapter.delete(type_, "it", id_, state)


def test_a_policy_can_be_changed_more_often_than_aws_keeps_versions(world: World) -> None:
    adapter, inputs = Adapter(world), {"name": "often", "policy": _document()}
    id_, state = adapter.create(_POLICY, "it", inputs)
    for number in range(7):
        state = adapter.update(_POLICY, "it", id_, state, {**inputs, "policy": _document(f"ecr:Fake{number}")})
    assert json.loads(state["policy"])["Statement"][0]["Action"] == "ecr:Fake6"
    adapter.delete(_POLICY, "it", id_, state)
