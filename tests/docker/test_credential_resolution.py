"""The resolver agrees with the answers that were measured on the real runner, case by case."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from components.docker.credential_resolution import (
    HOME,
    JOB_PAYLOAD,
    VARIABLE,
    Outcome,
    PayloadCredential,
    image_path,
    registry_path,
    resolve,
)

_MEASURED = Path(os.environ.get("RUNNER_AUTH_VECTORS") or Path(__file__).parents[1] / "data" / "runner-auth.json")


def _cases() -> list[Any]:
    return json.loads(_MEASURED.read_text())["cases"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in _cases()])
def test_the_answer_is_that_of_the_real_runner(case: dict[str, Any]) -> None:
    helpers = {
        name: {server: (user, password) for server, (user, password) in known.items()}
        for name, known in case["helpers"].items()
    }
    answer = resolve(case["image"], case["docker_auth_config"], case["home_config"], helpers)
    message: dict[str, Any] = {"outcome": answer.outcome.value}
    if answer.source:
        credential = answer.credential
        message |= {"source": answer.source, "username": credential.username, "password": credential.password}
    if answer.warnings:
        message["warnings"] = [f"WARN {warning}" for warning in answer.warnings]
    assert message == case["expect"]


_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_DIGEST = "sha256:" + "a" * 64
_HELPERS = {"x": {_HOST: ("AWS", "helper")}}


def _auths(**passwords: str) -> str:
    entries = {key: {"username": "u", "password": password} for key, password in passwords.items()}
    return json.dumps({"auths": entries})


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("ruby", "docker.io/ruby"),
        ("ruby:2.6", "docker.io/ruby"),
        ("library/ruby", "docker.io/library/ruby"),
        ("index.docker.io/ruby", "docker.io/ruby"),
        ("Index.Docker.IO/ruby", "docker.io/ruby"),
        ("registry-1.docker.io/ruby", "registry-1.docker.io/ruby"),
        ("localhost/x", "localhost/x"),
        ("LOCALHOST/x", "localhost/x"),
        ("localhost", "docker.io/localhost"),
        ("host:5000/a/b:1", "host:5000/a/b"),
        ("Host.example.com/A/b", "host.example.com/A/b"),
        (f"r.example.com/a@{_DIGEST}", "r.example.com/a@sha256"),
        (f"r.example.com/a:1@{_DIGEST}", "r.example.com/a"),
        ("r.example.com//a/../b", "r.example.com/b"),
        ("docker://r.example.com/x", "docker:/r.example.com/x"),
        ("", "docker.io"),
    ],
)
def test_an_image_is_looked_for_under_this_path(image: str, path: str) -> None:
    assert image_path(image) == path


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("https://R.example.com:5000/v1/", "r.example.com:5000"),
        ("HTTP://r.example.com", "r.example.com"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("index.docker.io", "index.docker.io"),
        ("r.example.com/", "r.example.com"),
        ("r.example.com/a/B:tag", "r.example.com/a/B"),
        ("r.example.com:5000", "r.example.com:5000"),
        ("r.example.com//", "r.example.com/"),
        ("oci://r.example.com", "oci://r.example.com"),
    ],
)
def test_a_key_means_this_path(key: str, path: str) -> None:
    assert registry_path(key) == path


def test_the_longest_path_wins_over_the_order_of_sources() -> None:
    home = _auths(**{f"{_HOST}/team": "path"})
    answer = resolve(f"{_HOST}/team/app:1", _auths(**{_HOST: "host"}), home)
    assert (answer.source, answer.key, answer.credential.password) == (HOME, f"{_HOST}/team", "path")
    assert dict(answer.passed_over)[VARIABLE] == f"its entry {_HOST} is shorter than {_HOST}/team"
    assert resolve(f"{_HOST}/team2/app:1", None, home).outcome is Outcome.NONE


def test_the_jobs_own_credentials_come_last() -> None:
    payload = [
        PayloadCredential("registry.gitlab.example.com", "gitlab-ci-token", "fake"),
        PayloadCredential("other.example.com", "x", "fake", type="other"),
    ]
    answer = resolve("registry.gitlab.example.com/a/b:1", payload=payload)
    assert (answer.source, answer.credential.username) == (JOB_PAYLOAD, "gitlab-ci-token")
    shadowed = resolve(
        "registry.gitlab.example.com/a/b:1", _auths(**{"registry.gitlab.example.com": "p"}), payload=payload
    )
    assert shadowed.source == VARIABLE
    assert "is read first" in dict(shadowed.passed_over)[JOB_PAYLOAD]
    assert resolve("other.example.com/x", payload=payload).outcome is Outcome.NONE


@pytest.mark.parametrize("name", ["../x", "a/b", "", "/x"])
def test_a_helper_with_a_path_fails_the_pull_from_any_source(name: str) -> None:
    document = json.dumps({"credHelpers": {"other.example.com": name}})
    for texts in ((document, None), (None, document)):
        answer = resolve(f"{_HOST}/x", *texts, helpers=_HELPERS)
        assert (answer.outcome, answer.error) == (Outcome.ERROR, "path traversal is not allowed")


def test_a_helper_that_does_not_know_a_server_hides_the_static_entry_of_the_same_key() -> None:
    document = json.dumps(
        {"auths": {"r.example.com": {"username": "u", "password": "p"}}, "credHelpers": {"r.example.com": "x"}}
    )
    assert resolve("r.example.com/a", document, helpers=_HELPERS).outcome is Outcome.NONE


def test_helpers_overwrite_the_store_which_overwrites_auths() -> None:
    store_only = {"auths": {_HOST: {"username": "u", "password": "static"}}, "credsStore": "y"}
    helpers = _HELPERS | {"y": {_HOST: ("AWS", "store")}}
    assert resolve(f"{_HOST}/x", json.dumps(store_only), helpers=helpers).credential.password == "store"
    both = store_only | {"credHelpers": {_HOST: "x"}}
    assert resolve(f"{_HOST}/x", json.dumps(both), helpers=helpers).credential.password == "helper"


def test_a_missing_store_makes_the_runner_drop_its_source_with_a_warning() -> None:
    answer = resolve(f"{_HOST}/x", '{"credsStore":"gone"}', _auths(**{_HOST: "home"}))
    assert answer.source == HOME
    (warning,) = answer.warnings
    assert warning == (
        "Failed to resolve credentials from $DOCKER_AUTH_CONFIG: error listing credentials - err: exec: "
        '"docker-credential-gone": executable file not found in $PATH, out: ``. '
        "Credentials from this source will not be used."
    )


def test_an_identity_token_of_a_helper_is_not_used_as_a_password() -> None:
    answer = resolve(f"{_HOST}/x", '{"credsStore":"x"}', helpers={"x": {_HOST: ("<token>", "fake")}})
    assert (answer.credential.username, answer.credential.password) == ("", "")
    assert answer.credential.identity_token == "fake"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"auths":{"*.amazonaws.com":{}}}', "the runner does not support wildcards"),
        (f'{{"auths":{{"{_HOST}:443":{{}}}}}}', "which is another port"),
        (f'{{"auths":{{"{_HOST}/team":{{}}}}}}', "which is another path"),
        ('{"auths":{"h":{"auth":"***"}}}', "the runner drops all of it: illegal base64 data at input byte 0"),
        ('{"auths":{}}', "names no registry"),
        (None, "is not set"),
    ],
)
def test_the_output_says_why_a_source_was_not_used(document: str | None, reason: str) -> None:
    assert reason in dict(resolve(f"{_HOST}/x:1", document).passed_over)[VARIABLE]
