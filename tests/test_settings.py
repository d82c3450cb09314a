"""The stack file: a correct file becomes a declaration, and each mistake gets a line."""

from typing import Any

import pulumi
import pytest

import settings
from components.names.access import Access
from stack_file.mistakes import SettingsError
from validation.recorder import Recorder

RIGHT: dict[str, Any] = {"account": "123456789012", "repositories": {"ci/node": {}}}


def parse(**changes: Any) -> Any:
    return settings.parse({**RIGHT, **changes}, stack="prod", region="eu-central-1")


def test_the_smallest_stack_file_gets_every_default() -> None:
    assert parse() == {
        "account": "123456789012",
        "region": "eu-central-1",
        "stack": "prod",
        "prefix": "gitlab-ecr-prod",
        "repositories": {"ci/node": {}},
    }


def test_camel_case_keys_become_arguments_at_every_depth() -> None:
    declaration = parse(
        consumers={"acme/web": {"pull": ["ci/node"], "environmentScopes": ["prod"]}},
        rotation={"tolerateOutage": "7 hours"},
    )
    assert declaration["consumers"] == {"acme/web": {"pull": ["ci/node"], "environment_scopes": ["prod"]}}
    assert declaration["rotation"] == {"tolerate_outage": "7 hours"}


def test_nested_values_come_as_json_text_from_the_engine() -> None:
    assert parse(repositories='{"ci/node": {}}') == parse()


def test_a_repository_with_nothing_after_its_name_has_every_default() -> None:
    assert parse(repositories={"ci/node": None}) == parse()


def test_names_of_repositories_and_consumers_stay_as_they_are() -> None:
    assert parse(repositories={"snake_case/camelCase": {}})["repositories"] == {"snake_case/camelCase": {}}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"consumer": {}}, "gitlab-ecr:consumer: no such key; did you mean consumers?"),
        ({"consumers": {"a/b": {"pul": []}}}, "gitlab-ecr:consumers.a/b.pul: no such key; did you mean pull?"),
        (
            {"consumers": {"a/b": {"auths": {"r.example.com": {"username": "u"}}}}},
            "gitlab-ecr:consumers.a/b.auths.r.example.com.password: missing; write text",
        ),
        (
            {"consumers": {"a/b": {"access": "magic"}}},
            "gitlab-ecr:consumers.a/b.access: got 'magic'; write one of rotated-variable, credential-helper, ",
        ),
        ({"rotationBackend": "gitlb"}, "gitlab-ecr:rotationBackend: got 'gitlb'; did you mean gitlab? write"),
        (
            {"rotation": {"job": {"branch": "main"}}},
            "gitlab-ecr:rotation.job.project: missing; write text, such as",
        ),
        (
            {"rotation": {"job": {"project": "a/b", "id": "42"}}},
            "gitlab-ecr:rotation.job.id: got '42'; write a number, without quotes: 42",
        ),
        ({"consumers": {"a/b": {"pull": "ci/*"}}}, "gitlab-ecr:consumers.a/b.pull: got 'ci/*'; write a list, such"),
        ({"consumers": {"a/b": {"pull": [3]}}}, "gitlab-ecr:consumers.a/b.pull[0]: got 3; write it in quotes"),
        (
            {"consumers": {"a/b": {"pull": ["x"], "adopt": "yes"}}},
            "gitlab-ecr:consumers.a/b.adopt: got 'yes'; write true or false, without quotes",
        ),
        ({"consumers": ["a/b"]}, "gitlab-ecr:consumers: got ['a/b']; write keys and values below it"),
        ({"account": 123456789012}, "gitlab-ecr:account: got 123456789012; write it in quotes"),
        ({"gitlab": {"concurrency": True}}, "gitlab-ecr:gitlab.concurrency: got true; write a whole number"),
        ({"repositories": "{broken"}, "gitlab-ecr:repositories: not JSON"),
    ],
)
def test_a_mistake_names_the_key_what_it_holds_and_what_to_write(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(**changes)
    assert line in str(refused.value)


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        settings.parse({"acount": "1"}, stack="prod", region=None)
    assert [line.strip().split(";")[0] for line in str(refused.value).splitlines()] == [
        "the stack file is wrong:",
        "gitlab-ecr:acount: no such key",
        "gitlab-ecr:account: missing",
        "aws:region: missing",
        "gitlab-ecr:repositories: missing",
    ]


def test_the_prefix_of_a_stack_with_a_difficult_name_is_a_valid_one() -> None:
    declaration = settings.parse(RIGHT, stack="Team_A.production-eu-central", region="eu-central-1")
    assert declaration["prefix"].startswith("gitlab-ecr-team-a")
    assert len(declaration["prefix"]) <= 30


def test_an_encrypted_value_reaches_the_component_as_a_secret(recorder: None) -> None:
    async def program() -> None:
        pulumi.runtime.set_all_config(
            {
                "aws:region": "eu-central-1",
                "gitlab-ecr:account": "123456789012",
                "gitlab-ecr:repositories": "{}",
                "gitlab-ecr:consumers": '{"a/b": {"access": "static", "auths": {"r.io": '
                '{"username": "u", "password": "fake-password"}}}}',
            },
            ["gitlab-ecr:consumers"],
        )
        consumer = settings.read().get("consumers", {})["a/b"]
        password = pulumi.Output.from_input(consumer.get("auths", {})["r.io"]["password"])
        assert consumer.get("access") is Access.STATIC
        assert await password.is_secret()
        assert await password.future() == "fake-password"

    pulumi.runtime.test(program)()


def test_a_value_that_is_not_encrypted_stays_plain() -> None:
    consumer = parse(consumers={"a/b": {"auths": {"r.io": {"username": "u", "password": "made-up"}}}})["consumers"]
    assert consumer == {"a/b": {"auths": {"r.io": {"username": "u", "password": "made-up"}}}}


@pytest.mark.parametrize(
    "consumers",
    [
        {"a/b": {"auths": {"r.io": "u:fake-password"}}},
        {"a/b": {"auths": ["fake-password"]}},
        {"a/b": {"access": "fake-password"}},
        {"a/b": {"pull": ["ci/node", {"fake-password": 1}]}},
        "fake-password",
    ],
)
def test_a_mistake_beside_an_encrypted_value_shows_no_value(consumers: Any) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.parse({**RIGHT, "consumers": consumers}, stack="prod", region="eu-central-1", secret={"consumers"})
    assert "got [secret]; write" in str(refused.value)
    assert "fake-password" not in str(refused.value)


def test_a_number_beside_an_encrypted_value_is_not_a_secret(recorder: Recorder) -> None:
    consumers = {
        "acme/web": {"id": 41, "pull": ["ci/node"]},
        "acme/partner": {"access": "static", "auths": {"r.io": {"username": "u", "password": "fake-password"}}},
    }
    parsed = settings.parse(
        {**RIGHT, "consumers": consumers}, stack="prod", region="eu-central-1", secret={"consumers"}
    )
    (web, partner) = parsed.get("consumers", {}).values()
    assert web.get("id") == 41
    assert isinstance(partner.get("auths", {})["r.io"]["password"], pulumi.Output)
