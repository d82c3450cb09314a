"""The rehearsal end to end, and failing as it should: every fault is made in an emulator."""

import base64
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rehearsal.__main__ import main
from rehearsal.clients import HELPER
from rehearsal.cloud.docker_registry import PROGRAM
from rehearsal.findings import as_document
from rehearsal.namespaces import FOREIGN_HOST, SHADOWED
from rehearsal.rehearsal import Rehearsal, RehearsalError
from rehearsal.stack_file import read

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml"
WEB = "acme/frontend/web"
BACKEND = "acme/backend"
LEGACY = "acme/legacy"


@contextmanager
def rehearsal(stack_file: Path = LOCAL) -> Iterator[Rehearsal]:
    with Rehearsal(read(stack_file), lambda _: None) as running:
        yield running


def test_the_table_shows_what_each_consumer_could_pull(whole: tuple[str, dict[str, Any]]) -> None:
    rows = [" ".join(line.split()) for line in whole[0].splitlines()]
    first = rows.index("pulls with its own credential pulled refused")
    assert rows[first + 1 : first + 5] == [
        f"{BACKEND} ci/node, ci/python base/alpine, secret/tools",
        "runner docker",
        f"{WEB} ci/node base/alpine, ci/python, secret/tools",
        f"{LEGACY} by access keys base/alpine ci/node, ci/python, secret/tools",
    ]
    assert any(row.startswith("Not rehearsed:") for row in rows)


def test_the_report_holds_every_pull_with_what_was_expected(whole: tuple[str, dict[str, Any]]) -> None:
    pulls = whole[1]["pulls"]
    own = [cell for cell in pulls if cell["client"] == "rehearsal"]
    assert len(own) == 16
    assert all(cell["expected"] == cell["actual"] for cell in pulls)
    assert {cell["actual"] for cell in pulls} == {"allowed", "denied"}
    denied = [cell for cell in own if cell["actual"] == "denied"]
    assert all("is not authorized to perform: ecr:BatchGetImage" in cell["reason"] for cell in denied)


def test_every_client_of_the_machine_pulls_every_cell(whole: tuple[str, dict[str, Any]]) -> None:
    counts = Counter(cell["client"] for cell in whole[1]["pulls"])
    missing = " ".join(whole[1]["notRehearsed"])
    assert counts.pop("rehearsal") == 16
    if shutil.which("skopeo"):
        with_helper = {name: counts.pop(name) for name in list(counts) if name.endswith(HELPER)}
        assert list(counts.values()) == [12]
        assert list(with_helper.values()) == ([4] if shutil.which(HELPER) else [])
    else:
        assert counts == {}
        assert "pulls by skopeo, which is not installed" in missing


def test_the_report_says_what_kept_the_images(whole: tuple[str, dict[str, Any]]) -> None:
    shown, report = whole
    assert report["registry"].startswith(PROGRAM if shutil.which(PROGRAM) else "the rehearsal's own store")
    assert f", from {report['registry']} behind the front" in shown
    unused = f"images kept by {PROGRAM}, which is not installed"
    assert (unused in report["notRehearsed"]) is (shutil.which(PROGRAM) is None)


def test_only_a_job_of_the_named_branch_project_and_audience_pushes(whole: tuple[str, dict[str, Any]]) -> None:
    assert [(push["job"], push["repository"], push["actual"]) for push in whole[1]["pushes"]] == [
        ("protected branch main", "ci/node", "allowed"),
        ("unprotected branch", "ci/node", "denied"),
        ("another project", "ci/node", "denied"),
        ("another audience", "ci/node", "denied"),
        ("protected branch main", "base/alpine", "denied"),
    ]
    refused = [push["reason"] for push in whole[1]["pushes"][1:4]]
    assert all("AssumeRoleWithWebIdentity" in reason for reason in refused)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_each_example_comes_through_and_says_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    report = tmp_path / "report.json"
    stack_file = ROOT / "tests" / "data" / "examples" / f"Pulumi.{name}.yaml"
    assert main(["--stack-file", str(stack_file), "--report", str(report)]) == 0, capsys.readouterr().err
    left_out = json.loads(report.read_text())["notRehearsed"]
    shown = capsys.readouterr().out
    assert [line for line in left_out if line not in shown] == []
    if name == "prod":
        starts = [line.partition(":")[0] for line in left_out]
        assert {"pull-through caches", "settings of the whole registry", "the permissions boundary"} <= set(starts)
        assert [push["actual"] for push in json.loads(report.read_text())["pushes"]] == ["allowed", *["denied"] * 4]


def test_the_schedule_fires_until_the_deploys_token_is_past_its_end(whole: tuple[str, dict[str, Any]]) -> None:
    rotations = whole[1]["rotations"]
    assert [rotation["fired_by"] for rotation in rotations] == ["manual", *["schedule"] * 6, *["manual"] * 3]
    ends = [min(target["expiresAt"] for target in rotation["targets"]) for rotation in rotations[:7]]
    assert ends == sorted(ends)
    assert len(set(ends)) == len(ends)


def test_the_first_up_waits_for_the_token_and_storing_it_rotates_at_once(whole: tuple[str, dict[str, Any]]) -> None:
    document = whole[1]
    assert document["waited"] == 3
    assert document["tokenSet"]["command"] == "gitlab-ecr token set --function gitlab-ecr-local-rotator"
    said = document["tokenSet"]["output"]
    assert said[0] == "stored in gitlab-ecr-local/gitlab-token; the rotation that followed:"
    assert {line.split("\t")[1] for line in said[1:4]} == {"published"}
    assert "`up` succeeds, and 3 variables and pairs of keys wait for the rotator's GitLab token" in whole[0]


def test_a_secret_that_was_made_before_up_is_adopted(changed: Callable[..., Path]) -> None:
    with Rehearsal(read(changed(rotation={"adoptTokenSecret": True})), lambda _: None) as running:
        running.up()
        assert not running.findings.program.of_type("aws:secretsmanager/secret:Secret")
        made = running.findings.token_set
        assert made is not None
        assert made.command.startswith("gitlab-ecr token set --secret gitlab-ecr-changed/gitlab-token --gitlab-url ")
        assert "write `adoptTokenSecret: true` below `rotation`" in made.output[0]
        (first,) = running.findings.rotations
        assert (first["fired_by"], first["ok"]) == ("deploy", True)
        assert {target["status"] for target in first["targets"]} == {"published"}


def test_access_keys_are_made_at_deploy_and_changed_when_they_are_old(whole: tuple[str, dict[str, Any]]) -> None:
    told = [rotation["accessKeys"] for rotation in whole[1]["rotations"]]
    assert {each["target"] for keys in told for each in keys} == {f"project {LEGACY} access keys"}
    statuses = [keys[0]["status"] for keys in told[:7]]
    assert statuses == ["published", "kept", "kept", "published", "kept", "kept", "published"]
    assert len({keys[0]["key"] for keys in told[:7]}) == 3
    assert "each pair of access keys signed in before and after its change" in whole[0]


def test_the_report_names_every_resource_with_its_id(whole: tuple[str, dict[str, Any]]) -> None:
    resources = whole[1]["resources"]
    assert all(resource["id"] for resource in resources if not resource["type"].startswith("gitlab-ecr:"))
    variable = next(r for r in resources if r["type"] == "gitlab:index/groupVariable:GroupVariable")
    assert variable["inputs"]["value"] == "[secret]"
    assert whole[1]["outputs"]["rotator"] == "gitlab-ecr-local-rotator"
    assert whole[1]["timings"]["total"] == pytest.approx(
        sum(seconds for step, seconds in whole[1]["timings"].items() if step != "total"), abs=0.01
    )


def test_no_secret_leaves_the_rehearsal(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    with Rehearsal(read(LOCAL), said.append) as running:
        running.up()
        secrets = secrets_of(running)
        running.renew()
        running.let_time_pass()
        secrets |= secrets_of(running)
        running.pull()
        running.break_and_mend()
        secrets |= secrets_of(running)
        logs = running.world.aws("logs").filter_log_events(logGroupName="/aws/lambda/gitlab-ecr-local-rotator")
        document = json.dumps(as_document(running.findings, ""), default=str)
    captured = capsys.readouterr()
    everything = "\n".join([document, *said, captured.out, captured.err, json.dumps(logs, default=str)])
    assert len(secrets) >= 9
    assert [secret[:6] for secret in secrets if secret in everything] == []


def secrets_of(running: Rehearsal) -> set[str]:
    """Every token and password that exists now, and the password within each registry token."""
    world = running.world
    stored = world.aws("secretsmanager").get_secret_value(SecretId="gitlab-ecr-local/gitlab-token")["SecretString"]
    found = {world.administrator_token, world.rotator_token, stored}
    for kind, path in (("group", BACKEND), ("project", WEB)):
        record = world.gitlab.variable(kind, path, "DOCKER_AUTH_CONFIG")
        assert record is not None
        for entry in json.loads(record["value"])["auths"].values():
            password = base64.b64decode(entry["auth"]).decode().partition(":")[2]
            found |= {entry["auth"], entry["auth"][100:140] or entry["auth"], password}
    config = world.aws("ssm").get_parameter(Name="/gitlab-ecr-local/runner/docker/config.toml", WithDecryption=True)
    token = next(line for line in config["Parameter"]["Value"].splitlines() if line.startswith("token ="))
    return found | {token.split('"')[1]}


def test_the_foreign_registry_in_an_adopted_variable_survives_every_rotation() -> None:
    with rehearsal() as running:
        before = entries(running, WEB)
        running.up()
        running.let_time_pass()
        after = entries(running, WEB)
    assert set(before) == {FOREIGN_HOST}
    assert set(after) == {FOREIGN_HOST, running.world.registry_host}
    assert after[FOREIGN_HOST] == before[FOREIGN_HOST]


def test_variables_are_shown_with_their_flags_and_a_shadowed_project_is_reported(
    whole: tuple[str, dict[str, Any]],
) -> None:
    lines = [" ".join(line.split()) for line in whole[0].splitlines()]
    host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert f"Variables now; the stack's registry is {host}" in lines
    assert f"group {BACKEND} DOCKER_AUTH_CONFIG file, masked, raw: the stack's registry" in lines
    web = lines.index(f"project {WEB} DOCKER_AUTH_CONFIG file, masked, raw: the stack's registry,")
    assert lines[web + 1] == FOREIGN_HOST
    assert f"in GitLab, {BACKEND}/{SHADOWED}: a project with its own DOCKER_AUTH_CONFIG, set by hand" in lines
    shadow = f"project {BACKEND}/{SHADOWED} DOCKER_AUTH_CONFIG"
    assert f"group {BACKEND} DOCKER_AUTH_CONFIG: {shadow} hides it" in lines
    assert [found["what"] for found in whole[1]["shadows"]] == [f"{shadow} hides it"]
    assert f"project {LEGACY} AWS_SECRET_ACCESS_KEY env_var, masked, protected, raw" in lines
    assert [held["name"] for held in whole[1]["variables"] if held["made_up"]] == [shadow]
    assert len(whole[1]["variables"]) == 10


def test_a_new_target_that_meets_an_existing_variable_says_what_to_do() -> None:
    with rehearsal() as running:
        running.world.gitlab.set_variable("group", BACKEND, "DOCKER_AUTH_CONFIG", '{"auths":{}}')
        with pytest.raises(RehearsalError, match=r"has already been taken.*write adopt: true .* or delete it first"):
            running.up()


def entries(running: Rehearsal, project: str) -> dict[str, Any]:
    record = running.world.gitlab.variable("project", project, "DOCKER_AUTH_CONFIG")
    assert record is not None
    return json.loads(record["value"])["auths"]


def test_a_dead_gitlab_token_is_not_stored_and_the_answer_is_told() -> None:
    with rehearsal() as running:
        running.world.gitlab.revoke_token("rotator")
        with pytest.raises(RehearsalError, match=r"nothing is stored\. GitLab answered 401 for personal_access_tokens"):
            running.up()


def test_a_project_that_gitlab_does_not_know_is_told_before_the_token_is_stored() -> None:
    with rehearsal() as running:
        running.world.gitlab.delete(WEB)
        with pytest.raises(RehearsalError, match=rf"nothing is stored\. project {WEB}: GitLab answered 404"):
            running.up()


def test_a_role_stripped_of_its_pull_right_fails_the_rotation_and_keeps_the_old_token() -> None:
    with rehearsal() as running:
        running.up()
        before = running.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG")
        iam, role = running.world.aws("iam"), role_of(running, WEB)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
        with pytest.raises(RehearsalError, match=f"audience {WEB}: "):
            running.let_time_pass()
        assert running.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG") == before


def test_a_role_given_too_much_is_reported_as_over_broad_and_not_published() -> None:
    with rehearsal() as running:
        running.up()
        before = running.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG")
        everything = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}
        running.world.aws("iam").put_role_policy(
            RoleName=role_of(running, WEB),
            PolicyName="too-much",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
        )
        with pytest.raises(RehearsalError, match=f"audience {WEB}: over-broad"):
            running.let_time_pass()
        assert running.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG") == before


def test_jobs_pull_by_themselves_what_their_role_may_and_nothing_else(changed: Callable[..., Path]) -> None:
    consumer = {"access": "job-role", "pull": ["ci/*"], "id": 31, "branches": ["main"]}
    with rehearsal(changed(consumers={"acme/e2e": consumer}, runners=None)) as running:
        running.up()
        running.pull()
        outcomes = {pull.repository: pull.actual for pull in running.findings.pulls}
        assert {pull.consumer for pull in running.findings.pulls} == {"acme/e2e by its jobs' role"}
        assert outcomes == {
            "base/alpine": "denied",
            "ci/node": "allowed",
            "ci/python": "allowed",
            "secret/tools": "denied",
        }


def test_a_right_that_no_probe_finds_still_shows_in_the_matrix() -> None:
    with rehearsal() as running:
        running.up()
        tools = "arn:aws:ecr:eu-central-1:123456789012:repository/secret/tools"
        pull = {"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Resource": tools}
        running.world.aws("iam").put_role_policy(
            RoleName=role_of(running, WEB),
            PolicyName="too-much",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [pull]}),
        )
        with pytest.raises(RehearsalError, match=f"{WEB} pulling secret/tools: declared denied, was allowed"):
            running.pull()


def role_of(running: Rehearsal, consumer: str) -> str:
    return next(
        resource.id
        for resource in running.findings.program.of_type("aws:iam/role:Role")
        if resource.name.endswith(f"pull-{consumer}")
    )


def test_an_interval_longer_than_the_tokens_live_fails_before_the_next_run() -> None:
    with rehearsal() as running:
        running.world.cloud.tokens.life = timedelta(hours=1)
        running.up()
        with pytest.raises(RehearsalError, match=r"the interval of 2:00:00 is too long: the token of acme/"):
            running.let_time_pass()
