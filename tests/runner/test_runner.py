"""A runner's registration, its secret configuration, and the parameter that carries it."""

import base64
import json
import tomllib
from typing import Any, cast

import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.runtime import rpc

from components.names.access import RunnerAccess
from components.runner.args import RunnerArgs
from components.runner.runner import Runner
from rehearsal.pulumi_values import plain
from validation.recorder import Recorder

_REGISTRATION = "gitlab:index/userRunner:UserRunner"
_PARAMETER = "aws:ssm/parameter:Parameter"


_ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_FAKE_AUTH = "cm9ib3Q6ZmFrZS1wYXNzd29yZA=="


def _is_known(value: object) -> bool:
    return not isinstance(plain(value), pulumi.output.Unknown)


def _args(**more: Any) -> RunnerArgs:
    declared: dict[str, Any] = {
        "account": "123456789012",
        "region": "eu-central-1",
        "prefix": "gitlab-ecr-test",
        "name": "build",
        "options": {"docker": {"image": "ruby:3.4"}, **more},
    }
    return cast("RunnerArgs", declared)


@pytest.fixture(autouse=True)
def _registered(request: pytest.FixtureRequest) -> None:
    if "recorder" in request.fixturenames:
        request.getfixturevalue("recorder").answers[_REGISTRATION] = {"id": "9171", "token": "glrt-fake-0000"}


def _run(**more: Any) -> None:
    pulumi.runtime.test(lambda: Runner("build", _args(**more)) and None)()


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ({"group_id": 7}, {"runnerType": "group_type", "groupId": 7, "locked": False}),
        ({"project_id": 8}, {"runnerType": "project_type", "projectId": 8, "locked": True}),
        ({}, {"runnerType": "instance_type", "locked": False}),
    ],
)
def test_the_registration_holds_what_gitlab_stores(
    recorder: Recorder, owner: dict[str, Any], expected: dict[str, Any]
) -> None:
    _run(**owner, tags=["docker"], protected=True, maximum_timeout=3600)
    registered = recorder.one(_REGISTRATION, "build-registration")
    assert registered.inputs == expected | {
        "description": "build",
        "tagLists": ["docker"],
        "untagged": False,
        "accessLevel": "ref_protected",
        "maximumTimeout": 3600,
        "paused": False,
        "maintenanceNote": "",
    }
    assert registered.parent == "build"


def test_a_setting_that_is_no_longer_declared_is_reset(recorder: Recorder) -> None:
    _run(group_id=7)
    inputs = recorder.one(_REGISTRATION).inputs
    assert (inputs["paused"], inputs["maintenanceNote"], "maximumTimeout" in inputs) == (False, "", False)


def test_the_parameter_holds_the_whole_file_with_the_token_as_a_secret(recorder: Recorder) -> None:
    _run(group_id=7, concurrent=4)
    parameter = recorder.one(_PARAMETER, "build-config")
    assert parameter.secret_inputs == {"value"}
    assert parameter.inputs["name"] == "/gitlab-ecr-test/runner/build/config.toml"
    assert (parameter.inputs["type"], parameter.inputs["tier"]) == ("SecureString", "Standard")
    assert parameter.parent == "build"
    loaded = tomllib.loads(parameter.inputs["value"])
    assert loaded == {
        "concurrent": 4,
        "runners": [
            {
                "name": "build",
                "url": "https://gitlab.com",
                "id": 9171,
                "token": "glrt-fake-0000",
                "executor": "docker",
                "docker": {"image": "ruby:3.4"},
            }
        ],
    }
    assert parameter.dependencies == ("build-registration",)


def test_the_token_is_a_secret_in_every_output(recorder: Recorder) -> None:
    _run(group_id=7)
    shown = {key: value for key, value in recorder.outputs["build"].items() if not rpc.is_rpc_secret(value)}
    assert "glrt-fake-0000" not in json.dumps(shown)
    assert "config" not in shown


def test_a_first_preview_knows_everything_but_the_token(first_preview: Recorder) -> None:
    _run(group_id=7, pre_build_script="x" * 4000)
    parameter = first_preview.one(_PARAMETER, "build-config")
    assert isinstance(parameter.inputs.pop("value"), pulumi.output.Unknown)
    assert parameter.inputs == {
        "name": "/gitlab-ecr-test/runner/build/config.toml",
        "type": "SecureString",
        "tier": "Advanced",
        "description": "Fetched by the machine of a GitLab runner",
    }
    known = {key for key, value in first_preview.outputs["build"].items() if _is_known(value)}
    assert known == set(Runner.__annotations__) - {"config", "runner_id"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"group_id": 7, "project_id": 8}, "options: got group_id and project_id; write one of them"),
        ({"group_id": "my/group"}, "options.group_id: got 'my/group'; write the number that GitLab shows"),
        ({"pre_build_script": "x" * 9000}, r"options: config.toml has \d+ bytes, and an SSM parameter holds 8192"),
        ({"docker": {"image": "Ruby"}}, "options.docker.image: 'Ruby' has upper-case letters"),
        ({"run_untagged": False}, "options.run_untagged: got false without tags"),
        ({"maximum_timeout": 10}, "options.maximum_timeout: got 10; write at least 600 seconds"),
        ({"runner_more": {"tags": ["x"]}}, "options: 'tags' is stored by GitLab, .* write the argument tags"),
        ({"docker": {"image": "ruby:3", "network_mode": "host"}}, "options.docker.network_mode: got 'host'"),
        ({"access": {"kind": "helper"}}, "options.access.kind: got 'helper'; write one of"),
        ({"template": "[[runners]]\n[[runners]]\n"}, r"options.template: has 2 \[\[runners\]\]"),
        ({"runner_more": {"token": "glrt-fake"}}, "options.runner_more: names token"),
    ],
)
def test_a_preview_refuses_what_cannot_work(first_preview: Recorder, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Runner("build", _args(**more))


def test_the_docker_configuration_names_the_registry_and_nothing_else(recorder: Recorder) -> None:
    _run(group_id=7)
    parameter = recorder.one(_PARAMETER, "build-docker-config")
    assert parameter.inputs["name"] == "/gitlab-ecr-test/runner/build/docker-config.json"
    assert parameter.inputs["type"] == "String"
    assert json.loads(parameter.inputs["value"]) == {"credHelpers": {_ECR: "ecr-login"}}


def test_static_passwords_are_appended_to_the_environment_and_stay_secret(recorder: Recorder) -> None:
    login = {"username": "robot", "password": pulumi.Output.secret("fake-password")}
    _run(
        group_id=7,
        environment=["A=b"],
        access={"kind": RunnerAccess.STATIC, "logins": {"registry.example.com:5000": login}},
    )
    value = recorder.one(_PARAMETER, "build-config").inputs["value"]
    first, second = tomllib.loads(value)["runners"][0]["environment"]
    assert (first, second.partition("=")[0]) == ("A=b", "DOCKER_AUTH_CONFIG")
    assert json.loads(second.partition("=")[2])["auths"]["registry.example.com:5000"]["auth"] == _FAKE_AUTH
    outputs = recorder.outputs["build"]
    assert {key for key, output in outputs.items() if rpc.is_rpc_secret(output)} == {"config", "template"}
    assert _FAKE_AUTH not in json.dumps({key: outputs[key] for key in set(outputs) - {"config", "template"}})
    assert recorder.one(_PARAMETER, "build-docker-config").inputs["value"] == '{"auths":{}}'


def test_the_launch_template_keeps_the_instance_role_from_jobs_and_holds_no_secret(recorder: Recorder) -> None:
    _run(group_id=7, machine={"image_id": "ami-0123456789abcdef0"})
    machine = recorder.one("aws:ec2/launchTemplate:LaunchTemplate", "build-machine")
    assert machine.parent == "build"
    assert machine.inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    assert machine.inputs["iamInstanceProfile"] == {"name": "gitlab-ecr-test-runner-build"}
    assert machine.inputs["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"
    assert machine.inputs["tags"] == {"gitlab-ecr": "gitlab-ecr-test"}  # the deploy role changes no other template
    assert not machine.secret_inputs
    assert "tagSpecifications" not in machine.inputs
    user_data = base64.b64decode(machine.inputs["userData"]).decode()
    assert user_data == recorder.outputs["build"]["user_data"]
    assert "glrt-" not in user_data


def test_aws_tags_reach_every_resource_and_the_launched_instances_and_volumes(recorder: Recorder) -> None:
    tags: Any = {"team": "ci"}
    args = _args(group_id=7, tags=["docker"], machine={"image_id": "ami-0123456789abcdef0"})
    args["aws_tags"] = tags
    pulumi.runtime.test(lambda: Runner("build", args) and None)()
    assert [parameter.inputs["tags"] for parameter in recorder.of_type(_PARAMETER)] == [tags, tags]
    machine = recorder.one("aws:ec2/launchTemplate:LaunchTemplate").inputs
    assert machine["tags"] == {**tags, "gitlab-ecr": "gitlab-ecr-test"}
    assert machine["tagSpecifications"] == [
        {"resourceType": "instance", "tags": tags},
        {"resourceType": "volume", "tags": tags},
    ]
    assert recorder.one(_REGISTRATION).inputs["tagLists"] == ["docker"]


def test_without_a_machine_there_is_no_launch_template(recorder: Recorder) -> None:
    _run(group_id=7)
    assert sorted({resource.type for resource in recorder.resources}) == [
        _PARAMETER,
        "gitlab-ecr:index:Runner",
        _REGISTRATION,
    ]


def test_a_declared_image_is_explained(recorder: Recorder) -> None:
    _run(group_id=7, images=[f"{_ECR}/ci/python:3.13", "ruby:3.4"])
    helper, public = recorder.outputs["build"]["explanation"]
    assert helper.startswith(f"{_ECR}/ci/python:3.13: the runner asks its credential helper for {_ECR}")
    assert public.startswith("ruby:3.4: pulled without a credential")


def test_a_setting_with_surprising_effects_gives_a_warning_in_the_preview(
    first_preview: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    _run(group_id=7, docker={"image": "ruby:3.4", "pull_policy": ["if-not-present"]})
    (warning,) = warned
    assert warning.startswith("options.docker.pull_policy: if-not-present on a runner shared by several projects")


def test_pulumis_analyzer_reads_the_arguments() -> None:
    schema = json.loads(str(ComponentProvider([Runner], "gitlab-ecr").schema))
    inputs = schema["types"]["gitlab-ecr:index:RunnerOptions"]["properties"]
    assert inputs["groupId"]["$ref"] == "pulumi.json#/Any"  # providers of other languages answer numbers as text
    assert all("description" in inputs[key] for key in ("groupId", "tags", "environment"))
