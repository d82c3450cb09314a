"""A consumer below another hides its variable: the warning says what is lost, and what to write to keep it."""

from typing import Any

import pytest

from components.declaration.nested import find_nested

_OURS: Any = {"account": "111111111111", "region": "eu-central-1"}
_THEIRS: Any = {"account": "222222222222", "region": "us-east-1"}
_LOGIN = {"username": "reader", "password": "fake"}


def _warnings(group: dict[str, Any], project: dict[str, Any]) -> list[str]:
    declared: Any = {"acme": {"kind": "group", **group}, "acme/web": project}
    return [warning.text for warning in find_nested(declared, _OURS).warnings]


def _static(*hosts: str) -> dict[str, Any]:
    return {"access": "static", "auths": dict.fromkeys(hosts, _LOGIN)}


@pytest.mark.parametrize(
    ("group", "project", "lost", "line"),
    [
        (
            _static("a.example.com", "b.example.com"),
            _static("a.example.com"),
            "the logins of b.example.com (`auths` of acme)",
            "a.example.com, b.example.com below its own `auths`",
        ),
        (
            {"pull": ["app"], "registries": [_OURS, _THEIRS]},
            {"pull": ["app"], "registries": [_OURS]},
            "the registries 222222222222 in us-east-1 (`registries` of acme)",
            "111111111111 in eu-central-1, 222222222222 in us-east-1 below its own `registries`",
        ),
        (  # without `registries`, it is the stack's own
            {"pull": ["app"]},
            {"pull": ["app"], "registries": [_THEIRS]},
            "the registries 111111111111 in eu-central-1 (`registries` of acme)",
            "222222222222 in us-east-1, 111111111111 in eu-central-1 below its own `registries`",
        ),
        (
            {"pull": ["app"], "host_forms": ["fips", "dual-stack"]},
            {"pull": ["app"], "host_forms": ["fips"]},
            "the host forms dual-stack (`host_forms` of acme)",
            "fips, dual-stack below its own `host_forms`",
        ),
        (
            {"access": "credential-helper", "helper": "pass"},
            {"access": "credential-helper"},
            "the helper pass (`helper` of acme)",
            "the same `helper`: pass, or leave the consumer out",
        ),
        (
            _static("a.example.com"),
            {"pull": ["app"]},
            "its access static (a.example.com)",
            "the same `access`: static, or leave the consumer out",
        ),
        (
            {"access": "credential-helper"},
            {"pull": ["app"]},
            "its access credential-helper (ecr-login)",
            "the same `access`: credential-helper, or leave the consumer out",
        ),
    ],
)
def test_it_names_what_is_lost_and_what_keeps_it(
    group: dict[str, Any], project: dict[str, Any], lost: str, line: str
) -> None:
    (text,) = _warnings(group, project)
    assert text == (
        "its DOCKER_AUTH_CONFIG completely replaces the one of group acme, so jobs of acme/web lose "
        f"{lost}. To keep all of that, write {line}"
    )


@pytest.mark.parametrize(
    ("group", "project"),
    [
        (_static("a.example.com"), _static("a.example.com", "b.example.com")),
        ({"pull": ["app"], "registries": [_OURS]}, {"pull": ["*"], "registries": [_THEIRS, _OURS]}),
        ({"pull": ["app"], "environment_scopes": ["production"]}, {"pull": ["ci"], "environment_scopes": ["review/*"]}),
        ({"access": "job-role", "pull": ["app"]}, {"pull": ["ci"]}),
        ({"pull": ["app"], "registries": [_OURS]}, {"pull": ["app"]}),
        ({"pull": ["app"], "host_forms": ["classic"]}, {"pull": ["app"]}),
        ({"access": "credential-helper", "helper": "ecr-login"}, {"access": "credential-helper"}),
    ],
)
def test_where_nothing_is_lost_there_is_no_warning(group: dict[str, Any], project: dict[str, Any]) -> None:
    assert _warnings(group, project) == []


def test_what_two_owners_above_have_is_named_once() -> None:
    declared: Any = {
        "instance": {"kind": "instance", "pull": ["app"], "registries": [_OURS, _THEIRS]},
        "acme": {"kind": "group", "pull": ["app"], "registries": [_OURS, _THEIRS]},
        "acme/web": {"pull": ["app"]},
    }
    (warning,) = find_nested(declared, _OURS).warnings
    assert warning.text.count("the registries 222222222222 in us-east-1") == 1
