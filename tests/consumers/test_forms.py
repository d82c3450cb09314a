import json
from typing import Any

import pulumi
import pytest

from components.consumers.ci_variables import CiVariables
from components.consumers.forms import check_forms, registries, variables
from components.docker.auth import parse
from components.names.access import Access
from components.names.naming import Names
from components.names.registry_host import HostForm
from validation.recorder import Recorder

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")
_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_STATIC: dict[str, Any] = {
    "access": Access.STATIC,
    "auths": {
        "registry.example.com:5000": {"username": "ci", "password": "fake-password"},
        "docker.io": {"username": "hub", "password": pulumi.Output.from_input("fake-later")},
    },
}


def _of(**consumer: Any) -> dict[str, Any]:
    return dict(variables(_NAMES, {"acme/web": consumer}, ["app", "ci/node"]))  # pyright: ignore[reportArgumentType] - options vary by test


def test_a_rotated_variable_has_no_value_of_ours() -> None:
    assert _of(pull=["app"]) == {
        "acme/web:DOCKER_AUTH_CONFIG:*": {
            "owner_kind": "project",
            "owner": "acme/web",
            "key": "DOCKER_AUTH_CONFIG",
            "environment_scope": "*",
            "variable_type": "file",
            "masked": True,
            "hidden": False,
            "protected": False,
            "adopt": False,
        }
    }


def test_a_groups_variable_has_its_id_and_every_flag() -> None:
    found = _of(
        pull=["app"], kind="group", id=20, variable_type="env_var", hidden=True, protected=True, adopt=True,
        environment_scopes=["production"],
    )  # fmt: skip
    assert found == {
        "acme/web:DOCKER_AUTH_CONFIG:production": {
            "owner_kind": "group",
            "owner": "20",
            "key": "DOCKER_AUTH_CONFIG",
            "environment_scope": "production",
            "variable_type": "env_var",
            "masked": True,
            "hidden": True,
            "protected": True,
            "adopt": True,
        }
    }


def test_names_do_not_depend_on_position() -> None:
    one = _of(pull=["app"], environment_scopes=["production"])
    two = _of(pull=["app"], environment_scopes=["review/*", "production"])
    assert set(one) < set(two)


@pytest.mark.parametrize(
    ("consumer", "document"),
    [
        ({"access": Access.CREDENTIAL_HELPER}, {"credHelpers": {_HOST: "ecr-login"}}),
        ({"access": Access.CREDENTIAL_HELPER, "helper": "own"}, {"credHelpers": {_HOST: "own"}}),
        (
            {
                "access": Access.CREDENTIAL_HELPER,
                "registries": [{"account": "1" * 12, "region": "us-east-1"}],
                "host_forms": ["fips", "dual-stack"],
            },
            {
                "credHelpers": {
                    "111111111111.dkr-ecr.us-east-1.on.aws": "ecr-login",
                    "111111111111.dkr.ecr-fips.us-east-1.amazonaws.com": "ecr-login",
                    "111111111111.dkr.ecr.us-east-1.amazonaws.com": "ecr-login",
                }
            },
        ),
        ({"access": Access.CREDENTIALS_STORE}, {"credsStore": "ecr-login"}),
    ],
)
def test_a_helper_is_named_in_a_value_that_is_not_masked(consumer: dict[str, Any], document: dict[str, Any]) -> None:
    (found,) = _of(**consumer).values()
    assert parse(found["value"]) == document
    assert not found["masked"]
    assert found["description"].startswith("gitlab-ecr: docker-credential-")


def test_fixed_passwords_are_secret_from_end_to_end(recorder: Recorder) -> None:
    pulumi.runtime.test(lambda: CiVariables("vars", {"variables": _of(**_STATIC)}) and None)()
    made = recorder.one("gitlab:index/projectVariable:ProjectVariable")
    assert made.name == "vars-acme/web:DOCKER_AUTH_CONFIG:*"
    assert json.loads(made.inputs["value"]) == {
        "auths": {
            "docker.io": {"auth": "aHViOmZha2UtbGF0ZXI="},
            "registry.example.com:5000": {"auth": "Y2k6ZmFrZS1wYXNzd29yZA=="},
        }
    }
    assert made.secret_inputs == {"value"}
    assert (made.additional_secret_outputs, made.ignore_changes) == (("value",), ())
    assert made.inputs["masked"] is True


def test_access_keys_are_placeholders_on_protected_refs() -> None:
    found = _of(access=Access.ACCESS_KEYS, pull=["app"], long_lived_keys=True)
    assert [(v["key"], v["protected"], v["masked"], v["variable_type"], v.get("value")) for v in found.values()] == [
        ("AWS_ACCESS_KEY_ID", True, True, "env_var", None),
        ("AWS_SECRET_ACCESS_KEY", True, True, "env_var", None),
        ("AWS_DEFAULT_REGION", True, False, "env_var", "eu-central-1"),
    ]


def test_access_keys_reach_unprotected_refs_only_when_asked_to() -> None:
    found = _of(access=Access.ACCESS_KEYS, pull=["app"], long_lived_keys=True, protected=False)
    assert {variable["protected"] for variable in found.values()} == {False}


def test_jobs_that_push_find_role_registry_and_images() -> None:
    found = _of(push=["*"], id=7, pull=["app"])
    assert {key: variable.get("value") for key, variable in found.items()} == {
        "acme/web:DOCKER_AUTH_CONFIG:*": None,
        "acme/web:AWS_ROLE_ARN:*": "arn:aws:iam::123456789012:role/gitlab-ecr/push/gitlab-ecr-push-acme-web-86f279ce",
        "acme/web:ECR_REGISTRY:*": _HOST,
        "acme/web:ECR_REPOSITORY_APP:*": f"{_HOST}/app",
        "acme/web:ECR_REPOSITORY_CI_NODE:*": f"{_HOST}/ci/node",
    }
    pushing = found["acme/web:AWS_ROLE_ARN:*"]
    assert (pushing["owner"], pushing["variable_type"], pushing["masked"]) == ("7", "env_var", False)


@pytest.mark.parametrize(
    ("registries", "host"),
    [
        ([], _HOST),
        ([{"account": "1" * 12, "region": "us-east-1"}], "111111111111.dkr.ecr.us-east-1.amazonaws.com"),
    ],
)
def test_jobs_that_pull_by_themselves_find_their_role_and_the_first_registry(
    registries: list[dict[str, str]], host: str
) -> None:
    found = _of(access=Access.JOB_ROLE, pull=["app"], id=7, registries=registries)
    assert {key: variable.get("value") for key, variable in found.items()} == {
        "acme/web:AWS_ROLE_ARN:*": "arn:aws:iam::123456789012:role/gitlab-ecr/job/gitlab-ecr-job-acme-web-86f279ce",
        "acme/web:ECR_REGISTRY:*": host,
    }
    assert {variable["description"] for variable in found.values()} == {"gitlab-ecr: for jobs that pull by themselves"}


def test_a_job_role_that_pushes_too_is_one_role() -> None:
    found = _of(access=Access.JOB_ROLE, pull=["ci/node"], push=["app"], id=7)
    assert sorted(key.split(":")[1] for key in found) == ["AWS_ROLE_ARN", "ECR_REGISTRY", "ECR_REPOSITORY_APP"]
    assert "/push/" in found["acme/web:AWS_ROLE_ARN:*"]["value"]


def test_a_consumer_that_only_pushes_has_nothing_to_rotate() -> None:
    assert "acme/web:DOCKER_AUTH_CONFIG:*" not in _of(push=["app"])


def test_each_form_of_a_registry_host_is_an_entry() -> None:
    found = registries(_NAMES, {"host_forms": [HostForm.CLASSIC, HostForm.DUAL_STACK, HostForm.CLASSIC]})
    assert [registry.hosts for registry in found] == [(_HOST, "123456789012.dkr-ecr.eu-central-1.on.aws")]


@pytest.mark.parametrize(
    ("consumer", "message"),
    [
        (
            {"access": Access.CREDENTIAL_HELPER, "host_forms": ["ipv6"]},
            r"host_forms: got 'ipv6'; write one of classic, fips, dual-stack",
        ),
        (
            {"access": Access.CREDENTIAL_HELPER, "registries": [{"account": "1", "region": "eu-west-1"}]},
            r"registries\[0\]\.account: got '1'",
        ),
        (
            {"access": Access.CREDENTIAL_HELPER, "helper": "docker-credential-x"},
            r"helper: got .*without docker",
        ),
        (
            {"access": Access.STATIC, "auths": {"https://r.io": {"username": "u", "password": "p"}}},
            r"auths\.https://r\.io: got the key",
        ),
    ],
)
def test_a_value_that_cannot_be_written_is_refused_with_its_key(consumer: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"^{message}"):
        check_forms(_NAMES, "acme/web", consumer, [])  # pyright: ignore[reportArgumentType] - written as a dict of anything


def test_keys_that_collide_name_their_repositories() -> None:
    with pytest.raises(ValueError, match=r"^push: 'a-b' and 'a_b' would both be ECR_REPOSITORY_A_B"):
        check_forms(_NAMES, "acme/web", {"push": ["*"]}, ["a-b", "a_b"])
