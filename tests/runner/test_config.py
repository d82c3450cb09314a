"""config.toml: everything that is declared, and only keys and types that gitlab-runner knows."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runner_args import runner_args

from components.runner import keys as runner_keys
from components.runner.config import config, render, runner_section

_DECLARATION: dict[str, Any] = {
    "name": "build",
    "gitlab_url": "https://gitlab.example.com",
    "concurrent": 4,
    "check_interval": 3,
    "log_level": "info",
    "more": {"session_server": {"listen_address": "[::]:8093"}},
    "limit": 2,
    "environment": ["LANG=C.UTF-8"],
    "feature_flags": {"FF_NETWORK_PER_BUILD": True},
    "runner_more": {"labels": {"team": "ci"}, "get_sources_timeout": "10m"},
    "docker": {
        "image": "ruby:2.6",
        "services": [
            {"name": "mysql:latest", "alias": "db", "entrypoint": [""], "environment": ["MYSQL_DATABASE=ci"]},
            {"name": "super/sql:experimental", "entrypoint": ["/bin/sh", "-c"], "command": ["run"]},
        ],
        "pull_policy": ["always", "if-not-present"],
        "allowed_pull_policies": ["always"],
        "allowed_images": ["registry.example.com/**"],
        "privileged": False,
        "volumes": ["/cache"],
        "more": {"extra_hosts": ["a:127.0.0.1"], "privileged": True},
    },
    "cache": {"s3": {"bucket_name": "b", "authentication_type": "iam", "more": {"RoleARN": "r"}}, "shared": True},
    "autoscaler": {
        "plugin": "aws:latest",
        "plugin_config": {"name": "my-asg"},
        "capacity_per_instance": 1,
        "connector_config": {"username": "ec2-user", "keepalive": "30s"},
        "policy": [{"idle_count": 1, "idle_time": "20m", "periods": ["* * * * *"]}],
    },
}


def test_every_section_is_rendered_as_the_runner_reads_it() -> None:
    loaded = tomllib.loads(render(config(runner_args(_DECLARATION), 7, "glrt-fake", ["A=b"])))
    (runner,) = loaded.pop("runners")
    assert loaded == {
        "concurrent": 4,
        "check_interval": 3,
        "log_level": "info",
        "session_server": {"listen_address": "[::]:8093"},
    }
    assert runner == {
        "name": "build",
        "url": "https://gitlab.example.com",
        "id": 7,
        "token": "glrt-fake",
        "executor": "docker-autoscaler",
        "limit": 2,
        "environment": ["LANG=C.UTF-8", "A=b"],
        "feature_flags": {"FF_NETWORK_PER_BUILD": True},
        "labels": {"team": "ci"},
        "get_sources_timeout": "10m",
        "docker": {
            "image": "ruby:2.6",
            "services": [
                {"name": "mysql:latest", "alias": "db", "entrypoint": [""], "environment": ["MYSQL_DATABASE=ci"]},
                {"name": "super/sql:experimental", "entrypoint": ["/bin/sh", "-c"], "command": ["run"]},
            ],
            "pull_policy": ["always", "if-not-present"],
            "allowed_pull_policies": ["always"],
            "allowed_images": ["registry.example.com/**"],
            "privileged": False,
            "volumes": ["/cache"],
            "extra_hosts": ["a:127.0.0.1"],
        },
        "cache": {
            "Type": "s3",
            "Shared": True,
            "s3": {"BucketName": "b", "AuthenticationType": "iam", "RoleARN": "r"},
        },
        "autoscaler": {
            "plugin": "aws:latest",
            "plugin_config": {"name": "my-asg"},
            "capacity_per_instance": 1,
            "connector_config": {"username": "ec2-user", "keepalive": "30s"},
            "policy": [{"idle_count": 1, "idle_time": "20m", "periods": ["* * * * *"]}],
        },
    }
    runner_keys.check(loaded | {"runners": [runner]}, "Config", "config.toml")


def test_kubernetes_is_rendered_with_its_pull_settings() -> None:
    kubernetes = {
        "namespace": "ci",
        "image": "ruby:3.4",
        "image_pull_secrets": ["registry"],
        "use_service_account_image_pull_secrets": True,
        "pull_policy": ["always"],
        "more": {"node_selector": {"pool": "ci"}, "pod_security_context": {"run_as_non_root": True}},
    }
    section = runner_section(runner_args({"kubernetes": kubernetes}))
    assert section["executor"] == "kubernetes"
    more = kubernetes.pop("more")
    assert section["kubernetes"] == kubernetes | more


_any_text = st.text(st.characters(exclude_categories=["Cs"]))


@given(_any_text, _any_text.filter(lambda text: "$" not in text), _any_text)
def test_any_text_in_any_value_reads_back_the_same(script: str, value: str, word: str) -> None:
    declaration = {
        "name": word,
        "pre_build_script": script,
        "environment": [f"KEY={value}"],
        "docker": {
            "image": "ruby:3.4",
            "services": [{"name": "x", "alias": word, "command": [script], "entrypoint": [""]}],
            "volumes": [word],
            "more": {"container_labels": {"label": script}},
        },
    }
    document = config(runner_args(declaration), 7, script)
    assert tomllib.loads(render(document)) == document
    (runner,) = document["runners"]
    assert (runner["pre_build_script"], runner["environment"]) == (script, [f"KEY={value}"])
    assert runner["docker"]["services"][0]["command"] == [script]
    # The machine's script finds the token by the start of a line.
    assert [line for line in render(document).splitlines() if line.startswith("token = ")] == [
        line for line in render(document).splitlines() if line.lstrip().startswith("token = ")
    ]


def _with(docker: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"name": "build", "docker": {"image": "ruby:3.4"} | (docker or {})} | more


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        (_with({"image": "Ruby:3"}), "runner.docker.image: 'Ruby:3' has upper-case letters"),
        (_with({"image": "$IMAGE"}), "runner.docker.image: '$IMAGE' holds a variable"),
        ({"name": "build"}, "runner.docker.image: got none; the docker executor needs"),
        (_with({"pull_policy": ["allways"]}), "runner.docker.pull_policy[0]: got 'allways'; write one of always"),
        (_with({"allowed_pull_policies": ["no"]}), "runner.docker.allowed_pull_policies[0]: got 'no'"),
        (_with({"allowed_pull_policies": ["never"]}), "so that every job fails; add one of them"),
        (_with({"services": [{"alias": "db"}]}), "runner.docker.services[0].name: got none; write the service's image"),
        (_with({"services": ["mysql:latest"]}), "runner.docker.services[0]: got 'mysql:latest'; write a table"),
        (
            _with({"services": [{"name": "x", "environment": ["A"]}]}),
            "runner.docker.services[0].environment[0]: has no",
        ),
        (_with(environment=["A=b", "NOT_SET"]), "runner.environment[1]: has no `=`"),
        (_with(environment=["A B=c"]), "runner.environment[0]: got the key 'A B'"),
        (_with(environment=["PATH=$HOME/bin"]), "runner.environment[0]: (PATH) got a value with a `$`"),
        (
            _with({"allowed_images": ["r.example.com/*"]}),
            "never matches r.example.com/team/app; write r.example.com/**",
        ),
        (_with({"allowed_services": ["r:5000/*:1"]}), "write r:5000/**:1"),
        (
            _with(gitlab_url="gitlab.example.com"),
            "'gitlab.example.com', which does not begin with",
        ),
        (_with(gitlab_url="https://$HOST"), "runner.gitlab_url: got 'https://$HOST' with a `$`"),
        (_with(executor="docker+machine"), "runner.executor: got 'docker+machine'"),
        (_with(executor="podman"), "runner.executor: got 'podman'; write one of docker"),
        (_with(executor="docker-autoscaler"), "runner.autoscaler: got none"),
        (_with(kubernetes={"namespace": "x"}, executor="docker"), "runner.kubernetes: the docker executor does not"),
        (_with(feature_flags={"NETWORK": True}), "runner.feature_flags.NETWORK: got 'NETWORK'"),
        (_with(feature_flags={"FF_X": "yes"}), "runner.feature_flags.FF_X: got 'yes'; write true or false"),
        (
            _with({"more": {"priviledged": True}}),
            "runner.docker: gitlab-runner has no key 'priviledged' here; write 'privileged'",
        ),
        (_with({"privileged": "yes"}), "runner.docker.privileged: got 'yes'; write true or false"),
        (_with({"shm_size": True}), "runner.docker.shm_size: got True; write a whole number"),
        (_with({"volumes": "/cache"}), "runner.docker.volumes: got '/cache'; write a list"),
        (_with(runner_more={"tags": ["x"]}), "runner: 'tags' is stored by GitLab"),
        (_with(runner_more={"id": 7}), "runner.runner_more: names id"),
        (_with(more={"concurent": 1}), "runner: gitlab-runner has no key 'concurent' here; write 'concurrent'"),
        ({"name": "build", "docker": "ruby"}, "runner.docker: got 'ruby'; write a table"),
        (
            _with(autoscaler={"plugin": "aws", "policy": [{"idle_time": "20 minutes"}]}),
            "runner.autoscaler.policy[0].idle_time: got '20 minutes'; write a duration",
        ),
    ],
)
def test_a_value_that_the_runner_would_fail_on_is_refused_with_its_key(
    declaration: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"^runner") as caught:
        config(runner_args(declaration), 7, "glrt-fake")
    assert message in str(caught.value)


def test_the_value_of_an_environment_entry_is_not_shown_in_an_error() -> None:
    with pytest.raises(ValueError, match="PASSWORD") as caught:
        config(runner_args(_with(environment=["PASSWORD=fake$secret"])), 7, "glrt-fake")
    assert "fake" not in str(caught.value)


def test_every_type_in_the_table_of_known_keys_is_known() -> None:
    types = runner_keys.known_keys()
    plain = {"string", "bool", "int", "float", "duration", "time", "any", "string or []string"}
    for section in types.values():
        for type_ in section.values():
            innermost = type_.removeprefix("map ").removeprefix("[]").removeprefix("[]")
            assert type_ in plain or innermost in plain or innermost in types
