"""Roles for jobs of a self-managed GitLab: the preview warns, and CI refuses a GitLab that it knows to be too old."""

import os
from typing import Any

import pulumi
import pytest

from components.bootstrap.bootstrap import Bootstrap
from components.iam.forks import fork_warning
from components.iam.identities import Identities
from validation.recorder import Recorder

_URL = "https://gitlab.example.com"
_JOBS = {"acme/app": {"project": "acme/app", "push": ["ci/app"], "branches": ["main"]}}


def _ci(version: str, url: str = _URL) -> dict[str, str]:
    return {"CI_SERVER_URL": url, "CI_SERVER_VERSION": version}


def test_gitlab_com_gives_no_warning() -> None:
    assert fork_warning("https://gitlab.com", {}, trusts_forks=False) is None
    assert fork_warning("https://gitlab.com", _ci("17.0.0", "https://gitlab.com"), trusts_forks=False) is None


@pytest.mark.parametrize("environment", [{}, _ci("17.0.0", "https://other.example.com"), _ci("", _URL)])
def test_where_the_version_is_not_known_the_preview_says_which_one_is_needed(environment: dict[str, str]) -> None:
    words = fork_warning(_URL, environment, trusts_forks=False)
    assert words is not None
    assert words.startswith(f"url: {_URL} has to be GitLab 18.2.2 or later")
    assert "`gitlab-ecr check` reads its version" in words


@pytest.mark.parametrize("version", ["18.2.2-ee", "19.4.0"])
def test_in_ci_of_a_new_enough_instance_there_is_no_warning(version: str) -> None:
    assert fork_warning(_URL, _ci(version), trusts_forks=False) is None
    assert fork_warning(_URL, _ci(version, f"{_URL}/"), trusts_forks=False) is None


@pytest.mark.parametrize("version", ["18.2.1-ee", "17.11.0", "unknown"])
def test_in_ci_of_an_older_instance_it_is_refused_unless_acknowledged(version: str) -> None:
    with pytest.raises(ValueError, match=rf"^url: {_URL} is GitLab {version}, and before 18\.2\.2 a merge request"):
        fork_warning(_URL, _ci(version), trusts_forks=False)
    words = fork_warning(_URL, _ci(version), trusts_forks=True)
    assert words is not None
    assert words.startswith("trusts_forks: ")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", words.append)
    monkeypatch.delenv("CI_SERVER_VERSION", raising=False)
    return words


def _identities(issuer: dict[str, Any], jobs: dict[str, Any]) -> None:
    args: dict[str, Any] = {"account": "123456789012", "region": "eu-central-1", "prefix": "gitlab-ecr-dev"}
    args |= {"audiences": {}, "jobs": jobs, "issuer": issuer}
    pulumi.runtime.test(lambda: Identities("access", args) and None)()  # pyright: ignore[reportArgumentType] - a table's arguments


@pytest.mark.usefixtures("recorder")
def test_a_stack_with_roles_for_jobs_gets_a_warning(warned: list[str]) -> None:
    _identities({"url": _URL}, _JOBS)
    (words,) = warned
    assert words.startswith(f"issuer.url: {_URL} has to be GitLab 18.2.2 or later")


@pytest.mark.usefixtures("recorder")
def test_a_stack_without_roles_for_jobs_gets_no_warning(warned: list[str]) -> None:
    _identities({"url": _URL}, {})
    _identities(
        {"url": "https://gitlab.com"}, {"acme/app": {**_JOBS["acme/app"], "project_id": "7", "namespace_id": "8"}}
    )
    assert warned == []


@pytest.mark.usefixtures("recorder", "warned")
def test_a_stack_is_refused_in_ci_of_an_old_gitlab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, **_ci("18.2.1-ee")})
    with pytest.raises(ValueError, match=rf"issuer\.url: {_URL} is GitLab 18\.2\.1-ee"):
        _identities({"url": _URL}, _JOBS)
    _identities({"url": _URL, "trusts_forks": True}, _JOBS)


def test_the_bootstrap_gives_the_same_warning(recorder: Recorder, warned: list[str]) -> None:
    recorder.answers["aws:kms/key:Key"] = {"arn": "arn:aws:kms:eu-central-1:123456789012:key/1", "keyId": "1"}
    args: dict[str, Any] = {"account": "123456789012", "region": "eu-central-1", "project": "acme/infra"}
    pulumi.runtime.test(lambda: Bootstrap("bootstrap", {**args, "gitlab_url": _URL}) and None)()  # pyright: ignore[reportArgumentType] - a table's arguments
    (words,) = warned
    assert words.startswith(f"gitlab_url: {_URL} has to be GitLab 18.2.2 or later")
