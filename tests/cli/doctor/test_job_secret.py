"""`doctor IMAGE --project P` for a project whose jobs fetch their login by `secrets:`, in the rehearsed world."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from deployed import deployed
from doctor_facts import HOST, facts_of, unasked

from components.cli.__main__ import main
from components.cli.doctor.ci_file import parsed
from components.cli.doctor.facts import JobSecret, Role
from components.cli.doctor.job_secret import judge_secret
from components.cli.exit_codes import ExitCode
from components.cli.gitlab_api import GitLabApi, ReadError
from components.cli.plan_source import Source
from components.cli.secret_status import DELETED, EMPTY, SecretState
from components.docker.image_reference import parse
from rehearsal.rehearsal import Rehearsal
from rehearsal.world import World

API, SECRET = "acme/api", "gitlab-ecr-both/audience/acme/api"
STACK_FILE = Path(__file__).parents[2] / "data" / "Pulumi.both.yaml"
MERGED = """---
stages:
- test
".ecr-pull":
  secrets: &1
    DOCKER_AUTH_CONFIG:
      aws_secrets_manager:
        secret_id: {secret}
test:
  secrets:
    DOCKER_AUTH_CONFIG:
      aws_secrets_manager:
        secret_id: {secret}
      token: "$ECR_PULL_TOKEN"
  image: {image}
  script:
  - make test
"lint: all":
  script:
  - make lint
{more}
"""
Doctor = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    with deployed(STACK_FILE) as running:
        yield running


@pytest.fixture
def doctor(at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    image = f"{at_home.registry_host}/ci/node:1.0"
    whole = GitLabApi.get

    def run(*arguments: str, more: str = "", secret: str = SECRET, ci: bool = True) -> tuple[int, dict[str, Any]]:
        def get(self: GitLabApi, path: str) -> dict[str, Any]:
            if "/ci/lint" not in path:
                return whole(self, path)
            if not ci:
                raise ReadError("ci/lint", 403, self.host)
            return {
                "valid": True,
                "merged_yaml": MERGED.format(secret=secret, image=image, more=more.format(image=image)),
            }

        monkeypatch.setattr(GitLabApi, "get", get)
        plan = ("--function", "gitlab-ecr-both-rotator", "--json")
        code = main(["doctor", image, "--project", API, *(arguments or ("--ref", "main")), *plan])
        out, err = capsys.readouterr()
        assert out, err
        return code, json.loads(out)

    return run


def test_what_a_job_fetches_is_followed_from_the_ci_configuration_to_the_registry(doctor: Doctor) -> None:
    code, words = doctor()
    assert (code, words["finding"]) == (ExitCode.OK, None)
    tested = "\n".join(words["tested"])
    assert f"job test fetches the login from {SECRET}, by the CI configuration" in tested
    assert "trusts branch main of acme/api" in tested
    assert f"may read {SECRET}" in tested
    assert "returned the manifest and the configuration" in tested
    assert any("18.2" in note for note in words["notes"])
    assert "auths" not in json.dumps(words)


def test_a_ref_that_the_role_does_not_trust_is_named(doctor: Doctor) -> None:
    code, words = doctor("--ref", "feature")
    assert (code, words["finding"]["cause"]) == (ExitCode.FOUND, "role-trust")
    assert "unprotectedRefs" in words["finding"]["fix"]
    assert doctor("--ref", "main", "--tag")[1]["finding"]["cause"] == "role-trust"


@pytest.mark.parametrize("secret", ["another/secret", "gitlab-ecr-both/audience/acme/other"])
def test_a_project_in_which_no_job_fetches_it_is_advised_to_include_the_template(doctor: Doctor, secret: str) -> None:
    code, words = doctor(secret=secret)
    assert (code, words["finding"]["cause"]) == (ExitCode.FOUND, "secret-not-fetched")
    assert "templates/pull.yml" in words["finding"]["fix"]


def test_a_job_that_names_the_image_and_does_not_fetch_is_named(doctor: Doctor) -> None:
    _, words = doctor(more="build:\n  image:\n    name: {image}\n  script:\n  - make")
    assert words["finding"]["cause"] == "secret-not-fetched"
    assert "job build names" in words["finding"]["what"]
    assert doctor(more="build:\n  image: {image}-slim/x\n  script:\n  - make")[1]["finding"] is not None
    assert doctor(more="build:\n  script:\n  - docker pull {image}")[1]["finding"] is None


def test_a_variable_is_used_when_no_job_fetches(at_home: World, doctor: Doctor) -> None:
    at_home.gitlab.set_variable("project", API, "DOCKER_AUTH_CONFIG", '{"auths":{}}')
    try:
        _, words = doctor(secret="another/secret")
    finally:
        at_home.gitlab_api("DELETE", "projects/acme%2Fapi/variables/DOCKER_AUTH_CONFIG", {})
    assert words["finding"]["cause"] == "never-rotated"
    assert any("which the stack provides, so " in note for note in words["notes"])


def test_a_configuration_that_the_token_may_not_read_is_a_note(doctor: Doctor) -> None:
    code, words = doctor(ci=False)
    assert (code, words["finding"]) == (ExitCode.OK, None)
    assert any(note.startswith("not tested: whether the job has the `secrets:`") for note in words["notes"])


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (SecretState(EMPTY), "secret-empty"),
        (SecretState(DELETED), "secret-absent"),
        (SecretState("", datetime(2026, 1, 1, tzinfo=UTC)), "expired"),
    ],
)
def test_a_secret_that_cannot_be_read_is_judged_by_its_description(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, state: SecretState, cause: str
) -> None:
    monkeypatch.setattr("components.cli.doctor.gather_secret._value", lambda *_: (None, "not authorized"))
    monkeypatch.setattr("components.cli.secret_status.secret_state", lambda *_: state)
    assert doctor()[1]["finding"]["cause"] == cause


def test_a_secret_that_somebody_deleted_is_found(at_home: World, doctor: Doctor) -> None:
    aws = at_home.aws("secretsmanager")
    document = aws.get_secret_value(SecretId=SECRET)["SecretString"]
    aws.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    try:
        assert doctor()[1]["finding"]["cause"] == "secret-absent"
    finally:
        aws.create_secret(Name=SECRET, SecretString=document)
    assert doctor()[1]["finding"] is None


@pytest.mark.parametrize(("text", "cause"), [("not JSON", "bad-document"), ('{"auths":{}}', "other-key")])
def test_what_is_in_the_secret_is_judged_and_not_shown(at_home: World, doctor: Doctor, text: str, cause: str) -> None:
    aws = at_home.aws("secretsmanager")
    document = aws.get_secret_value(SecretId=SECRET)["SecretString"]
    aws.put_secret_value(SecretId=SECRET, SecretString=text)
    try:
        _, words = doctor()
    finally:
        aws.put_secret_value(SecretId=SECRET, SecretString=document)
    assert words["finding"]["cause"] == cause
    assert f"the secret {SECRET}" in words["finding"]["what"]
    assert "not JSON" not in words["finding"]["what"] or cause == "bad-document"


def test_without_the_right_to_read_the_secret_the_rest_is_still_tested(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.cli.doctor.gather_secret._value", lambda *_: (None, "not authorized"))
    code, words = doctor()
    assert (code, words["finding"]) == (ExitCode.OK, None)
    assert f"not tested: what is in the secret {SECRET}: not authorized" in words["notes"]


def test_a_role_that_reads_another_secret_is_found(at_home: World, doctor: Doctor) -> None:
    iam = at_home.aws("iam")
    roles = iam.list_roles(PathPrefix="/gitlab-ecr-both/secret/")["Roles"]
    name = next(role["RoleName"] for role in roles if "api" in role["RoleName"])
    policy = iam.list_role_policies(RoleName=name)["PolicyNames"][0]
    before = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    other = json.loads(json.dumps(before).replace("acme/api", "acme/other"))
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(other))
    try:
        _, words = doctor()
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(before))
    assert words["finding"]["cause"] == "secret-denied"
    assert (
        "may not read gitlab-ecr-both/audience/acme/api, only gitlab-ecr-both/audience/acme/other"
        in words["finding"]["what"]
    )


def test_merged_yaml_is_split_into_jobs() -> None:
    ci = parsed(MERGED.format(secret=SECRET, image="x", more="'a b':\n  trigger: x"))
    assert list(ci.jobs) == ["test", "lint: all"]
    assert ci.fetching(SECRET) == ["test"]


def test_a_plan_that_names_no_gitlab_asks_for_the_url(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Source.plan
    monkeypatch.setattr(Source, "plan", lambda self: replace(whole(self), gitlab=None, targets=(), key_users=()))
    monkeypatch.delenv("CI_SERVER_URL")
    image, plan = f"{at_home.registry_host}/ci/node:1.0", ("--function", "gitlab-ecr-both-rotator")
    assert main(["doctor", image, "--project", API, *plan]) == ExitCode.USAGE
    assert "its plan does not name the instance" in " ".join(capsys.readouterr().err.split())
    url = ("--gitlab-url", "https://gitlab.example.com")
    assert main(["doctor", image, "--project", API, "--ref", "main", *plan, *url]) == ExitCode.OK
    assert "trusts branch main of acme/api" in capsys.readouterr().out


def _policy(secret: str) -> dict[str, Any]:
    resource = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{secret}-??????"
    return {"Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": resource}}


_TRUST = {"Statement": {"Condition": {"StringEquals": {"g:sub": "project_path:acme/web:ref_type:branch:ref:main"}}}}
_ROLE = "arn:aws:iam::123456789012:role/gitlab-ecr-prod/secret/web"


@pytest.mark.parametrize(
    ("role", "tested", "note"),
    [
        ("AWS: no credentials", "", f"whether web trusts this ref and may read {SECRET}: AWS: no credentials"),
        (
            Role(_TRUST, (_policy("other"),), complete=False),
            "web trusts branch main of acme/web",
            f"whether web may read {SECRET}: it has attached policies",
        ),
        (Role(_TRUST, (_policy(SECRET),), complete=False), f"web may read {SECRET}", ""),
    ],
)
def test_a_role_that_is_not_completely_known_is_no_cause(role: Role | str, tested: str, note: str) -> None:
    image = parse(f"{HOST}/ci/node:1")
    secret = JobSecret(SECRET, _ROLE, role, "GitLab does not show it", login=None, unread="no right")
    judged = judge_secret(secret, image, facts_of(str(image)), unasked)
    assert judged.finding is None
    assert list(judged.tested)[-1:] == ([tested] if tested else [])
    assert [each for each in judged.notes if "web" in each] == ([f"not tested: {note}"] if note else [])
    assert judged.notes[-1] == f"not tested: what is in the secret {SECRET}: no right"
