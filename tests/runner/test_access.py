"""The three kinds of access, and the credential that each declared image gets."""

import json
from typing import Any

import pytest

from components.docker.credential_resolution import HOME, VARIABLE, Outcome
from components.runner.access import environment, explain, home_config, resolution, warnings

_OWN = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_OTHER = "210987654321.dkr.ecr.us-east-1.amazonaws.com"
_OTHER_FIPS = "210987654321.dkr.ecr-fips.us-east-1.amazonaws.com"
_OURS = {"account": "123456789012", "region": "eu-central-1"}
_THEIRS = {"account": "210987654321", "region": "us-east-1"}
_STATIC: Any = {"kind": "static", "logins": {"registry.example.com:5000": {"username": "robot", "password": object()}}}
_STORE: Any = {"kind": "credentials-store"}


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ({}, {"credHelpers": {_OWN: "ecr-login"}}),
        ({"registry_hosts": [_OTHER, _OWN]}, {"credHelpers": {_OWN: "ecr-login", _OTHER: "ecr-login"}}),
        ({"registries": [_THEIRS, _OURS]}, {"credHelpers": {_OTHER: "ecr-login", _OWN: "ecr-login"}}),
        (
            {"registries": [_THEIRS], "registry_hosts": [_OTHER_FIPS, _OTHER]},
            {"credHelpers": {_OTHER_FIPS: "ecr-login", _OTHER: "ecr-login"}},
        ),
        ({"helper": "other"}, {"credHelpers": {_OWN: "other"}}),
        (_STORE, {"credsStore": "ecr-login"}),
        (_STATIC, {"auths": {}}),
    ],
)
def test_each_kind_of_access_has_its_own_docker_configuration(access: Any, expected: dict[str, Any]) -> None:
    assert json.loads(home_config(access, _OWN)) == expected


def test_only_static_access_is_in_the_environment() -> None:
    assert environment({}) == environment(_STORE) == []
    (entry,) = environment(_STATIC, {"registry.example.com:5000": 'fake "\\$'})
    assert entry.startswith('DOCKER_AUTH_CONFIG={"auths":{"registry.example.com:5000":{"auth":"')
    assert "$" not in entry


def test_without_passwords_the_entry_is_not_shorter_than_with_them() -> None:
    assert len(environment(_STATIC)[0]) > len(environment(_STATIC, {"registry.example.com:5000": "p" * 100})[0])


@pytest.mark.parametrize(
    ("access", "image", "source"),
    [
        ({}, f"{_OWN}/ci/python:3.13", HOME),
        ({}, f"{_OTHER}/ci/python:3.13", ""),
        ({"registry_hosts": [_OTHER]}, f"{_OTHER}/ci/python:3.13", HOME),
        ({}, "ruby:3.4", ""),
        ({"registries": [_THEIRS]}, f"{_OTHER}/ci/python:3.13", HOME),
        ({"registries": [_THEIRS]}, f"{_OWN}/ci/python:3.13", ""),
        (_STATIC, "registry.example.com:5000/private/image:latest", VARIABLE),
        (_STATIC, "registry.example.com/private/image:latest", ""),
        (_STORE, f"{_OWN}/x", HOME),
        (_STORE, f"{_OTHER}/x", ""),
        (_STORE, "ruby:3.4", ""),
    ],
)
def test_each_image_gets_its_credential_from_the_declared_access(access: Any, image: str, source: str) -> None:
    answer = resolution(access, _OWN, image)
    assert (answer.source, answer.outcome) == (source, Outcome.FOUND if source else Outcome.NONE)


def test_a_variable_of_the_job_replaces_the_runners_own_as_a_whole() -> None:
    image = "registry.example.com:5000/private/image:latest"
    assert resolution(_STATIC, _OWN, image, '{"auths":{}}').outcome is Outcome.NONE
    assert resolution({}, _OWN, f"{_OWN}/x", '{"auths":{}}').source == HOME


def test_the_explanation_names_source_rival_and_reason() -> None:
    helper, none = explain({}, _OWN, [f"{_OWN}/ci/python:3.13", f"{_OTHER}/x:1"])
    assert helper == (
        f"{_OWN}/ci/python:3.13: the runner asks its credential helper for {_OWN} ($HOME/.docker/config.json); a "
        "DOCKER_AUTH_CONFIG that the job sees and that names this registry wins over it"
    )
    assert none == (
        f"{_OTHER}/x:1: pulled without a credential (DOCKER_AUTH_CONFIG is not set; $HOME/.docker/config.json has no "
        f"entry for {_OTHER})"
    )
    static, port = explain(
        _STATIC, _OWN, ["registry.example.com:5000/private/image:latest", "registry.example.com/private/image"]
    )
    assert "from its own environment; a CI/CD variable DOCKER_AUTH_CONFIG that the job sees replaces all" in static
    assert "it has registry.example.com:5000, which is another port" in port


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ({"kind": "helper"}, "runner.access.kind: got 'helper'; write one of credential-helper, static"),
        ({"kind": "static"}, "runner.access.logins: got none"),
        ({"helper": "../../bin/sh"}, "runner.access.helper: got '../../bin/sh'; write its name"),
        ({"helper": ""}, "runner.access.helper: got ''"),
        ({"kind": "credentials-store", "helper": "a b"}, "runner.access.helper: got 'a b'"),
        (_STATIC | {"kind": "credential-helper"}, "if a helper fails, the runner drops the whole document"),
        (_STATIC | {"kind": "credentials-store"}, "if a helper fails, the runner drops the whole document"),
        (_STATIC | {"registry_hosts": [_OWN]}, "static takes logins only; take `registry_hosts` out"),
        (
            _STATIC | {"registries": [_OURS], "helper": "a"},
            "static takes logins only; take `registries` and `helper` out",
        ),
        (_STORE | {"registry_hosts": [_OWN]}, "write `kind`: credential-helper"),
        (_STORE | {"registries": [_THEIRS]}, "runner.access.registries: got `registries` beside credentials-store"),
        ({"registries": [{**_OURS, "account": "1"}]}, "runner.access.registries[0].account: got '1'; write the twelve"),
        (
            {"registries": [_THEIRS, _OURS], "registry_hosts": [_OTHER_FIPS]},
            f"runner.access.registry_hosts: got no host of the registry {_OWN}; write the forms of it",
        ),
        ({"registry_hosts": [f"https://{_OWN}"]}, f"credHelpers: got the key 'https://{_OWN}'"),
        ({"helper": "docker-credential-ecr-login"}, "write it without docker-credential-: ecr-login"),
    ],
)
def test_access_that_would_not_work_is_refused(access: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the messages below are the match
        home_config(access, _OWN)
    assert message in str(caught.value)


def test_kinds_of_access_with_a_drawback_give_a_warning() -> None:
    assert warnings({}) == []
    assert "every job on this runner can read the passwords" in warnings(_STATIC)[0]
    assert "asked for all registries" in warnings(_STORE)[0]
