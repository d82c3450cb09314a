"""The rehearsal end to end, and failing as it should: every fault is made in an emulator."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from deployed import started
from iam_json import policy as iam_policy

from rehearsal.__main__ import main
from rehearsal.findings import as_document
from rehearsal.namespaces import FOREIGN_HOST
from rehearsal.rehearsal import Rehearsal
from rehearsal.stack_file import read
from rehearsal.wrong import RehearsalError

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml"
WEB = "acme/frontend/web"
BACKEND = "acme/backend"
LEGACY = "acme/legacy"


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_each_example_is_rehearsed_and_lists_what_it_leaves_out(
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


def test_a_secret_that_was_made_before_up_is_adopted(changed: Callable[..., Path]) -> None:
    with started(changed(rotation={"adoptTokenSecret": True})) as running:
        running.up()
        assert not running.findings.program.of_type("aws:secretsmanager/secret:Secret")
        made = running.findings.token_set
        assert made is not None
        assert made.command.startswith("gitlab-ecr token set --secret gitlab-ecr-changed/gitlab-token --gitlab-url ")
        assert "write `adoptTokenSecret: true` below `rotation`" in made.output[0]
        (first,) = running.findings.rotations
        assert (first["fired_by"], first["ok"]) == ("deploy", True)
        assert {target["status"] for target in first["targets"]} == {"published"}


@dataclass(frozen=True)
class Whole:
    """What a whole rehearsal left.

    Attributes:
        secrets: every token and password that there was.
        everything: all that it said, reported and logged.
        before: the logins in the variable of WEB, before `up`.
        after: the logins in the same variable, after the last scheduled rotation.
        host: the stack's own registry.
    """

    secrets: set[str]
    everything: str
    before: dict[str, Any]
    after: dict[str, Any]
    host: str


@pytest.fixture(scope="module")
def whole_one() -> Whole:
    words: list[str] = []
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), Rehearsal(read(LOCAL), words.append) as running:
        before = entries(running, WEB)
        running.up()
        secrets = secrets_of(running)
        running.renew()
        running.let_time_pass()
        after = entries(running, WEB)
        secrets |= secrets_of(running)
        running.pull()
        running.break_and_mend()
        secrets |= secrets_of(running)
        logs = running.world.aws("logs").filter_log_events(logGroupName="/aws/lambda/gitlab-ecr-local-rotator")
        document = json.dumps(as_document(running.findings, ""), default=str)
        host = running.world.registry_host
    everything = "\n".join([document, *words, out.getvalue(), err.getvalue(), json.dumps(logs, default=str)])
    return Whole(secrets, everything, before, after, host)


def test_no_secret_leaves_the_rehearsal(whole_one: Whole) -> None:
    assert len(whole_one.secrets) >= 9
    assert "GitLab token" in whole_one.everything
    assert [secret[:6] for secret in whole_one.secrets if secret in whole_one.everything] == []


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


def test_the_foreign_registry_in_an_adopted_variable_survives_every_rotation(whole_one: Whole) -> None:
    assert set(whole_one.before) == {FOREIGN_HOST}
    assert set(whole_one.after) == {FOREIGN_HOST, whole_one.host}
    assert whole_one.after[FOREIGN_HOST] == whole_one.before[FOREIGN_HOST]


def test_a_new_target_with_an_existing_variable_gives_advice() -> None:
    with started(LOCAL) as running:
        running.world.gitlab.set_variable("group", BACKEND, "DOCKER_AUTH_CONFIG", '{"auths":{}}')
        with pytest.raises(RehearsalError, match=r"has already been taken.*write adopt: true .* or delete it first"):
            running.up()


def entries(running: Rehearsal, project: str) -> dict[str, Any]:
    record = running.world.gitlab.variable("project", project, "DOCKER_AUTH_CONFIG")
    assert record is not None
    return json.loads(record["value"])["auths"]


def test_a_dead_gitlab_token_is_not_stored_and_gitlabs_answer_is_shown() -> None:
    with started(LOCAL) as running:
        running.world.gitlab.revoke_token("rotator")
        with pytest.raises(RehearsalError, match=r"nothing is stored\. GitLab answered 401 for personal_access_tokens"):
            running.up()


def test_a_project_that_gitlab_does_not_know_is_reported_before_the_token_is_stored() -> None:
    with started(LOCAL) as running:
        running.world.gitlab.delete(WEB)
        with pytest.raises(RehearsalError, match=rf"nothing is stored\. project {WEB}: GitLab answered 404"):
            running.up()


@pytest.fixture(scope="module")
def deployed() -> Iterator[Rehearsal]:
    """A stack after `up`, for tests that give the role of WEB back the rights that it had."""
    with started(LOCAL) as running:
        running.up()
        yield running


@pytest.fixture
def role(deployed: Rehearsal) -> Iterator[str]:
    """The pull role of WEB."""
    iam = deployed.world.aws("iam")
    name = next(
        resource.id
        for resource in deployed.findings.program.of_type("aws:iam/role:Role")
        if resource.name.endswith(f"pull-{WEB}")
    )
    policies = iam.list_role_policies(RoleName=name)["PolicyNames"]
    before = {policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in policies}
    yield name
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy, document in before.items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


def grant(running: Rehearsal, role: str, actions: list[str], resource: str) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    running.world.aws("iam").put_role_policy(
        RoleName=role,
        PolicyName="too-much",
        PolicyDocument=iam_policy(statement),
    )


def test_a_role_stripped_of_its_pull_right_fails_the_rotation_and_keeps_the_old_token(
    deployed: Rehearsal, role: str
) -> None:
    before = deployed.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG")
    iam = deployed.world.aws("iam")
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
    with pytest.raises(RehearsalError, match=f"audience {WEB}: (?!over-broad)"):
        deployed.let_time_pass()
    assert deployed.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG") == before


def test_a_role_given_too_much_is_reported_as_over_broad_and_not_published(deployed: Rehearsal, role: str) -> None:
    before = deployed.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG")
    grant(deployed, role, ["ecr:*"], "*")
    with pytest.raises(RehearsalError, match=f"audience {WEB}: over-broad"):
        deployed.let_time_pass()
    assert deployed.world.gitlab.variable("project", WEB, "DOCKER_AUTH_CONFIG") == before


def test_a_right_that_no_probe_finds_still_shows_in_the_matrix(deployed: Rehearsal, role: str) -> None:
    tools = "arn:aws:ecr:eu-central-1:123456789012:repository/secret/tools"
    grant(deployed, role, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], tools)
    with pytest.raises(RehearsalError, match=f"{WEB} pulling secret/tools with .*: declared denied, was allowed"):
        deployed.pull()


def test_jobs_pull_by_themselves_only_what_their_role_may_pull(changed: Callable[..., Path]) -> None:
    consumer = {"access": "job-role", "pull": ["ci/*"], "id": 31, "branches": ["main"]}
    with started(changed(consumers={"acme/e2e": consumer}, runners=None)) as running:
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


def test_an_interval_longer_than_the_tokens_live_fails_before_the_next_run() -> None:
    with started(LOCAL) as running:
        running.world.cloud.tokens.life = timedelta(hours=1)
        running.up()
        with pytest.raises(RehearsalError, match=r"the interval of 2:00:00 is too long: the token of acme/"):
            running.let_time_pass()
