"""A consumer that is the whole instance: one variable for every project of a self-managed GitLab."""

from typing import Any

import pulumi
import pytest

from components.consumers import derivation as consumers
from components.consumers.checks import check_consumers
from components.consumers.ci_variables import CiVariables
from components.contract import plan as plans
from components.declaration.breadth import find_breadth
from components.declaration.nested import find_nested
from components.names.naming import Names
from validation.recorder import Recorder

_URL = "https://gitlab.example.com"
_VARIABLE = "gitlab:index/instanceVariable:InstanceVariable"
_INSTANCE: Any = {"kind": "instance", "pull": ["base/*"]}


def test_its_target_is_the_instance_and_has_no_scope() -> None:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    plan = consumers.plan(names, "prod", {"url": _URL}, ["base/alpine"], {"instance": _INSTANCE})
    (target,) = plan.targets
    assert (target.owner_kind, target.owner, target.environment_scope) == ("instance", "instance", "*")
    assert target.name == "instance DOCKER_AUTH_CONFIG"
    assert plans.loads(plans.dumps(plan)) == plan


@pytest.mark.parametrize(
    ("path", "consumer", "message"),
    [
        (
            "acme",
            _INSTANCE,
            r"acme: got 'acme' with `kind`: instance; write the consumer of the whole instance as inst",
        ),
        ("instance", {**_INSTANCE, "id": 7}, r"instance\.id: the instance has no id; leave it out"),
        (
            "instance",
            {**_INSTANCE, "environment_scopes": ["production"]},
            r"instance\.environment_scopes: variables of",
        ),
        ("instance", {**_INSTANCE, "hidden": True}, r"instance\.hidden: GitLab cannot hide variables of the instance"),
        ("instance", {**_INSTANCE, "push": ["app"]}, r"instance\.push: the instance has no jobs"),
        ("instance", {**_INSTANCE, "access": "job-role"}, r"instance\.access: the instance has no jobs"),
        (
            "instance",
            {**_INSTANCE, "access": "access-keys", "long_lived_keys": True},
            r"instance\.access: got access-keys; every job of the instance would see keys that do not expire",
        ),
    ],
)
def test_what_the_instance_cannot_have_is_refused_with_the_reason(path: str, consumer: Any, message: str) -> None:
    with pytest.raises(ValueError, match=rf"consumers\.{message}"):
        check_consumers({path: consumer}, _URL)


def test_the_instance_of_gitlab_com_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^consumers\.instance\.kind: got instance; only its administrators"):
        check_consumers({"instance": _INSTANCE}, "https://gitlab.com")
    check_consumers({"instance": _INSTANCE}, _URL)


@pytest.mark.parametrize("more", [{}, {"environment_scopes": ["*"], "hidden": False, "protected": True}])
def test_a_consumer_of_a_self_managed_instance_is_accepted(more: dict[str, Any]) -> None:
    consumer: Any = {**_INSTANCE, **more}
    check_consumers({"instance": consumer}, _URL)


def test_the_warning_says_how_many_people_that_is() -> None:
    found = find_breadth({"instance": _INSTANCE, "acme/web": {"pull": ["app"]}}, _URL)
    (warning,) = found.warnings
    assert warning.path == ("consumers", "instance")
    for words in ("every job of https://gitlab.example.com", "fork", "can pull base/*", "has to be an administrator's"):
        assert words in warning.text
    logins: Any = {"kind": "instance", "access": "static", "auths": {"r.example.com": {}}}
    assert "can read the logins of r.example.com" in find_breadth({"instance": logins}, _URL).warnings[0].text
    assert "administrator's" not in find_breadth({"instance": logins}, _URL).warnings[0].text


def test_a_nearer_variable_hides_the_instances_completely() -> None:
    declared: Any = {
        "instance": _INSTANCE,
        "acme": {"kind": "group", "pull": ["ci/*"]},
        "acme/web": {"pull": ["app"]},
        "instance/web": {"pull": ["base/*"]},
    }
    reported = {
        warning.path[1]: warning.text
        for warning in find_nested(declared, {"account": "123456789012", "region": "eu-central-1"}).warnings
    }
    assert reported.keys() == {"acme", "acme/web"}
    assert "completely replaces the one of the instance, so jobs of acme lose base/*" in reported["acme"]
    assert "of group acme and of the instance" in reported["acme/web"]
    assert '`pull`: [app, "ci/*", "base/*"]' in reported["acme/web"]


def test_the_variable_has_no_scope_and_is_not_hidden(recorder: Recorder) -> None:
    variables: Any = {"all": {"owner_kind": plans.OwnerKind.INSTANCE, "owner": "instance"}}
    pulumi.runtime.test(lambda: CiVariables("vars", {"variables": variables}) and None)()
    (variable,) = recorder.of_type(_VARIABLE)
    assert variable.inputs["key"] == "DOCKER_AUTH_CONFIG"
    assert not {"environmentScope", "hidden", "project", "group"} & variable.inputs.keys()
    assert {"value", "description", "masked", "protected", "raw", "variableType"} <= set(variable.ignore_changes)
    assert "value" in variable.secret_inputs


@pytest.mark.parametrize(("key", "value"), [("environment_scope", "production"), ("hidden", True)])
def test_a_library_users_mistake_is_named(recorder: Recorder, key: str, value: Any) -> None:
    variable: Any = {"owner_kind": "instance", "owner": "instance", key: value}
    with pytest.raises(ValueError, match=rf"^variables\.all\.{key}: GitLab's variables of an instance have none"):
        CiVariables("vars", {"variables": {"all": variable}})
