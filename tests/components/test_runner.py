"""A runner's registration, its secret configuration, and the parameter that carries it."""

import json
import tomllib
from typing import Any, cast

import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi_recorder import Recorder

from components.runner import Runner
from components.runner_args import RunnerArgs

_REGISTRATION = "gitlab:index/userRunner:UserRunner"
_PARAMETER = "aws:ssm/parameter:Parameter"


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
        request.getfixturevalue("recorder").answers[_REGISTRATION] = {"token": "glrt-fake-0000"}


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
def test_the_registration_carries_what_gitlab_keeps(
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
    }
    assert registered.parent == "build"


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
                "token": "glrt-fake-0000",
                "executor": "docker",
                "docker": {"image": "ruby:3.4"},
            }
        ],
    }
    assert parameter.dependencies == ("build-registration",)


def test_the_token_is_a_secret_in_every_output(recorder: Recorder) -> None:
    _run(group_id=7)
    shown = {
        key: value for key, value in recorder.outputs["build"].items() if not pulumi.runtime.rpc.is_rpc_secret(value)
    }
    assert "glrt-fake-0000" not in json.dumps(shown)
    assert "config" not in shown


def test_a_first_preview_knows_everything_but_the_token(first_preview: Recorder) -> None:
    _run(group_id=7, pre_build_script="x" * 4000)
    parameter = first_preview.one(_PARAMETER)
    assert isinstance(parameter.inputs.pop("value"), pulumi.output.Unknown)
    assert parameter.inputs == {
        "name": "/gitlab-ecr-test/runner/build/config.toml",
        "type": "SecureString",
        "tier": "Advanced",
        "description": "config.toml of the GitLab runner build",
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"group_id": 7, "project_id": 8}, "runner: got group_id and project_id; write one of them"),
        ({"group_id": "my/group"}, "runner.group_id: got 'my/group'; write the number .* no GitLab token"),
        ({"pre_build_script": "x" * 9000}, r"runner: config.toml has \d+ bytes, and an SSM parameter holds 8192"),
        ({"docker": {"image": "Ruby"}}, "runner.docker.image: 'Ruby' has upper-case letters"),
        ({"run_untagged": False}, "runner.run_untagged: got false without tags"),
        ({"maximum_timeout": 10}, "runner.maximum_timeout: got 10; write at least 600 seconds"),
        ({"runner_more": {"tags": ["x"]}}, "runner: 'tags' is kept by GitLab .* write the argument tags"),
        ({"runner_more": {"token": "glrt-fake"}}, "runner.runner_more: names a token"),
    ],
)
def test_a_preview_refuses_what_cannot_work(first_preview: Recorder, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Runner("build", _args(**more))


def test_pulumis_analyzer_reads_the_arguments() -> None:
    schema = json.loads(str(ComponentProvider([Runner], "gitlab-ecr").schema))
    inputs = schema["types"]["gitlab-ecr:index:RunnerOptions"]["properties"]
    assert inputs["groupId"]["type"] == "integer"
    assert all("description" in inputs[key] for key in ("groupId", "tags", "environment"))
