"""The recipes with real tools against the registry front: a login that fits pulls, another one is refused."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, PULL, PUSH, REGION, Principals, allow, repository_arn
from ci_file import ROOT, template
from iam_json import policy
from real_tools import NotHereError, check_buildah, credential_helper, docker_daemon, surroundings

from rehearsal.clients import present
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import tiny_image

pytestmark = pytest.mark.slow(reason="it starts the emulators of AWS and a registry, and Docker's daemon")
ISSUER: Final = "gitlab.example.com"
MAIN: Final = "project_path:acme/app:ref_type:branch:ref:main"
BASE: Final = f"{HOST}/ci/python:3.13"
APP: Final = f"{HOST}/ci/app"
KEYS_OF_NOBODY: Final = {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": "fake"}
NOT_AUTHORIZED: Final = "because no identity-based policy allows the ecr:BatchGetImage action"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as running:
        for name in ("ci/python", "ci/app", "base/alpine"):
            running.client("ecr").create_repository(repositoryName=name)
        running.registry.push(HOST, "ci/python", "3.13", tiny_image("python"))
        yield running
        assert running.registry.failures == []


@pytest.fixture(scope="module")
def aws(cloud: Cloud) -> Principals:
    return Principals(cloud)


@pytest.fixture(scope="module")
def documents(aws: Principals) -> dict[str, str]:
    """What the rotator publishes for one audience that may pull ci/python, and for one that may not."""
    repositories = {"fits": "ci/python", "other": "base/alpine"}
    roles = {name: aws.role(name, GET_TOKEN, allow(PULL, repository_arn(of))) for name, of in repositories.items()}
    return {name: json.dumps({"auths": {HOST: {"auth": aws.auth(role)}}}) for name, role in roles.items()}


@pytest.fixture(scope="module")
def trust(cloud: Cloud) -> str:
    made = cloud.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=[f"https://{ISSUER}"]
    )
    claims = {f"{ISSUER}:aud": f"https://{ISSUER}", f"{ISSUER}:sub": MAIN}
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
    )


def _run(recipe: str, environment: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    """The scripts of a recipe as the runner runs them, or its preparation and other commands."""
    (job,) = template(ROOT / "templates" / "inside-jobs" / f"{recipe}.yml")[1].values()
    variables = {key: str(value) for key, value in job["variables"].items()}
    script = "\n".join([*job["before_script"], *(more or job["script"])])
    return subprocess.run(
        ["/bin/sh", "-ec", script],
        env={**variables, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def build(cloud: Cloud, tmp_path: Path) -> dict[str, str]:
    """The environment of a job that builds with buildah; the helper that it downloads is one of ours."""
    programs, context = tmp_path / "programs", tmp_path / "context"
    programs.mkdir()
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {BASE}\nCOPY Dockerfile /built-from\n")
    helper = tmp_path / "helper"
    credential_helper(helper)
    (programs / "curl").write_text(
        f'#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done; cp "{helper}" "$2"\n',
    )
    (programs / "curl").chmod(0o755)
    digest = hashlib.sha256(helper.read_bytes()).hexdigest()
    environment = surroundings(cloud, tmp_path, programs)
    try:
        check_buildah(environment)
    except NotHereError as missing:
        pytest.skip(str(missing))
    claims = {"iss": f"https://{ISSUER}", "aud": f"https://{ISSUER}", "sub": MAIN}
    return {
        **environment,
        "AWS_TOKEN": jwt.encode(claims, "fake-key-0000-fake-key-0000-fake-key", algorithm="HS256"),
        "AWS_ROLE_SESSION_NAME": "gitlab-1-2",
        "HELPER_SHA256_AMD64": digest,
        "HELPER_SHA256_ARM64": digest,
        "IMAGE": APP,
        "BUILD_CONTEXT": str(context),
        "BUILD_DOCKERFILE": "Dockerfile",
    }


with_buildah: Final = pytest.mark.skipif(not present("buildah"), reason="buildah is not installed; .ci/run installs it")


@with_buildah
@pytest.mark.parametrize(("tag", "of_the_project"), [("1", {}), ("2", KEYS_OF_NOBODY), ("3", {"AWS_PROFILE": "fake"})])
def test_buildah_builds_from_a_private_image_and_pushes_by_the_jobs_role(
    tag: str, of_the_project: dict[str, str], build: dict[str, str], aws: Principals, trust: str
) -> None:
    rights = [allow(PULL, repository_arn("ci/python")), allow(PULL + PUSH, repository_arn("ci/app"))]
    role = aws.role(f"pushes-{tag}", GET_TOKEN, *rights, AssumeRolePolicyDocument=trust)
    done = _run("buildah", {**build, **of_the_project, "AWS_ROLE_ARN": role, "IMAGE_TAG": tag})
    assert done.returncode == 0, done.stderr
    reader = aws.auth(aws.role(f"reads-{tag}", GET_TOKEN, allow(PULL, repository_arn("ci/app"))))
    assert aws.pull("ci/app", tag, reader).allowed


@with_buildah
def test_buildah_is_refused_an_image_that_the_role_may_not_pull(
    build: dict[str, str], aws: Principals, trust: str
) -> None:
    rights = allow(PULL + PUSH, repository_arn("ci/app"))
    role = aws.role("pushes-only", GET_TOKEN, rights, AssumeRolePolicyDocument=trust)
    done = _run("buildah", {**build, "AWS_ROLE_ARN": role, "IMAGE_TAG": "4"})
    assert done.returncode != 0
    assert NOT_AUTHORIZED in done.stderr


@pytest.fixture(scope="module")
def docker(
    cloud: Cloud, documents: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """A daemon's address, and a document that fits and one that does not."""
    try:
        with docker_daemon(cloud, tmp_path_factory.mktemp("docker")) as address:
            yield address, documents
    except NotHereError as missing:
        pytest.skip(f"{missing}; without it, stand-ins test the templates for Docker")


@pytest.mark.parametrize("recipe", ["docker", "compose"])
@pytest.mark.parametrize("variable_type", ["file", "env_var"])
@pytest.mark.parametrize("folder", [None, "moved"], ids=["home", "DOCKER_CONFIG"])
def test_dockers_daemon_pulls_with_the_login_that_fits_and_is_refused_with_another(
    recipe: str, variable_type: str, folder: str | None, docker: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    environment = {"PATH": f"{Path(shutil.which('docker') or '').parent}:/usr/bin:/bin", "HOME": str(tmp_path)}
    daemon, documents = docker
    environment |= {"DOCKER_HOST": daemon, **({"DOCKER_CONFIG": str(tmp_path / folder)} if folder else {})}
    found: dict[str, Any] = {}
    for name, document in documents.items():
        file = tmp_path / name
        file.write_text(document)
        variable = str(file) if variable_type == "file" else document
        commands = [f"docker pull {BASE}", f"docker rmi {BASE}"]
        found[name] = _run(recipe, {**environment, "DOCKER_AUTH_CONFIG": variable}, *commands)
    assert found["fits"].returncode == 0, found["fits"].stderr
    assert found["other"].returncode != 0
    assert NOT_AUTHORIZED in found["other"].stderr
