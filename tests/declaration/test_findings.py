"""All mistakes in a declaration are reported at once, each with its key."""

from typing import Any

import pytest

from components.declaration.findings import find
from components.names.access import Access, RunnerAccess

_OURS = {"account": "123456789012", "region": "eu-central-1"}
_IMAGE = {"docker": {"image": "ruby:3.4"}, "group_id": 20}


def _found(**changes: Any) -> list[str]:
    args: Any = {**_OURS, "prefix": "gitlab-ecr-dev", "stack": "dev", "repositories": {"ci/python": {}}, **changes}
    return [str(mistake) for mistake in find(args).found]


def test_a_right_declaration_has_none() -> None:
    assert _found(consumers={"acme/web": {"pull": ["ci/*"]}}, runners={"build": _IMAGE}) == []


def test_mistakes_of_every_part_are_collected() -> None:
    found = _found(
        account="1234",
        region="eu-central-1a",
        gitlab={"url": "gitlab.example.com", "concurrency": 0},
        repositories={"CI": {"mutable_tags": ["*a*b*"], "lifecycle_rules": [{"keep": 0}, {"tags": ["x"]}]}},
        caches={"hub": {"upstream": "docker-hub"}},
        consumers={"acme/web": {"pull": ["CI"], "kind": "Group", "host_forms": ["x"]}, "/acme/x/": {"pull": ["a"]}},
        runners={"build": {"group_id": 1, "project_id": 2, "docker": {"image": "Ruby", "pull_policy": ["often"]}}},
        rotation={"interval": "2h", "alarm_emails": ["me"], "access_key_age": "100 days"},
        max_session_duration=60,
    )
    places = [line.split(": ")[0] for line in found]
    assert places == [
        "account",
        "region",
        "gitlab.url",
        "gitlab.concurrency",
        "max_session_duration",
        "repositories.CI",
        "repositories.CI.mutable_tags[0]",
        "repositories.CI.lifecycle_rules[0].keep",
        "repositories.CI.lifecycle_rules[1]",
        "caches.hub.credential_arn",
        "consumers.acme/web.kind",
        "consumers./acme/x/",
        "consumers.acme/web.pull[0]",
        "consumers./acme/x/.pull[0]",
        "consumers.acme/web.host_forms",
        "runners.build",
        "runners.build.docker.image",
        "runners.build.docker.pull_policy[0]",
        "rotation.interval",
        "rotation.alarm_emails[0]",
        "rotation.access_key_age",
    ]


@pytest.mark.parametrize(
    ("runner", "message"),
    [
        (
            {"access": {"kind": RunnerAccess.STATIC, "pull": ["ci/*"], "logins": {"r.io": {"username": "u"}}}},
            "runners.aws.access.pull: means nothing with static access",
        ),
        ({"access": {"caches": []}, "machine": {"image_id": "ami-1"}}, "runners.aws.access.pull: got none; write the"),
        ({"access": {"caches": ["quay"]}}, "runners.aws.access.caches: means nothing without `pull`"),
        (
            {"access": {"registries": [{"account": "1", "region": "eu-west-1"}]}},
            "runners.aws.access.registries[0].account: got '1'; write the twelve",
        ),
    ],
)
def test_useless_rights_are_refused(runner: Any, message: str) -> None:
    found = _found(caches={"quay": {"upstream": "quay"}}, runners={"aws": {**_IMAGE, **runner}})
    assert [line for line in found if line.startswith(message)]


@pytest.mark.parametrize("access", [Access.ROTATED_VARIABLE, Access.CREDENTIAL_HELPER, Access.JOB_ROLE])
def test_an_impossible_registry_is_reported_at_its_place(access: Access) -> None:
    consumer: dict[str, Any] = {"access": access, "registries": [{**_OURS, "account": "1"}]}
    if access is not Access.CREDENTIAL_HELPER:
        consumer["pull"] = ["a"]
    found = _found(consumers={"acme/web": consumer})
    assert any(line.startswith("consumers.acme/web.registries[0].account: got '1'; write the twelve") for line in found)


_OF_JOBS: dict[str, Any] = {
    "acme/images": {"push": ["ci/*"], "id": 7},
    "acme/other": {"push": ["ci/*"], "id": 8, "branches": ["release/*"]},
    "acme/keys": {"access": "access-keys", "pull": ["ci/*"]},
    "acme": {"kind": "group", "pull": ["ci/*"]},
    "everyone": {"kind": "instance", "pull": ["ci/*"]},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"gitlab": {"url": "gitlab.example.com"}},
        {"gitlab": {"url": "http://gitlab.example.com"}},
        {"gitlab": {"url": ""}},
        {"account": "1234"},
        {"region": "eu-central-1a"},
        {"prefix": "A b"},
        {"account": "1234", "region": "", "prefix": "", "gitlab": {"url": "gitlab"}},
    ],
)
def test_no_message_shows_a_value_that_replaces_a_wrong_one(wrong: dict[str, Any]) -> None:
    args: Any = {
        **_OURS,
        "prefix": "gitlab-ecr-dev",
        "stack": "dev",
        "repositories": {"ci/python": {}},
        "gitlab": {"url": "https://gitlab.example.com"},
        "consumers": _OF_JOBS,
        **wrong,
    }
    found = find(args)
    reported = "\n".join(map(str, [*found.found, *found.warnings]))
    assert found.found
    assert [value for value in ("stand-in", "000000000000", "us-east-1") if value in reported] == []


def test_missing_branches_are_reported_even_while_the_url_is_wrong() -> None:
    consumers = {"acme/images": {"push": ["ci/*"], "id": 7}}
    for url in ("gitlab.example.com", "https://gitlab.example.com"):
        found = _found(gitlab={"url": url}, consumers=consumers)
        assert any(line.startswith("consumers.acme/images.branches: got none; AWS reads only") for line in found), url
