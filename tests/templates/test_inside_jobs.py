"""The recipes for pulling and building inside jobs: what their scripts write is what the real tools read."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from ci_file import ROOT, template

from components.docker.config import load
from components.runner.packages import HELPER_DOWNLOADS, HELPER_SHA256, HELPER_VERSION
from rehearsal.clients import present

RECIPES: Final = ROOT / "templates" / "inside-jobs"
HOST: Final = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
IMAGE: Final = f"{HOST}/ci/app"
DOCUMENT: Final = '{"auths":{"%s":{"auth":"QVdTOmZha2UtcGFzc3dvcmQ="}}}' % HOST  # noqa: UP031 - JSON is full of braces
WITH_DOCKER: Final = ("docker", "compose")
BUILDS: Final = ("buildx", "kaniko", "buildah")
HELPER: Final = "docker-credential-ecr-login"


def _job(recipe: str) -> dict[str, Any]:
    (job,) = template(RECIPES / f"{recipe}.yml")[1].values()
    return job


def _program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder on PATH whose programs note what they were called with."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("docker", "buildah"):
        _program(folder, name, f'echo "{name} $*" >> "$LOG"; cat > /dev/null; echo fake-password')
    return folder


def _run(recipe: str, programs: Path, part: str = "before_script", **variables: str) -> dict[str, str]:
    """Runs a part of a job as the runner does, and gives the environment that it leaves."""
    job = _job(recipe)
    home = programs.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **{key: str(value) for key, value in job["variables"].items()},
        "IMAGE": IMAGE,
        "AWS_TOKEN": "fake.job.token",
        "PATH": f"{programs}:/usr/bin:/bin",
        "LOG": str(programs.parent / "log"),
        "HOME": str(home),
        "TMPDIR": str(programs.parent),
        **variables,
    }
    left = programs.parent / "environment"
    script = "\n".join([*job["before_script"], *(job["script"] if part == "script" else []), f"env -0 > {left}"])
    done = subprocess.run(
        ["/bin/sh", "-euc", script],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(pair.split("=", 1) for pair in left.read_text().split("\0") if pair)


@pytest.mark.parametrize("recipe", WITH_DOCKER)
@pytest.mark.parametrize("variable_type", ["file", "env_var"])
def test_docker_gets_the_jobs_own_login_with_every_type_of_variable(
    recipe: str, variable_type: str, programs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "DOCKER_AUTH_CONFIG"
    file.write_text(DOCUMENT)
    left = _run(recipe, programs, DOCKER_AUTH_CONFIG=str(file) if variable_type == "file" else DOCUMENT)
    written = Path(left["HOME"]) / ".docker" / "config.json"
    assert written.read_text() == DOCUMENT
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "DOCKER_AUTH_CONFIG" not in left
    assert load(written.read_text()).auths.keys() == {HOST}


@pytest.mark.parametrize("recipe", WITH_DOCKER)
def test_the_login_is_written_where_the_projects_docker_config_points(
    recipe: str, programs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "moved" / "docker"
    left = _run(recipe, programs, DOCKER_AUTH_CONFIG=DOCUMENT, DOCKER_CONFIG=str(folder))
    assert left["DOCKER_CONFIG"] == str(folder)
    assert (folder / "config.json").read_text() == DOCUMENT


@pytest.mark.parametrize("recipe", WITH_DOCKER)
def test_without_a_home_docker_config_points_to_the_login(recipe: str, programs: Path) -> None:
    lines = _job(recipe)["before_script"]
    (export,) = [line for line in lines if line.startswith("export DOCKER_CONFIG=")]
    done = subprocess.run(
        ["/bin/sh", "-euc", f'{export}; echo "$DOCKER_CONFIG"'], env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "/root/.docker"


@pytest.mark.parametrize("recipe", WITH_DOCKER)
def test_without_the_variable_the_job_fails_and_names_doctor(recipe: str) -> None:
    for environment in ({}, {"DOCKER_AUTH_CONFIG": ""}):
        done = subprocess.run(
            ["/bin/sh", "-c", _job(recipe)["before_script"][0]], env=environment, capture_output=True, check=False
        )
        assert done.returncode == 1
        assert b"gitlab-ecr doctor says why" in done.stdout


def test_compose_pulls_first_and_the_chosen_service_decides_the_exit_code(programs: Path, tmp_path: Path) -> None:
    _run("compose", programs, "script", DOCKER_AUTH_CONFIG=DOCUMENT, COMPOSE_SERVICE="tests")
    calls = (tmp_path / "log").read_text().splitlines()
    assert calls == [
        "docker compose pull --quiet --ignore-buildable",
        "docker compose up --build --exit-code-from tests",
    ]


def test_buildx_logs_in_and_creates_a_context_before_its_builder(programs: Path, tmp_path: Path) -> None:
    variables = {"IMAGE_TAG": "1", "BUILD_CONTEXT": ".", "BUILD_DOCKERFILE": "Dockerfile", "CACHE_TAG": "buildcache"}
    left = _run("buildx", programs, "script", BUILD_PLATFORMS="linux/amd64", DOCKER_AUTH_CONFIG=DOCUMENT, **variables)
    calls = (tmp_path / "log").read_text().splitlines()
    login, builder = calls[:2], calls[2:]
    assert {call.partition(" --")[0] for call in login} == {"docker run", "docker login"}  # the ends of one pipe
    assert [" ".join(call.split()[:3]) for call in builder] == [
        "docker context create", "docker buildx create", "docker buildx build",
    ]  # fmt: skip
    context, name = builder[0].split()[-1], builder[1].partition(" --name ")[2].split()[0]
    assert builder[1].split()[-1] == context
    assert name != context  # buildx: instance name "job" already exists as context builder
    assert f"ref={IMAGE}:buildcache,mode=max,image-manifest=true," in builder[-1]
    assert not {"DOCKER_AUTH_CONFIG", "AWS_TOKEN"} & left.keys()


def test_the_comment_of_buildx_names_the_default_cache_tag_as_a_mutable_tag() -> None:
    text = (RECIPES / "buildx.yml").read_text()
    inputs, _ = template(RECIPES / "buildx.yml")
    assert f"`mutableTags: [{inputs['cache_tag']['default']}]`" in text


def test_kaniko_uses_its_own_helper_for_this_registry_only(programs: Path, tmp_path: Path) -> None:
    token = tmp_path / "aws-token"
    config = tmp_path / "kaniko" / ".docker"
    left = _run("kaniko", programs, AWS_WEB_IDENTITY_TOKEN_FILE=str(token), DOCKER_CONFIG=str(config))
    document = load((config / "config.json").read_text())
    assert (document.cred_helpers, document.creds_store, document.auths) == ({HOST: "ecr-login"}, "", {})
    assert token.read_text() == "fake.job.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert "AWS_TOKEN" not in left


def _downloads(programs: Path, text: str) -> str:
    """A `curl` that finds the text at every address; its digest."""
    found = programs.parent / "found"
    found.write_text(text)
    script = f'while [ "$1" != --output ]; do shift; done; cp "{found}" "$2"; echo "$3" > "$LOG"'
    _program(programs, "curl", script)
    return hashlib.sha256(found.read_bytes()).hexdigest()


def test_buildah_installs_no_helper_but_the_expected_one(programs: Path) -> None:
    _downloads(programs, "another helper")
    with pytest.raises(AssertionError, match="WARNING: 1 computed checksum did NOT match"):
        _run("buildah", programs)


def test_buildah_installs_the_same_helper_as_runners() -> None:
    variables = _job("buildah")["variables"]
    assert variables["HELPER"] == f"{HELPER_DOWNLOADS}/{HELPER_VERSION}"
    assert {
        "amd64": variables["HELPER_SHA256_AMD64"],
        "arm64": variables["HELPER_SHA256_ARM64"],
    } == HELPER_SHA256


_LOGIN: Final = '{"ServerURL":"","Username":"AWS","Secret":"fake"}'


def _buildah(programs: Path) -> dict[str, str]:
    digest = _downloads(programs, f"#!/bin/sh\ntest $1 = get && echo '{_LOGIN}'\n")
    return _run("buildah", programs, HELPER_SHA256_AMD64=digest, HELPER_SHA256_ARM64=digest)


def test_buildah_gets_a_login_from_the_helper(programs: Path, tmp_path: Path) -> None:
    left = _buildah(programs)
    assert json.loads(Path(left["REGISTRY_AUTH_FILE"]).read_text()) == {"credHelpers": {HOST: "ecr-login"}}
    architecture = {"aarch64": "arm64"}.get(os.uname().machine, "amd64")
    assert (
        tmp_path / "log"
    ).read_text().strip() == f"{HELPER_DOWNLOADS}/{HELPER_VERSION}/linux-{architecture}/{HELPER}"
    assert Path(left["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text() == "fake.job.token"
    assert shutil.which(HELPER, path=left["PATH"])


@pytest.mark.parametrize("variable_type", ["file", "env_var"])
def test_podman_in_the_page_finds_the_document_with_every_type_of_variable(
    variable_type: str, programs: Path, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "inside-jobs.md").read_text()
    job = yaml.safe_load(page.partition("```yaml\npodman:\n")[2].partition("```")[0])
    file = tmp_path / "variable"
    file.write_text(DOCUMENT)
    left = tmp_path / "left"
    done = subprocess.run(
        [
            "/bin/sh",
            "-euc",
            "\n".join([*job["before_script"], *job["script"], f'printf %s "$REGISTRY_AUTH_FILE" > {left}']),
        ],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "TMPDIR": str(tmp_path),
            "LOG": str(tmp_path / "log"),
            "DOCKER_AUTH_CONFIG": str(file) if variable_type == "file" else DOCUMENT,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = Path(left.read_text())
    assert (written.read_text(), stat.S_IMODE(written.stat().st_mode)) == (DOCUMENT, 0o600)


@pytest.mark.skipif(not present("skopeo"), reason="skopeo is not installed; .ci/run installs it")
def test_the_library_of_buildah_podman_and_skopeo_reads_what_the_recipes_write(programs: Path, tmp_path: Path) -> None:
    left = _buildah(programs)
    environment = {**left, "PATH": f"{left['PATH']}:{os.environ['PATH']}"}
    variable = tmp_path / "DOCKER_AUTH_CONFIG"
    variable.write_text(DOCUMENT)
    for authfile in (left["REGISTRY_AUTH_FILE"], str(variable)):
        done = subprocess.run(
            ["skopeo", "login", "--get-login", HOST],  # noqa: S607 - the one of this machine
            env={**environment, "REGISTRY_AUTH_FILE": authfile},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout.strip()) == (0, "AWS"), done.stderr


OF_THE_PROJECT: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": "fake",
    "AWS_SESSION_TOKEN": "fake",
    "AWS_PROFILE": "fake",
    "AWS_DEFAULT_PROFILE": "fake",
}


def test_a_projects_own_keys_do_not_take_precedence_over_the_role(programs: Path, tmp_path: Path) -> None:
    digest = _downloads(programs, "a helper")
    buildah = _run("buildah", programs, HELPER_SHA256_AMD64=digest, HELPER_SHA256_ARM64=digest, **OF_THE_PROJECT)
    places = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "aws-token"), "DOCKER_CONFIG": str(tmp_path / "kaniko")}
    kaniko = _run("kaniko", programs, **places, **OF_THE_PROJECT)
    for left in (buildah, kaniko):
        assert not OF_THE_PROJECT.keys() & left.keys()
        assert {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"} <= left.keys()


@pytest.mark.parametrize("recipe", BUILDS)
def test_a_build_runs_only_on_protected_refs_and_removes_its_token_from_the_environment(recipe: str) -> None:
    job = _job(recipe)
    assert job["rules"] == [{"if": '$CI_COMMIT_REF_PROTECTED == "true"'}]
    assert "unset AWS_TOKEN" in job["before_script"]
    inputs, push = template(RECIPES / f"{recipe}.yml")[0], template(ROOT / "templates" / "push.yml")[0]
    assert {name: inputs[name] for name in ("role", "image", "tag", "context", "dockerfile", "audience")} == {
        name: push[name] for name in ("role", "image", "tag", "context", "dockerfile", "audience")
    }


@pytest.mark.parametrize("recipe", [*WITH_DOCKER, *BUILDS])
def test_a_recipes_own_example_names_its_file_and_its_inputs(recipe: str) -> None:
    file = RECIPES / f"{recipe}.yml"
    lines = [line.removeprefix("# ") for line in file.read_text().splitlines() if line.startswith("# ")]
    example = yaml.safe_load("\n".join(lines[lines.index("include:") :]))
    (included,) = example["include"]
    assert ROOT / included["file"] == file
    assert included.get("inputs", {}).keys() == {
        name for name, each in template(file)[0].items() if "default" not in each
    }
