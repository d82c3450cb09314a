"""`revoke` in the rehearsed world: afterwards its tokens open nothing."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.cli.plan_source import Source
from components.contract import plan
from rehearsal.world import World

pytestmark = pytest.mark.usefixtures("allowed_again")

BACKEND = "acme/backend"
FUNCTION = ("--function", "gitlab-ecr-local-rotator")
_PULUMI = """#!{python}
import json, os, sys
import boto3
with open({calls!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "up":
    iam = boto3.client("iam", region_name="us-east-1")
    for policy in iam.list_role_policies(RoleName={role!r})["PolicyNames"]:
        iam.delete_role_policy(RoleName={role!r}, PolicyName=policy)
"""


def role_of(world: World, audience: str) -> str:
    roles = world.aws("iam").list_roles(PathPrefix="/gitlab-ecr-local/pull/")["Roles"]
    return next(role["RoleName"] for role in roles if audience.replace("/", "-") in role["RoleName"])


def test_answering_no_changes_nothing(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    role = role_of(at_home, BACKEND)
    iam = at_home.aws("iam")
    before = iam.get_role_policy(RoleName=role, PolicyName="pull")["PolicyDocument"]
    assert main(["revoke", BACKEND, *FUNCTION, "--now"]) == ExitCode.INTERRUPTED
    assert iam.get_role_policy(RoleName=role, PolicyName="pull")["PolicyDocument"] == before
    warning = "Until you raise the generation and `up` is done, pipelines that pull with these will fail:\n"
    assert f"{warning}  group {BACKEND}" in capsys.readouterr().err


def test_now_denies_the_role_and_shows_that_the_token_is_refused(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["revoke", BACKEND, *FUNCTION, "--now", "--yes"]) == ExitCode.OK
    words = capsys.readouterr().out
    assert f"denied everything to {role_of(at_home, BACKEND)}" in words
    assert f"next: write generation: 2 for the consumer {BACKEND}, and run `pulumi up`" in words
    assert f"{at_home.registry_host} refuses the old token for ci/node: 403 DENIED" in words


def test_without_a_known_repository_no_token_is_tried_and_the_reason_is_given(
    at_home: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = Source(None, FUNCTION[1]).plan()
    audiences = {**wanted.audiences, BACKEND: replace(wanted.audiences[BACKEND], inside=None)}
    file = tmp_path / "plan.json"
    file.write_text(plan.dumps(replace(wanted, audiences=audiences)))
    assert main(["revoke", BACKEND, "--plan", str(file), "--now", "--yes"]) == ExitCode.OK
    assert f"no old token was tried: the plan names no repository that {BACKEND} may pull" in capsys.readouterr().out


def test_a_role_that_is_not_the_plans_own_is_denied_nothing(
    at_home: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan that names an administrator's role by another path or account is not a reason to stop that one."""
    iam = at_home.aws("iam")
    role = role_of(at_home, "acme/frontend/web")
    before = iam.get_role_policy(RoleName=role, PolicyName="pull")["PolicyDocument"]
    wanted = Source(None, FUNCTION[1]).plan()
    audience = wanted.audiences["acme/frontend/web"]
    planted = {
        **wanted.audiences,
        "acme/frontend/web": replace(audience, role_arn=f"arn:aws:iam::{at_home.account}:role/{role}"),
    }
    file = tmp_path / "plan.json"
    file.write_text(plan.dumps(replace(wanted, audiences=planted)))
    assert main(["revoke", "acme/frontend/web", "--plan", str(file), "--now", "--yes"]) == ExitCode.FAILED
    assert iam.get_role_policy(RoleName=role, PolicyName="pull")["PolicyDocument"] == before
    assert "which is not this stack's; not changed" in " ".join(capsys.readouterr().err.split())


def test_with_a_stack_the_generation_is_raised_and_up_runs(
    at_home: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    web = "acme/frontend/web"
    calls = tmp_path / "calls"
    program = tmp_path / "pulumi"
    program.write_text(_PULUMI.format(python=sys.executable, calls=str(calls), role=role_of(at_home, web)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["revoke", web, *FUNCTION, "--stack", "prod", "--yes"]) == ExitCode.OK
    assert [json.loads(line) for line in calls.read_text().splitlines()] == [
        ["config", "set", "--path", f'gitlab-ecr:consumers["{web}"].generation', "2", "--stack", "prod"],
        ["up", "--yes", "--skip-preview", "--stack", "prod"],
    ]
    assert "refuses the old token for ci/node: 403 DENIED" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["zzz", "--now"], "'zzz' is not an audience of this stack; write one of acme/backend, acme/frontend/web"),
        (["Acme/Backend", "--now"], "did you mean acme/backend?"),
        (["acme/frontend/wbe", "--now"], "did you mean acme/frontend/web?"),
        ([BACKEND], "write --stack NAME, which raises the generation and runs `up`, or --now, or both"),
    ],
)
def test_a_wrong_command_line_is_refused(
    at_home: World, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["revoke", *arguments, *FUNCTION]) == ExitCode.USAGE
    assert words in " ".join(capsys.readouterr().err.split())


def test_revoke_says_how_access_keys_are_revoked(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "acme/legacy", *FUNCTION, "--now"]) == ExitCode.USAGE
    words = " ".join(capsys.readouterr().err.split())
    assert "has access keys; deactivate the key of the IAM user gitlab-ecr-local-user-acme-legacy-" in words
