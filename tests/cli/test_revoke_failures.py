"""`revoke` where something fails: what it says, and that it goes on with what it can."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plans import FLAGS, HOST, plan_of, secret_target, target
from scripted_gitlab import DOWN, URL, ScriptedGitLab

from components.cli import revoke
from components.cli.__main__ import main
from components.cli.doctor.facts import Answer
from components.cli.exit_codes import ExitCode
from components.contract import plan as plans
from components.docker.auth import login_entry
from components.rotation.aws import AwsError
from components.rotation.gitlab import GitLab
from components.rotation.secret import Secret

VARIABLE = {
    "key": "DOCKER_AUTH_CONFIG", "value": f'{{"auths":{{"{HOST}":{{"auth":"{login_entry("AWS", "fake")["auth"]}"}}}}}}',
    "environment_scope": "*", "description": "", "variable_type": "file", "hidden": False,
}  # fmt: skip
WEB, API = "projects/acme/web/variables/DOCKER_AUTH_CONFIG", "projects/acme/api/variables/DOCKER_AUTH_CONFIG"
Revoke = Callable[..., tuple[int, str, str]]


class _Aws:
    def __init__(self, region: str) -> None:
        assert region

    def secret(self, name: str) -> Secret:
        raise AwsError("AccessDenied", f"not authorized to read {name}")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Revoke:
    """Runs the command for a plan with two variables and a secret, beside a `pulumi` that ends as a test says."""
    file = tmp_path / "plan.json"
    plan = plan_of(target("acme/web"), target("acme/api", flags=replace(FLAGS, hidden=True)))
    file.write_text(plans.dumps(replace(plan, secrets=(secret_target("acme/jobs"),))))
    monkeypatch.setattr(revoke, "BotoAws", _Aws)
    monkeypatch.setattr(revoke, "_PATIENCE_SECONDS", -1.0)

    def started(command: list[str], **_: Any) -> Any:
        return SimpleNamespace(returncode=codes.get(command[1], 0))

    codes: dict[str, int] = {}
    monkeypatch.setattr(subprocess, "run", started)

    def run(
        gitlab: dict[str, Any], answer: Answer, *, pulumi: str | None = "/bin/pulumi", now: bool = False, **ends: int
    ) -> tuple[int, str, str]:
        codes.update(ends)
        monkeypatch.setattr(revoke, "gitlab_of", lambda _: GitLab(URL, Secret("glpat-fake"), ScriptedGitLab(gitlab)))
        monkeypatch.setattr(revoke, "RegistryPull", lambda _: lambda *_: answer)
        monkeypatch.setattr("shutil.which", lambda _: pulumi)
        code = main(["revoke", "backend", "--plan", str(file), "--stack", "prod", "--yes", *(["--now"] if now else [])])
        out, err = capsys.readouterr()
        return code, out, err

    return run


REFUSES = Answer(403, "DENIED", "no")


def test_a_login_that_cannot_be_read_is_noted_and_the_others_are_tried(run: Revoke) -> None:
    hidden = {**VARIABLE, "value": None, "hidden": True}
    code, out, err = run({WEB: VARIABLE, API: hidden}, REFUSES)
    assert code == ExitCode.OK
    assert f"{HOST} refuses the old token for backend/app: 403 DENIED" in out
    assert err.splitlines() == [
        "note: secret fake/audience/acme/jobs: AccessDenied: not authorized to read fake/audience/acme/jobs"
    ]


def test_where_no_login_can_be_read_none_is_tried(run: Revoke) -> None:
    code, out, err = run({WEB: DOWN, API: 403}, REFUSES)
    assert code == ExitCode.OK
    assert out.splitlines()[-1] == "no old token can be read, so none was tried"
    assert [line.partition(": ")[2].partition(": ")[0] for line in err.splitlines()] == [
        "project acme/web DOCKER_AUTH_CONFIG",
        "project acme/api DOCKER_AUTH_CONFIG",
        "secret fake/audience/acme/jobs",
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404, "MANIFEST_UNKNOWN", ""), "404 MANIFEST_UNKNOWN"),
        (Answer(503), "503"),
        (Answer(None, "", f"{HOST}: no answer in time"), f"none: {HOST}: no answer in time"),
    ],
)
def test_a_registry_that_does_not_refuse_the_token_in_time_is_named_with_its_answer(
    run: Revoke, answer: Answer, words: str
) -> None:
    code, out, _ = run({WEB: VARIABLE}, answer)
    assert code == ExitCode.FOUND
    assert f"{HOST} did not refuse the old token for backend/app within" in out
    assert f"its last answer was {words}; if the role backend still exists, run the command with --now" in out


def test_a_denied_role_whose_token_is_not_refused_yet_needs_time(run: Revoke, monkeypatch: pytest.MonkeyPatch) -> None:
    denied: list[str] = []
    monkeypatch.setattr(revoke, "_deny", lambda role, _: denied.append(role))
    _, out, _ = run({WEB: VARIABLE}, Answer(404, "MANIFEST_UNKNOWN", ""), now=True)
    assert denied == ["backend"]
    assert "was 404 MANIFEST_UNKNOWN; the role is denied everything, but AWS may need some minutes" in out


def test_without_pulumi_nothing_is_changed(run: Revoke) -> None:
    code, out, err = run({WEB: VARIABLE}, REFUSES, pulumi=None)
    assert (code, out) == (ExitCode.FAILED, "")
    assert "--stack prod: there is no pulumi on PATH; leave --stack out, and run `up` where there is one" in err


@pytest.mark.parametrize("failing", ["config", "up"])
def test_a_pulumi_that_fails_is_named_with_what_that_means(run: Revoke, failing: str) -> None:
    code, out, err = run({WEB: VARIABLE}, REFUSES, **{failing: 255})
    assert code == ExitCode.FAILED
    assert (
        f"`pulumi {failing}` ended with 255, so the old role may still exist; correct what it says above, and run"
        in err
    )
    assert ("pulumi up" in out) is (failing == "up")
