"""A stack whose GitLab token Secrets Manager renews, end to end: the next rotation publishes with the new token."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployed import started
from measured import measured_children

from rehearsal import command_line, token_steps
from rehearsal.rehearsal import Rehearsal
from rehearsal.wrong import RehearsalError

_DATA = Path(__file__).parents[1] / "data"
MANAGED = _DATA / "Pulumi.managed.yaml"
_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_NAME = "gitlab-ecr-managed/gitlab-token-managed"


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    with measured_children(), started(MANAGED) as running:
        running.up()
        running.renew()
        running.let_time_pass()
        yield running


def _token(running: Rehearsal) -> str:
    text = running.world.aws("secretsmanager").get_secret_value(SecretId=_NAME)["SecretString"]
    return json.loads(text)["token"]


def test_a_person_stores_the_token_before_up_and_up_renews_it(rehearsed: Rehearsal) -> None:
    made = rehearsed.findings.token_set
    assert made is not None
    assert made.command.startswith(f"gitlab-ecr token set --secret {_NAME} --managed --gitlab-url https://")
    assert "write `tokenRenewal: managed` below `rotation` in the stack file, then run `pulumi up`" in made.output[0]
    assert not rehearsed.findings.program.of_type("aws:secretsmanager/secret:Secret")
    assert len(rehearsed.findings.program.of_type("aws:lambda/function:Function")) == 1


def test_the_next_rotations_publish_with_the_new_token(rehearsed: Rehearsal) -> None:
    made = rehearsed.findings.renewal
    assert made is not None
    assert made.outcome.startswith("the GitLab token was renewed by Secrets Manager and is valid until ")
    assert _token(rehearsed) != rehearsed.world.rotator_token
    for token, status in ((rehearsed.world.rotator_token, 401), (_token(rehearsed), 200)):
        assert rehearsed.world.gitlab_api("GET", "personal_access_tokens/self", {}, token=token)[0] == status
    by_schedule = [report for report in rehearsed.findings.rotations if report["fired_by"] == "schedule"]
    assert len(by_schedule) >= 6
    assert all(report["ok"] and "GitLab token" not in str(report["notes"]) for report in rehearsed.findings.rotations)


def test_status_and_check_show_the_renewal(rehearsed: Rehearsal) -> None:
    function = ("--function", "gitlab-ecr-managed-rotator")
    status = command_line.run(rehearsed.world, "status", *function, "--json")
    rows = json.loads("\n".join(status.output))
    (row,) = [row for row in rows if row["target"].startswith("GitLab token")]
    assert (row["target"], row["health"]) == (f"GitLab token in {_NAME}", "good")
    assert row["last_rotation"].endswith(" renewed")
    assert row["valid_until"]
    check = command_line.run(rehearsed.world, "check", *function, "--json")
    (row,) = [row for row in json.loads("\n".join(check.output)) if "token" in row["target"]]
    assert row == {"target": f"GitLab token in {_NAME}", "ok": True, "found": ""}


def test_token_set_stores_another_in_the_same_form(rehearsed: Rehearsal) -> None:
    other = rehearsed.world.gitlab.create_token("rotator-2", ["api"], user="gitlab-ecr-rotator")
    run = command_line.run(
        rehearsed.world, "token", "set", "--function", "gitlab-ecr-managed-rotator", typed=f"{other}\n"
    )
    assert run.exit_code == 0, run.words
    stored = rehearsed.world.aws("secretsmanager").get_secret_value(SecretId=_NAME)["SecretString"]
    assert {"token", "tokenId", "gitlabUrl"} == json.loads(stored).keys()
    assert _token(rehearsed) == other


def test_an_interrupted_renewal_is_reported_and_rotations_go_on(rehearsed: Rehearsal) -> None:
    iam = rehearsed.world.aws("iam")
    role = "gitlab-ecr-managed-token-renewal"
    policy = iam.get_role_policy(RoleName=role, PolicyName="rotator")["PolicyDocument"]
    document: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    for statement in document["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"].remove("secretsmanager:UpdateSecretVersionStage")
    iam.put_role_policy(RoleName=role, PolicyName="rotator", PolicyDocument=json.dumps(document))
    with pytest.raises(RehearsalError, match=r"the renewal by Secrets Manager failed: .*RotationFailed .*AccessDenied"):
        rehearsed.renew()
    run, report = rehearsed._rotations.by_hand()  # pyright: ignore[reportPrivateUsage] - the runs of the rehearsal
    assert run.exit_code == 0
    assert all(target["status"] == "published" for target in report["targets"])
    assert any("accepts the pending one" in warning for warning in report["notes"])
    status = command_line.run(rehearsed.world, "status", "--function", "gitlab-ecr-managed-rotator", "--json")
    assert status.exit_code == 1
    assert "a renewal was interrupted" in "\n".join(status.output)


def test_without_a_token_up_ends_at_the_first_rotation_and_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_steps, "adopt_secret", lambda *_: None)
    words = (
        rf"first-rotation: .*unless the secret {_NAME} holds one, run `gitlab-ecr token set --secret {_NAME} --managed`"
    )
    with started(MANAGED) as running, pytest.raises(RehearsalError, match=words):
        running.up()


def test_a_rotator_in_gitlab_has_its_token_renewed_in_the_same_way(tmp_path: Path) -> None:
    document = yaml.safe_load((_DATA / "Pulumi.gitlab.yaml").read_text())
    document["config"]["gitlab-ecr:rotation"]["tokenRenewal"] = "managed"
    stack_file = tmp_path / "Pulumi.jobs.yaml"
    stack_file.write_text(yaml.safe_dump(document))
    with started(stack_file) as running:
        running.up()
        assert len(running.findings.program.of_type("gitlab:index/pipelineSchedule:PipelineSchedule")) == 1
        assert running.findings.program.of_type(_ROTATION)
        running.renew()
        assert running.findings.renewal is not None
        assert "renewed by Secrets Manager" in running.findings.renewal.outcome
        run, _ = running._rotations.by_hand()  # pyright: ignore[reportPrivateUsage] - the runs of the rehearsal
        assert run.exit_code == 0, run.words
