"""A job that fetches its login itself: the queue hands `secrets:` to the runner, which asks AWS before it pulls."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from iam_json import policy
from scripted_docker import ScriptedDocker, scripted_docker
from scripted_runner.coordinator import Coordinator
from scripted_runner.docker_api import Docker
from scripted_runner.job import Job

from components import OwnerKind
from rehearsal.gitlab.job_control import JobSeen
from rehearsal.gitlab.jobs import JobRequest
from rehearsal.job_runs.takers import PLAIN, JobRunner
from rehearsal.job_runs.wanted import FAILED, RAN, WantedJob, wanted
from rehearsal.world import World

REGION, ACCOUNT, PREFIX = "eu-central-1", "123456789012", "gitlab-ecr-test"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
LOGIN = {"auths": {HOST: {"auth": "QVdTOmZha2UtcGFzc3dvcmQ="}}}
VAULT = "acme/vault"
TAKER = JobRunner(PLAIN, "", None, {}, (), "", protected=False)
DECLARATION: Any = {
    "account": ACCOUNT,
    "region": REGION,
    "prefix": PREFIX,
    "stack": "test",
    "gitlab": {"url": "https://gitlab.example.com"},
    "repositories": {"ci/node": {}, "secret/tools": {}},
    "consumers": {
        VAULT: {"access": "job-secret", "pull": ["ci/node"], "branches": ["release"]},
        "acme/all": {"kind": OwnerKind.GROUP, "id": 20, "pull": []},
    },
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(DECLARATION) as running:
        yield running


@pytest.fixture(scope="module")
def jobs(world: World) -> list[WantedJob]:
    return [job for job in wanted(world, DECLARATION, [], [TAKER]) if job.project == VAULT]


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[ScriptedDocker]:
    with scripted_docker(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def made(world: World, jobs: list[WantedJob]) -> None:
    """The secret, and the role that reads it, as the stack makes them."""
    secret = jobs[0].keywords["secrets"]["DOCKER_AUTH_CONFIG"]["aws_secrets_manager"]
    world.aws("secretsmanager").create_secret(Name=secret["secret_id"], SecretString=json.dumps(LOGIN))
    iam, issuer = world.aws("iam"), "gitlab.example.com"
    iam.create_open_id_connect_provider(Url=f"https://{issuer}", ClientIDList=[f"https://{issuer}"])
    path, name = secret["role_arn"].partition(":role")[2].rpartition("/")[::2]
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"}
    condition = {"StringEquals": {f"{issuer}:sub": f"project_path:{VAULT}:ref_type:branch:ref:release"}}
    trusted = {"Principal": provider, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}
    allowed = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    documents = (policy({"Effect": "Allow", **each}) for each in (trusted, allowed))
    iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=next(documents))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=next(documents))


@pytest.fixture
def run(world: World, docker: ScriptedDocker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs a job to its end, as a runner beside the cloud does."""
    for key, value in (("HOME", str(tmp_path)), ("AWS_ENDPOINT_URL", world.cloud.endpoint_url)):
        monkeypatch.setenv(key, value)
    token = world.gitlab_api("POST", "user/runners", {"runner_type": "instance_type"})[1]["token"]
    section = {"host": f"unix://{docker.socket}", "helper_image": "sha256:0123", "network_mode": "host"}
    runner = {"name": "r", "url": world.gitlab.url, "token": token, "executor": "docker", "docker": section}

    def one(wanted: WantedJob, ref: str, **keywords: Any) -> JobSeen:
        image = f"{wanted.image.host}/{wanted.image.repository}:1"
        request = JobRequest("job", ["true"], image, ref=ref, ref_type=wanted.ref[0], **keywords)
        number = world.gitlab.jobs.create(VAULT, request)
        coordinator = Coordinator(runner, "18.3.0")
        found = coordinator.request()
        assert found is not None
        Job(found, runner, coordinator, Docker(section["host"]), "18.3.0").run()
        return world.gitlab.jobs.seen(number)

    return one


def test_there_is_a_job_that_may_pull_and_one_that_may_not(jobs: list[WantedJob]) -> None:
    assert [(job.who, job.image.repository, job.expected, job.ref) for job in jobs] == [
        (f"{VAULT} by job-secret", "ci/node", RAN, ("branch", "release")),
        (f"{VAULT} by job-secret", "secret/tools", FAILED, ("branch", "release")),
    ]


@pytest.mark.usefixtures("made")
def test_the_runner_pulls_with_what_the_secret_holds(jobs: list[WantedJob], docker: ScriptedDocker, run: Any) -> None:
    seen = run(jobs[0], "release", **jobs[0].keywords)
    assert (seen.status, docker.logins) == ("success", {f"{HOST}/ci/node:1": ("AWS", "fake-password")})
    assert 'Resolving secret "DOCKER_AUTH_CONFIG"...\n' in seen.log
    assert "fake-password" not in seen.log


@pytest.mark.usefixtures("made")
def test_the_secret_takes_precedence_over_a_stale_variable(
    world: World, jobs: list[WantedJob], docker: ScriptedDocker, run: Any
) -> None:
    stale = json.dumps({"auths": {HOST: {"auth": "QVdTOnN0YWxl"}}})
    world.gitlab.set_variable("project", VAULT, "DOCKER_AUTH_CONFIG", stale, variable_type="file", raw=True)
    assert run(jobs[0], "release", **jobs[0].keywords).status == "success"
    assert docker.logins == {f"{HOST}/ci/node:1": ("AWS", "fake-password")}


@pytest.mark.usefixtures("made")
def test_a_job_of_another_ref_gets_no_login_and_pulls_nothing(
    jobs: list[WantedJob], docker: ScriptedDocker, run: Any
) -> None:
    seen = run(jobs[0], "feature", **jobs[0].keywords)
    assert (seen.status, docker.logins) == ("failed", {})
    assert "AccessDenied" in seen.log
