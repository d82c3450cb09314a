"""Every RPC that the engine needs, over gRPC and without an engine."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from measured import measured_children
from provider_server import Provider, asked, plain
from pulumi.runtime.proto import provider_pb2

from rehearsal.engine.values import UNKNOWN, struct
from rehearsal.world import World

ROOT = Path(__file__).parents[3]
REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
ROLE = "aws:iam/role:Role"
FUNCTION = "aws:lambda/function:Function"
INVOCATION = "aws:lambda/invocation:Invocation"
VARIABLE = "gitlab:index/groupVariable:GroupVariable"
OPTIONS = {"imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": {"scanOnPush": True}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PLACEHOLDER = {
    "group": "20",
    "environmentScope": "*",
    "variableType": "file",
    "masked": True,
    "protected": False,
    "raw": True,
    "value": '{"auths":{}}',
    "description": "waiting",
}
DIFFERENT = provider_pb2.DiffResponse.DIFF_SOME
EQUAL = provider_pb2.DiffResponse.DIFF_NONE


def test_the_provider_reports_the_version_of_the_sdk(aws: Provider, gitlab: Provider) -> None:
    empty = empty_pb2.Empty()
    assert aws.stub.GetPluginInfo(empty).version == metadata.version("pulumi-aws")
    assert gitlab.stub.GetPluginInfo(empty).version == metadata.version("pulumi-gitlab")


@pytest.mark.parametrize(
    ("rpc", "request_type"),
    [
        ("Handshake", provider_pb2.ProviderHandshakeRequest),
        ("Parameterize", provider_pb2.ParameterizeRequest),
        ("GetSchema", provider_pb2.GetSchemaRequest),
    ],
)
def test_an_rpc_that_the_rehearsal_lacks_is_reported_as_unimplemented(
    aws: Provider, rpc: str, request_type: Any
) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        getattr(aws.stub, rpc)(request_type())
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_configuration_is_checked_compared_and_accepted(aws: Provider) -> None:
    config = struct({"region": "eu-central-1"})
    assert aws.stub.CheckConfig(provider_pb2.CheckRequest(news=config)).inputs == config
    same = provider_pb2.DiffRequest(olds=config, old_inputs=config, news=config)
    assert aws.stub.DiffConfig(same).changes == EQUAL
    other = provider_pb2.DiffRequest(olds=config, old_inputs=config, news=struct({"region": "us-east-1"}))
    assert list(aws.stub.DiffConfig(other).diffs) == ["region"]
    answer = aws.configure()
    assert (answer.supportsPreview, answer.acceptSecrets) == (True, False)


def test_check_accepts_known_types_and_names_an_unknown_one(aws: Provider) -> None:
    news = struct({"name": "ci/a"})
    request = provider_pb2.CheckRequest(urn="urn", type=REPOSITORY, name="it", news=news)
    assert plain(aws.stub.Check(request).inputs) == {"name": "ci/a", "tagsAll": {}}
    with pytest.raises(grpc.RpcError, match="aws:kms/key:Key it: the rehearsal has no such type"):
        aws.stub.Check(provider_pb2.CheckRequest(urn="urn", type="aws:kms/key:Key", name="it", news=news))


def test_a_preview_creates_nothing_and_knows_nothing_computed(aws: Provider, world: World) -> None:
    answer = aws.create(REPOSITORY, {"name": "ci/preview", "tags": {"team": UNKNOWN}}, preview=True)
    found = plain(answer.properties)
    assert (answer.id, found["name"], found["arn"], found["tags"]) == ("", "ci/preview", UNKNOWN, {"team": UNKNOWN})
    assert "ci/preview" not in str(world.aws("ecr").describe_repositories())


def test_a_repository_lives_from_create_to_delete(aws: Provider, world: World) -> None:
    inputs = {"name": "ci/life", **OPTIONS, "tags": {"team": "a"}}
    made = aws.create(REPOSITORY, inputs)
    state = plain(made.properties)
    assert (made.id, state["arn"]) == ("ci/life", "arn:aws:ecr:eu-central-1:123456789012:repository/ci/life")

    read = aws.read(REPOSITORY, made.id, state, inputs)
    assert plain(read.inputs) == inputs
    assert aws.diff(REPOSITORY, plain(read.properties), inputs, plain(read.inputs)).changes == EQUAL

    wanted = {**inputs, "imageTagMutability": "MUTABLE", "tags": {"team": "b"}}
    changed = aws.diff(REPOSITORY, state, wanted, inputs)
    assert (sorted(changed.detailedDiff), list(changed.replaces)) == (["imageTagMutability", "tags.team"], [])
    foreseen = aws.update(REPOSITORY, made.id, state, wanted, preview=True)
    assert plain(foreseen.properties)["arn"] == state["arn"]
    assert plain(aws.read(REPOSITORY, made.id, state).properties)["imageTagMutability"] == "IMMUTABLE"
    aws.update(REPOSITORY, made.id, state, wanted)
    found = world.aws("ecr").describe_repositories(repositoryNames=["ci/life"])["repositories"][0]
    assert found["imageTagMutability"] == "MUTABLE"
    assert plain(aws.read(REPOSITORY, made.id, state, wanted).inputs) == wanted

    aws.delete(REPOSITORY, made.id, state)
    assert aws.read(REPOSITORY, made.id, state).id == ""
    aws.delete(REPOSITORY, made.id, state)


def test_a_repository_with_images_says_how_to_delete_it(aws: Provider, world: World) -> None:
    state = plain(aws.create(REPOSITORY, {"name": "ci/full"}).properties)
    world.aws("ecr").put_image(repositoryName="ci/full", imageTag="1.0", imageManifest='{"schemaVersion":2}')
    with pytest.raises(grpc.RpcError, match=r"ECR Repository \(ci/full\) not empty, consider using force_delete"):
        aws.delete(REPOSITORY, "ci/full", state)
    aws.delete(REPOSITORY, "ci/full", {**state, "forceDelete": True})
    assert aws.read(REPOSITORY, "ci/full").id == ""


def test_an_import_with_equal_settings_shows_no_difference(aws: Provider) -> None:
    aws.create(REPOSITORY, {"name": "ci/there", **OPTIONS})
    read = aws.read(REPOSITORY, "ci/there@eu-central-1")
    wanted = {
        "name": "ci/there",
        **OPTIONS,
        "region": "eu-central-1",
        "forceDelete": False,
        "encryptionConfigurations": [{"encryptionType": "AES256"}],
    }
    state, inputs = plain(read.properties), plain(read.inputs)
    assert (read.id, "arn" in inputs) == ("ci/there", False)
    assert aws.diff(REPOSITORY, state, wanted, inputs).changes == EQUAL
    other = {**wanted, "encryptionConfigurations": [{"encryptionType": "KMS"}], "imageTagMutability": "MUTABLE"}
    changed = aws.diff(REPOSITORY, state, other, inputs)
    assert list(changed.diffs) == ["encryptionConfigurations", "imageTagMutability"]
    assert list(changed.replaces) == ["encryptionConfigurations"]


@pytest.mark.parametrize(
    ("type_", "state", "change", "expected"),
    [
        # An explicit name can be taken once: delete, then create.
        (ROLE, {"name": "r", "path": "/a/"}, {"path": "/b/"}, (["path"], True)),
        (ROLE, {"name": "r", "path": "/a/"}, {"name": "s"}, (["name"], False)),
        (ROLE, {"name": "r", "description": "a"}, {"description": "b"}, ([], False)),
        (ROLE, {"name": "r", "path": "/a/"}, {"path": UNKNOWN}, (["path"], True)),
        # The provider cannot change it in place, and the new one would be deleted with the old one.
        (LIFECYCLE, {"repository": "a", "policy": '{"rules":[]}'}, {"policy": '{"rules":[1]}'}, (["policy"], True)),
        (LIFECYCLE, {"repository": "a", "policy": '{"rules": []}'}, {"policy": '{"rules":[]}'}, ([], False)),
        (
            INVOCATION,
            {"functionName": "f", "triggers": {"plan": "1"}},
            {"triggers": {"plan": "2"}},
            (["triggers"], False),
        ),
        (VARIABLE, {"key": "K", **PLACEHOLDER}, {"hidden": True}, (["hidden"], False)),
        (VARIABLE, {"key": "K", **PLACEHOLDER}, {"masked": False}, ([], False)),
        (
            FUNCTION,
            {"name": "f", "code": {"hash": "1"}, "timeout": 30},
            {"code": {"hash": "1", "path": "b"}},
            ([], False),
        ),
    ],
)
def test_a_change_replaces_what_the_real_provider_would_replace(
    aws: Provider, type_: str, state: dict[str, Any], change: dict[str, Any], expected: tuple[list[str], bool]
) -> None:
    answer = aws.diff(type_, state, {**state, **change})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == expected


def test_a_property_that_the_program_drops_is_a_difference_and_an_ignored_one_is_not(aws: Provider) -> None:
    state = {"name": "r", "description": "a", "maxSessionDuration": 3600}
    assert list(aws.diff(ROLE, state, {"name": "r", "maxSessionDuration": 3600}).diffs) == ["description"]
    # What AWS decided and no program asked for:
    assert aws.diff(ROLE, state, {"name": "r"}, before={"name": "r"}).changes == EQUAL
    assert aws.diff(ROLE, state, {**state, "description": "b"}, ignored=["description"]).changes == EQUAL


def test_a_policy_that_differs_in_spelling_only_is_read_as_the_program_wrote_it(aws: Provider) -> None:
    inputs = {"name": "spelled", "assumeRolePolicy": json.dumps(TRUST, indent=2)}
    state = plain(aws.create(ROLE, inputs).properties)
    assert plain(aws.read(ROLE, "spelled", state, inputs).inputs) == inputs
    aws.delete(ROLE, "spelled", state)


def test_a_variable_is_updated_with_all_of_its_attributes(gitlab: Provider, world: World) -> None:
    inputs = {"key": "TOKEN", **PLACEHOLDER}
    made = gitlab.create(VARIABLE, inputs)
    state = plain(made.properties)
    assert made.id == "20:TOKEN:*"
    world.gitlab.set_variable("group", "acme/backend", "TOKEN", '{"auths":{"rotated":{}}}', raw=True)
    read = gitlab.read(VARIABLE, made.id, state, inputs)
    assert plain(read.properties)["value"] == '{"auths":{"rotated":{}}}'
    # Only the description differs, and the old value goes with it: why the program ignores changes to all of them.
    gitlab.update(VARIABLE, made.id, state, {**inputs, "description": "other"})
    found = world.gitlab.variable("group", "acme/backend", "TOKEN")
    assert found is not None
    assert (found["value"], found["description"]) == ('{"auths":{}}', "other")
    gitlab.delete(VARIABLE, made.id, state)
    assert gitlab.read(VARIABLE, made.id, state).id == ""


def test_a_runners_token_is_shown_once_and_kept_by_the_state(gitlab: Provider) -> None:
    type_ = "gitlab:index/userRunner:UserRunner"
    inputs = {"runnerType": "group_type", "groupId": 20, "tagLists": ["docker"], "untagged": False}
    made = gitlab.create(type_, inputs)
    state = plain(made.properties)
    assert plain(gitlab.create(type_, inputs, preview=True).properties)["token"] == UNKNOWN
    assert plain(gitlab.read(type_, made.id, state, inputs).properties)["token"] == state["token"]
    gitlab.delete(type_, made.id, state)
    assert gitlab.read(type_, made.id, state).id == ""


def test_a_known_function_is_answered_and_an_unknown_one_is_named(aws: Provider) -> None:
    token = "aws:index/getCallerIdentity:getCallerIdentity"
    answer = aws.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct({})))
    assert plain(getattr(answer, "return"))["accountId"] == "123456789012"
    with pytest.raises(grpc.RpcError, match="aws:s3/getBucket:getBucket: the rehearsal has no such function"):
        aws.stub.Invoke(provider_pb2.InvokeRequest(tok="aws:s3/getBucket:getBucket", args=struct({})))


def test_a_refusal_by_an_api_names_type_and_name(aws: Provider) -> None:
    inputs = {"name": "twice", "assumeRolePolicy": json.dumps(TRUST)}
    aws.create(ROLE, inputs)
    with pytest.raises(grpc.RpcError, match=r"aws:iam/role:Role it: .*EntityAlreadyExists"):
        aws.create(ROLE, inputs)


def test_a_resource_without_its_owner_is_refused_and_does_not_count_as_gone(aws: Provider) -> None:
    with pytest.raises(grpc.RpcError, match=r"aws:iam/rolePolicy:RolePolicy it: .*NoSuchEntity") as raised:
        aws.create("aws:iam/rolePolicy:RolePolicy", {"role": "nobody", "name": "a", "policy": "{}"})
    assert "Exception calling application" not in str(raised.value)


def test_cancel_is_answered(aws: Provider) -> None:
    assert aws.stub.Cancel(empty_pb2.Empty()) == empty_pb2.Empty()


def test_the_engine_starts_the_plugin_as_a_process_and_reads_its_port(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "rehearsal.engine.provider", "aws", "127.0.0.1:1"]
    with measured_children():
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout
        with asked(int(process.stdout.readline())) as provider:
            provider.configure()
            provider.create(ROLE, {"name": "of-a-process", "assumeRolePolicy": json.dumps(TRUST)})
            assert provider.read(ROLE, "of-a-process").id == "of-a-process"
        process.terminate()


def test_a_provider_other_than_aws_and_gitlab_is_refused() -> None:
    command = [sys.executable, "-m", "rehearsal.engine.provider", "azure"]
    with measured_children():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "write one of aws, gitlab" in done.stderr) == (1, True)
