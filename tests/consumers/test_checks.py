from typing import Any

import pytest

from components.consumers.checks import check_consumers
from components.names.access import Access

_PUSH = {"push": ["app"], "id": 7, "namespace_id": 2}
_SECRET = {"access": Access.JOB_SECRET, "pull": ["app"], "id": 7, "namespace_id": 2}
_JOBS = {"access": Access.JOB_ROLE, "pull": ["app"], "id": 7, "namespace_id": 2}


def _check(consumers: dict[str, Any], url: str = "https://gitlab.com") -> None:
    check_consumers(consumers, url)


@pytest.mark.parametrize(
    "consumer",
    [
        {"pull": ["ci/*"]},
        {
            "pull": ["ci/node"],
            "kind": "group",
            "id": 20,
            "adopt": True,
            "environment_scopes": ["production", "review/*"],
        },
        {"pull": ["app"], "host_forms": ["fips"], "registries": [{"account": "1" * 12, "region": "eu-west-1"}]},
        {"pull": ["ci/*"], **_PUSH},
        _PUSH,
        {"access": Access.STATIC, "auths": {"r.io": {"username": "u", "password": "p"}}},
        {"access": Access.CREDENTIAL_HELPER, "helper": "ecr-login"},
        {"access": Access.CREDENTIALS_STORE, **_PUSH},
        {
            **_JOBS,
            "branches": ["main"],
            "caches": ["quay"],
            "registries": [{"account": "1" * 12, "region": "eu-west-1"}],
        },
        {**_JOBS, "unprotected_refs": True},
        {**_JOBS, **_PUSH},
        _SECRET,
        {
            **_SECRET,
            **_PUSH,
            "unprotected_refs": True,
            "caches": ["quay"],
            "generation": 2,
            "host_forms": ["fips"],
            "registries": [{"account": "1" * 12, "region": "eu-west-1"}],
            "kms_key": "arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555",
        },
        {"access": Access.ACCESS_KEYS, "pull": ["ci/*"], "long_lived_keys": True, "protected": False},
    ],
)
def test_a_correct_consumer_of_each_access_is_accepted(consumer: dict[str, Any]) -> None:
    _check({"acme/web": consumer})


@pytest.mark.parametrize(
    ("consumer", "message"),
    [
        ({}, r"pull: got none; write repositories, or a pattern such as"),
        ({"pull": []}, r"pull: got none; write"),
        ({"pull": ["ci/*"], "kind": "user"}, r"kind: got 'user'; write one of project, group, instance"),
        ({"pull": ["ci/*"], "variable_type": "text"}, r"variable_type: got 'text'; write file or env_var"),
        ({"pull": ["ci/*"], "environment_scopes": []}, r"environment_scopes: got \[\]; write each scope once"),
        ({"pull": ["ci/*"], "environment_scopes": ["a", "a"]}, r"environment_scopes: got \['a', 'a'\]"),
        (
            {"pull": ["ci/*"], "helper": "x"},
            r"helper: means nothing with `access` rotated-variable; leave it out, or",
        ),
        ({"access": Access.STATIC}, r"auths: got none; write `username` and `password` by registry host"),
        (
            {"access": Access.STATIC, "pull": ["ci/*"]},
            r"pull: means nothing with `access` static; leave it out, or write",
        ),
        ({"access": Access.CREDENTIAL_HELPER, "adopt": True}, r"adopt: means nothing with `access` credential-helper"),
        ({"access": Access.ACCESS_KEYS, "pull": ["app"], "variable_type": "file"}, r"variable_type: means nothing wit"),
        ({"access": Access.ACCESS_KEYS}, r"pull: got none"),
        ({"access": Access.ACCESS_KEYS, "pull": ["app"]}, r"long_lived_keys: got nothing; access keys never expire"),
        ({"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": False}, r"long_lived_keys: got false"),
        (
            {
                "access": Access.ACCESS_KEYS,
                "pull": ["app"],
                "long_lived_keys": True,
                "environment_scopes": ["a", "b"],
            },
            r"environment_scopes: got \['a', 'b'\]; an IAM user has one pair of variables",
        ),
        (
            {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True, **_PUSH},
            r"push: AWS clients prefer access keys to a role",
        ),
        (
            {"pull": ["app"], "branches": ["main"]},
            r"branches: means nothing without `push`; leave it out, or write",
        ),
        ({**_PUSH, "kind": "group"}, r"push: a group has no jobs"),
        ({**_JOBS, "kind": "group"}, r"access: a group has no jobs"),
        ({**_JOBS, "pull": []}, r"pull: got none; write repositories, or a pattern such as"),
        ({"access": Access.JOB_ROLE, "pull": ["app"], "id": 7}, r"namespace_id: missing; write the number"),
        ({"access": Access.JOB_SECRET, "id": 7, "namespace_id": 2}, r"pull: got none; write repositories"),
        ({"access": Access.JOB_SECRET, "pull": ["app"], "id": 7}, r"namespace_id: missing; write the number"),
        ({**_SECRET, "kind": "group"}, r"access: a group has no jobs, and a role for all of its projects would trust"),
        ({**_SECRET, "protected": True}, r"protected: means nothing with `access` job-secret"),
        ({**_SECRET, "adopt": True}, r"adopt: means nothing with `access` job-secret"),
        ({"pull": ["app"], "kms_key": "arn"}, r"kms_key: means nothing with `access` rotated-variable"),
        ({**_JOBS, "hidden": True}, r"hidden: means nothing with `access` job-role"),
        ({**_JOBS, "environment_scopes": ["production"]}, r"environment_scopes: means nothing with `access` job-role"),
        (
            {"pull": ["app"], "unprotected_refs": True},
            r"unprotected_refs: means nothing with `access` rotated-variable",
        ),
        (
            {**_JOBS, **_PUSH, "unprotected_refs": True},
            r"unprotected_refs: got true; a role that pushes trusts protected",
        ),
        (
            {"push": ["app"], "id": 7},
            r"namespace_id: missing; write the number, which GitLab shows on the group's page",
        ),
        ({"push": ["app"]}, r"id: missing; write the number, which GitLab shows on the project's page"),
    ],
)
def test_a_mistake_is_reported_with_its_key(consumer: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"^consumers\.acme/web\.{message}"):
        _check({"acme/web": consumer})


def test_a_push_from_a_self_managed_gitlab_needs_no_ids() -> None:
    _check({"acme/web": {"push": ["app"], "branches": ["main"]}}, "https://gitlab.example.com")


@pytest.mark.parametrize("access", [Access.JOB_ROLE, Access.JOB_SECRET])
def test_on_a_self_managed_gitlab_refs_are_named_or_all_of_them_admitted(access: Access) -> None:
    for refs in ({"branches": ["main"]}, {"unprotected_refs": True}):
        _check({"acme/web": {"access": access, "pull": ["app"], **refs}}, "https://gitlab.example.com")


def test_where_any_ref_may_read_the_refs_that_may_push_have_to_be_named() -> None:
    consumer = {"access": Access.JOB_SECRET, "pull": ["app"], "push": ["app"], "unprotected_refs": True}
    _check({"acme/web": {**consumer, "branches": ["main"]}}, "https://gitlab.example.com")
    with pytest.raises(
        ValueError, match=r"^consumers\.acme/web\.branches: missing; AWS cannot recognise a protected ref"
    ):
        _check({"acme/web": consumer}, "https://gitlab.example.com")


def test_two_consumers_of_one_owner_are_refused() -> None:
    consumers = {"acme/old": {"pull": ["app"], "id": 7}, "acme/new": {"pull": ["app"], "id": 7}}
    with pytest.raises(
        ValueError, match=r"^consumers\.acme/new\.id: `consumers`\.acme/old is project 7 too; write one"
    ):
        _check(consumers)
    _check({**consumers, "acme/old": {"pull": ["app"], "id": 7, "kind": "group"}})
