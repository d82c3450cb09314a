"""`doctor --push` in the rehearsed world, and the policies that it reads there."""

import json
from typing import Any

import pytest
from doctor_facts import HOST, facts_of, held, unasked
from doctor_lab import Lab

from components.cli.__main__ import main
from components.cli.doctor import role_rights
from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.facts import Role
from components.cli.doctor.push import diagnose_push
from components.cli.exit_codes import ExitCode
from rehearsal.world import World

IMAGES = "acme/images"  # pushes ci/*, from main


def doctor(
    world: World, capsys: pytest.CaptureFixture[str], repository: str, *arguments: str
) -> tuple[int, dict[str, Any]]:
    image = f"{world.registry_host}/{repository}:1.0"
    code = main(["doctor", image, "--project", IMAGES, "--push", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_output_says_which_parts_of_a_push_were_tested(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, words = doctor(at_home, capsys, "ci/node", "--ref", "main")
    assert (code, words["finding"]) == (ExitCode.OK, None)
    assert any("trusts branch main of acme/images" in line for line in words["tested"])
    assert any("may push to ci/node" in line for line in words["tested"])
    assert any(line.startswith("not tried: the push itself") for line in words["notes"])


def test_a_person_reads_that_nothing_is_known_against_it_and_not_that_it_can_be_pulled(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    image = f"{at_home.registry_host}/ci/node:1.0"
    assert main(["doctor", image, "--project", IMAGES, "--push", "--ref", "main"]) == ExitCode.OK
    words = capsys.readouterr()
    assert words.out.startswith("no known obstacle\ntested: ")
    assert "pulled" not in words.out
    assert "note: not tried: " in words.err


def test_a_ref_that_the_role_does_not_trust_is_named(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, words = doctor(at_home, capsys, "ci/node", "--ref", "feature")
    assert (code, words["finding"]["cause"]) == (ExitCode.FOUND, "push-ref")
    assert "trusts branch main of acme/images, but the job runs on branch feature" in words["finding"]["what"]


def test_a_tag_is_not_a_branch(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(at_home, capsys, "ci/node", "--ref", "main", "--tag")[1]["finding"]["cause"] == "push-ref"


def test_a_repository_outside_the_push_list_is_named(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, words = doctor(at_home, capsys, "base/alpine", "--ref", "main")
    assert (code, words["finding"]["cause"]) == (ExitCode.FOUND, "push-repository")
    assert "base/alpine" in words["finding"]["what"]


def test_a_misspelled_repository_gets_a_suggestion(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean ci/node?" in doctor(at_home, capsys, "ci/nodes", "--ref", "main")[1]["finding"]["what"]


def test_a_role_that_revoke_stopped_is_reported(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    role = at_home.gitlab.variable("project", IMAGES, "AWS_ROLE_ARN")
    assert role is not None
    iam, name = at_home.aws("iam"), role["value"].rpartition("/")[2]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="stopped", PolicyDocument=json.dumps(deny))
    try:
        code, words = doctor(at_home, capsys, "ci/node", "--ref", "main")
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="stopped")
    assert (code, words["finding"]["cause"]) == (ExitCode.FOUND, "iam-policy")
    assert "revoke --now" in words["finding"]["what"]


def test_without_aws_credentials_the_output_says_what_was_not_tried(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    code, words = doctor(at_home, capsys, "ci/node", "--ref", "feature")
    assert (code, words["finding"]) == (ExitCode.OK, None)
    assert any("whether" in line and "trusts this ref" in line for line in words["notes"])


def test_a_role_that_iam_does_not_show_is_not_a_finding(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.arguments.append("--push")
    lab.set("project", "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gitlab-ecr-local/push/gone")
    code, words = lab.run(capsys)
    assert (code, words["finding"]) == (ExitCode.OK, None)
    assert any("gone" in line for line in words["notes"])


ROLE = held("arn:aws:iam::123456789012:role/gitlab-ecr-prod/push/web", "AWS_ROLE_ARN")
TRUST = {
    "Statement": {
        "Effect": "Allow",
        "Condition": {"StringEquals": {"gitlab.com:sub": "project_path:acme/web:ref_type:branch:ref:main"}},
    }
}


def _role(*repositories: str, complete: bool = True) -> Role:
    arns = [f"arn:aws:ecr:eu-central-1:123456789012:repository/{name}" for name in repositories]
    statement = {"Effect": "Allow", "Action": "ecr:PutImage" if arns else "ecr:BatchGetImage", "Resource": arns or "*"}
    return Role(TRUST, ({"Statement": [statement]},), complete=complete)


@pytest.mark.parametrize(
    ("role", "cause", "what"),
    [
        (_role("ci/*"), Cause.PUSH_REPOSITORY, "web may push to other repositories than base/alpine: ci/*"),
        (
            _role("base/alpin", "ci/node"),
            Cause.PUSH_REPOSITORY,
            "web may push to other repositories than base/alpine: base/alpin, ci/node; did you mean base/alpin?",
        ),
        (_role(), Cause.NO_PUSH_ROLE, "web may push to no repository"),
    ],
)
def test_a_role_that_may_not_push_to_the_repository_is_named(role: Role, cause: Cause, what: str) -> None:
    finding = diagnose_push(facts_of(f"{HOST}/base/alpine:1", ROLE), unasked, lambda _: role).finding
    assert finding is not None
    assert (finding.cause, finding.what) == (cause, what)


@pytest.mark.parametrize("repositories", [(), ("ci/*",)])
def test_a_role_with_attached_policies_is_not_judged(repositories: tuple[str, ...]) -> None:
    role = _role(*repositories, complete=False)
    diagnosis = diagnose_push(facts_of(f"{HOST}/base/alpine:1", ROLE), unasked, lambda _: role)
    assert diagnosis.finding is None
    assert "not tried: whether web may push to base/alpine: it has attached policies" in diagnosis.notes


@pytest.mark.parametrize(
    ("registry", "cause"),
    [
        ("registry.example.com", Cause.OTHER_HOST),
        (HOST.replace("123456789012", "210987654321"), Cause.OTHER_ACCOUNT),
        (HOST.replace("eu-central-1", "us-east-1"), Cause.OTHER_REGION),
        (HOST.replace(".ecr.", ".ecr-fips."), Cause.OTHER_FORM),
    ],
)
def test_a_login_to_another_registry_than_the_images_is_named(registry: str, cause: Cause) -> None:
    facts = facts_of(f"{HOST}/ci/node:1", ROLE, held(registry, "ECR_REGISTRY"))
    finding = diagnose_push(facts, unasked, lambda _: _role("ci/*")).finding
    assert finding is not None
    assert finding.cause is cause
    assert f"the job logs in to {registry} (project acme/web ECR_REGISTRY) and pushes to {HOST}" in finding.what


@pytest.mark.parametrize(
    ("condition", "subjects"),
    [
        ({"StringEquals": {"g:sub": "project_path:a/b:ref_type:branch:ref:main"}}, ["branch main of a/b"]),
        ({"StringLike": {"g:sub": ["project_path:a/b:ref_type:tag:ref:v*"]}}, ["tag v* of a/b"]),
        ({"StringEquals": {"g:aud": "x"}}, None),
        ({"StringLike": {"g:sub": "repo:x"}}, None),
        (None, None),
    ],
)
def test_the_subjects_of_a_trust_policy_are_read(condition: dict[str, Any] | None, subjects: list[str] | None) -> None:
    role = Role({"Statement": {"Effect": "Allow", "Condition": condition}}, ())
    found = role_rights.subjects(role)
    assert (found and [str(each) for each in found]) == subjects


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("ci/*", "ci/a/b", True),
        ("ci/?", "ci/ab", False),
        ("*", "", True),
        ("a.b", "axb", False),
        ("main", "main", True),
    ],
)
def test_patterns_match_as_iams_wildcards_do(pattern: str, text: str, fit: bool) -> None:
    assert role_rights.fits(pattern, text) is fit


def test_a_pattern_of_many_stars_takes_no_longer_than_one() -> None:
    assert role_rights.fits("a*" * 200 + "b", "a" * 2000) is False
