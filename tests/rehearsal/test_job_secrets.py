"""Jobs that read their login themselves, end to end: the runner's part, who is refused, no GitLab token anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployed import deployed

from rehearsal import command_line
from rehearsal.accesses import needs_any_token, needs_rotator_token
from rehearsal.consumers import names_of
from rehearsal.rehearsal import Rehearsal
from rehearsal.stack_file import read
from rehearsal.wrong import RehearsalError

STACK_FILE = Path(__file__).parents[1] / "data" / "Pulumi.secrets.yaml"
WEB, API = "acme/web", "acme/api"


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    with deployed(STACK_FILE) as running:
        yield running


def test_there_is_no_gitlab_token_in_the_world_and_gitlab_gets_no_request(rehearsed: Rehearsal) -> None:
    world = rehearsed.world
    assert (world.administrator_token, world.rotator_token) == ("", "")
    rehearsed.renew()
    rehearsed.let_time_pass()
    rehearsed.look()
    rehearsed.break_and_mend()
    assert [event.path for event in world.gitlab.events] == []
    assert [event.path for event in world.elsewhere.events] == []
    assert (rehearsed.findings.token_set, rehearsed.findings.renewal) == (None, None)
    secrets = world.aws("secretsmanager").list_secrets()["SecretList"]
    assert sorted(each["Name"] for each in secrets) == [
        f"gitlab-ecr-secrets/audience/{API}",
        f"gitlab-ecr-secrets/audience/{WEB}",
    ]
    assert len(rehearsed.findings.rotations) > 6
    assert all(report["ok"] for report in rehearsed.findings.rotations)


def test_jobs_pull_with_what_their_runner_fetches_and_nothing_else(rehearsed: Rehearsal) -> None:
    rehearsed.pull()
    pulled = {
        (cell.consumer.partition(" ")[0], cell.repository)
        for cell in rehearsed.findings.pulls
        if cell.actual == "allowed"
    }
    assert pulled == {(WEB, "ci/python"), (WEB, "ci/node"), (API, "ci/node")}


def test_no_job_of_another_project_ref_or_aud_reads_the_secret(rehearsed: Rehearsal) -> None:
    rehearsed.fetch()
    fetches = rehearsed.findings.fetches
    found = {(each.consumer, each.job, each.secret.rpartition("/")[2]): each.actual for each in fetches}
    assert found == {
        (API, "protected branch main", "api"): "allowed",
        (API, "unprotected branch", "api"): "denied",
        (API, "another project", "api"): "denied",
        (API, "another aud", "api"): "denied",
        (API, "protected branch main", "web"): "denied",
        (WEB, "protected branch main", "web"): "allowed",
        (WEB, "unprotected branch", "web"): "allowed",
        (WEB, "another project", "web"): "denied",
        (WEB, "another aud", "web"): "denied",
        (WEB, "protected branch main", "api"): "denied",
    }


def test_status_and_check_need_no_gitlab_token_and_read_no_value(rehearsed: Rehearsal) -> None:
    world, function = rehearsed.world, rehearsed.findings.program.outputs["rotator"]
    status = command_line.run(world, "status", "--function", function, "--json")
    assert status.exit_code == 0, status.words
    rows = json.loads("\n".join(status.output))
    assert [(row["target"], row["health"], row["audiences"]) for row in rows] == [
        (f"secret gitlab-ecr-secrets/audience/{WEB}", "good", [WEB]),
        (f"secret gitlab-ecr-secrets/audience/{API}", "good", [API]),
    ]
    check = command_line.run(world, "check", "--function", function, "--json")
    assert check.exit_code == 0, check.words
    assert [row["ok"] for row in json.loads("\n".join(check.output))] == [True, True]
    token = command_line.run(world, "token", "set", "--function", function, typed="glpat-fake-0000\n")
    assert "there is no GitLab token" in token.words


def test_a_trust_that_admits_other_projects_fails_the_rehearsal(rehearsed: Rehearsal) -> None:
    iam, names = rehearsed.world.aws("iam"), names_of(read(STACK_FILE).declaration)
    role = names.secret_role_name(API)
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    document = json.loads(before) if isinstance(before, str) else before
    wide = json.loads(json.dumps(document).replace("project_path:acme/api:", "project_path:*:"))
    for statement in wide["Statement"]:
        equal = statement["Condition"]["StringEquals"]
        statement["Condition"]["StringEquals"] = {key: equal[key] for key in equal if key.endswith(":aud")}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(wide))
    try:
        with pytest.raises(RehearsalError, match=f"{API} reading .*from another project: declared denied, was allowed"):
            rehearsed.fetch()
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))


def test_a_secret_that_somebody_deleted_fails_its_own_line_only(rehearsed: Rehearsal) -> None:
    world, function = rehearsed.world, rehearsed.findings.program.outputs["rotator"]
    name = names_of(read(STACK_FILE).declaration).audience_secret(API)
    world.aws("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    try:
        rotated = command_line.run(world, "rotate", "--function", function, "--json")
        assert rotated.exit_code == 1
        assert f"secret {name}" in rotated.words
        assert "`pulumi up --refresh` creates it again" in rotated.words
        check = command_line.run(world, "check", "--function", function, "--json")
        rows = {row["target"]: row for row in json.loads("\n".join(check.output))}
        assert rows[f"secret {name}"]["found"].startswith("absent: ")
        assert rows[f"secret gitlab-ecr-secrets/audience/{WEB}"]["ok"]
    finally:
        world.aws("secretsmanager").create_secret(Name=name)


@pytest.mark.parametrize(
    ("consumers", "rotator", "anybody"),
    [
        ({"a/b": {"access": "job-secret", "pull": ["x"]}}, False, False),
        ({"a/b": {"access": "job-secret", "pull": ["x"], "push": ["x"]}}, False, True),
        ({"a/b": {"access": "job-secret", "pull": ["x"]}, "a/c": {"pull": ["x"]}}, True, True),
        ({"a/b": {"access": "job-secret", "pull": ["x"]}, "a/c": {"access": "static", "auths": {}}}, False, True),
        ({}, True, True),
    ],
)
def test_the_declaration_decides_whether_a_gitlab_token_is_needed(
    consumers: dict[str, object], rotator: bool, anybody: bool
) -> None:
    declaration = {"consumers": consumers}
    assert (needs_rotator_token(declaration), needs_any_token(declaration)) == (rotator, anybody)


def test_revoking_invalidates_the_login_in_the_secret(rehearsed: Rehearsal) -> None:
    world, function = rehearsed.world, rehearsed.findings.program.outputs["rotator"]
    assert command_line.run(world, "rotate", "--function", function).exit_code == 0
    revoked = command_line.run(world, "revoke", WEB, "--function", function, "--now", "--yes", "--json")
    assert revoked.exit_code == 0, revoked.words
    words = "\n".join(revoked.output)
    assert f"secret gitlab-ecr-secrets/audience/{WEB}" in words
    answer = json.loads(words[words.index("{") : words.rindex("}") + 1])
    assert [each["refused"] for each in answer["tried"]] == [True]
    assert (answer["denied"], answer["generation"]) == (True, 2)
