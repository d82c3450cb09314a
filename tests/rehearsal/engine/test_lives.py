"""Each type that the program uses, from its creation to its end, over gRPC."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from iam_json import policy as iam_policy
from provider_server import Provider, plain
from pulumi.runtime.proto import provider_pb2

EQUAL = provider_pb2.DiffResponse.DIFF_NONE
SIGNATURE = "4dabf18193072939515e22adb298388d"
ROLE_ARN = "arn:aws:iam::123456789012:role/base"


def policy(service: str) -> str:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return iam_policy(statement)


def rights(action: str) -> str:
    return iam_policy({"Effect": "Allow", "Action": action, "Resource": "*"})


def archive(text: str) -> dict[str, Any]:
    asset = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": text, "text": f"# {text}\n"}
    return {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "hash": text, "assets": {"code/__init__.py": asset}}


def rules(count: int) -> str:
    selection = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": count}
    return json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})


def closed(action: str) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "arn:aws:s3:::base/elsewhere"}
    return iam_policy(statement)


OPEN = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), False)
EXPIRY = {
    "id": "old", "status": "Enabled", "filter": {"prefix": ""}, "noncurrentVersionExpiration": {"noncurrentDays": 90},
}  # fmt: skip
FUNCTION = {
    "name": "base", "role": ROLE_ARN, "runtime": "python3.13", "architectures": ["arm64"], "handler": "code.handle",
    "code": archive("one"), "timeout": 30, "memorySize": 128, "environment": {"variables": {"lowerCase": "kept"}},
}  # fmt: skip
ALARM = {
    "name": "late", "namespace": "Test", "metricName": "Success", "statistic": "Sum", "dimensions": {"Stack": "a"},
    "comparisonOperator": "LessThanThreshold", "threshold": 1, "period": 60, "evaluationPeriods": 2,
}  # fmt: skip
SCHEDULE = {
    "name": "tick", "groupName": "base", "scheduleExpression": "rate(2 hours)", "flexibleTimeWindow": {"mode": "OFF"},
    "target": {"arn": "arn:aws:lambda:eu-central-1:123456789012:function:base", "roleArn": ROLE_ARN, "input": "{}"},
}  # fmt: skip
NEEDED: list[tuple[str, dict[str, Any]]] = [
    ("aws:ecr/repository:Repository", {"name": "base"}),
    ("aws:iam/role:Role", {"name": "base", "assumeRolePolicy": policy("lambda")}),
    ("aws:lambda/function:Function", FUNCTION),
    ("aws:scheduler/scheduleGroup:ScheduleGroup", {"name": "base"}),
    ("aws:sns/topic:Topic", {"name": "base"}),
    ("aws:s3/bucket:Bucket", {"bucket": "base", "forceDestroy": True}),
]
TOPIC = "arn:aws:sns:eu-central-1:123456789012:base"
LIVES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("aws:cloudwatch/dashboard:Dashboard", {"dashboardName": "own", "dashboardBody": '{"widgets": []}'},
     {"dashboardBody": '{"widgets": [{"type": "text", "properties": {"markdown": "a"}}]}'}),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/a", "retentionInDays": 90}, {"retentionInDays": 30}),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", ALARM, {"threshold": 2, "dimensions": {"Stack": "b"}}),
    ("aws:ecr/repositoryPolicy:RepositoryPolicy", {"repository": "base", "policy": policy("lambda")},
     {"policy": policy("ecs")}),
    ("aws:iam/role:Role", {"name": "own", "path": "/a/", "assumeRolePolicy": policy("lambda"), "description": "a"},
     {"assumeRolePolicy": policy("ecs"), "description": "b", "maxSessionDuration": 7200}),
    ("aws:iam/rolePolicy:RolePolicy", {"role": "base", "name": "own", "policy": rights("ecr:BatchGetImage")},
     {"policy": rights("ecr:PutImage")}),
    ("aws:lambda/function:Function", {**FUNCTION, "name": "own"},
     {"timeout": 60, "reservedConcurrentExecutions": 1, "code": archive("two")}),
    ("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
     {"functionName": "base", "maximumRetryAttempts": 2}, {"maximumRetryAttempts": 1}),
    ("aws:scheduler/schedule:Schedule", SCHEDULE, {"scheduleExpression": "rate(1 hour)"}),
    ("aws:secretsmanager/secret:Secret", {"name": "own", "description": "a", "recoveryWindowInDays": 0},
     {"description": "b"}),
    ("aws:sqs/queue:Queue", {"name": "own", "messageRetentionSeconds": 60, "sqsManagedSseEnabled": True},
     {"messageRetentionSeconds": 120}),
    ("aws:ssm/parameter:Parameter", {"name": "/own", "type": "SecureString", "value": "fake-a", "tier": "Standard"},
     {"value": "fake-b"}),
    ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {"bucket": "base", "rules": [EXPIRY]},
     {"rules": [{**EXPIRY, "noncurrentVersionExpiration": {"noncurrentDays": 30}}]}),
    ("aws:s3/bucketObjectv2:BucketObjectv2",
     {"bucket": "base", "key": "own", "contentBase64": "b25l", "contentType": "text/plain", "metadata": {"a": "1"}},
     {"contentBase64": "dHdv", "metadata": {"a": "2"}}),
    ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "base", "policy": closed("s3:GetObject")},
     {"policy": closed("s3:PutObject")}),
    ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"bucket": "base", **OPEN}, {"blockPublicAcls": True}),
    ("gitlab:index/pipelineSchedule:PipelineSchedule",
     {"project": "acme/backend/old-service", "description": "own", "ref": "refs/heads/main", "cron": "0 * * * *",
      "cronTimezone": "UTC", "active": True},
     {"cron": "5 */2 * * *", "active": False}),
    ("gitlab:index/instanceVariable:InstanceVariable",
     {"key": "OWN", "value": "fake-0001", "description": "a", "masked": True, "protected": False, "raw": True},
     {"value": "fake-0002", "description": "b", "protected": True}),
    ("gitlab:index/groupVariable:GroupVariable",
     {"group": "20", "key": "OWN", "value": "fake-0001", "environmentScope": "*", "masked": True, "raw": True},
     {"value": "fake-0002", "masked": False}),
]  # fmt: skip


@pytest.fixture(scope="module")
def surroundings(aws: Provider) -> Iterator[Provider]:
    made = [(type_, aws.create(type_, inputs)) for type_, inputs in NEEDED]
    yield aws
    for type_, answer in reversed(made):
        aws.delete(type_, answer.id, plain(answer.properties))


@pytest.mark.parametrize(("type_", "inputs", "change"), LIVES, ids=[type_ for type_, *_ in LIVES])
def test_a_resource_is_created_read_changed_in_place_and_gone_after_its_deletion(
    surroundings: Provider, gitlab: Provider, type_: str, inputs: dict[str, Any], change: dict[str, Any]
) -> None:
    provider = gitlab if type_.startswith("gitlab:") else surroundings
    made = provider.create(type_, inputs)
    state = plain(made.properties)
    read = provider.read(type_, made.id, state, inputs)
    assert provider.diff(type_, plain(read.properties), inputs, plain(read.inputs)).changes == EQUAL

    wanted = {**inputs, **change}
    changed = provider.diff(type_, plain(read.properties), wanted, inputs)
    assert (sorted(changed.diffs), list(changed.replaces)) == (sorted(change), [])
    updated = plain(provider.update(type_, made.id, plain(read.properties), wanted).properties)
    again = provider.read(type_, made.id, updated, wanted)
    assert provider.diff(type_, plain(again.properties), wanted, plain(again.inputs)).changes == EQUAL
    assert provider.diff(type_, plain(again.properties), inputs, plain(again.inputs)).changes != EQUAL

    provider.delete(type_, made.id, updated)
    assert provider.read(type_, made.id, updated).id == ""
    if type_.startswith("aws:"):  # of GitLab's, what is gone cannot be deleted
        provider.delete(type_, made.id, updated)


def test_a_lifecycle_policy_is_read_and_deleted_and_never_changed_in_place(surroundings: Provider) -> None:
    type_ = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    inputs = {"repository": "base", "policy": rules(5)}
    made = surroundings.create(type_, inputs)
    state = plain(made.properties)
    assert plain(surroundings.read(type_, made.id, state, inputs).inputs) == inputs
    with pytest.raises(Exception, match=f"{type_} it: cannot be changed in place"):
        surroundings.update(type_, made.id, state, {**inputs, "policy": rules(6)})
    surroundings.delete(type_, made.id, state)
    assert surroundings.read(type_, made.id, state).id == ""


@pytest.mark.parametrize(
    ("type_", "name", "update"),
    [
        ("aws:scheduler/scheduleGroup:ScheduleGroup", "tagged", {"b": "2"}),
        ("aws:sqs/queue:Queue", "tagged", {"b": "2"}),
    ],
)
def test_tags_are_set_and_removed(surroundings: Provider, type_: str, name: str, update: dict[str, str]) -> None:
    inputs = {"name": name, "tags": {"a": "1"}}
    made = surroundings.create(type_, inputs)
    state = plain(surroundings.read(type_, made.id, plain(made.properties), inputs).properties)
    surroundings.update(type_, made.id, state, {"name": "tagged", "tags": {"b": "2"}})
    assert plain(surroundings.read(type_, made.id, state, inputs).properties)["tags"] == {"b": "2"}
    surroundings.delete(type_, made.id, state)
