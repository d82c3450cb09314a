"""The CI files: valid for GitLab, and as careful with rights as the rest of the project."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from ci_file import CI, ROOT, TEMPLATES, documents, jobs, rotate_jobs, template
from vendor_schemas import refusals

from components.bootstrap.naming import BootstrapNames
from components.cli.__main__ import commands

CREDENTIAL = re.compile(r"AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|gl[a-z]+-\w{8}|AKIA|ASIA|PASSWORD")
FORGET_KEYS = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE"
ON_DEFAULT_BRANCH = '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true"'
NO_SCHEDULE = {"if": '$CI_PIPELINE_SOURCE == "schedule"', "when": "never"}
SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))


@pytest.mark.parametrize("file", [CI, *TEMPLATES], ids=lambda file: file.name)
def test_gitlabs_schema_accepts_the_file(file: Path, tmp_path: Path) -> None:
    written = [tmp_path / f"{number}.yml" for number, _ in enumerate(documents(file))]
    for path, document in zip(written, documents(file), strict=True):
        path.write_text(yaml.safe_dump(document))
    assert refusals(*written, options=("--data-transform", "gitlab-ci")) == ""


def test_the_schema_refuses_what_gitlab_would(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("job:\n  script: [x]\n  when: sometimes\n")
    assert "'sometimes' is not one of" in refusals(wrong)


@pytest.mark.parametrize("file", [CI, *TEMPLATES], ids=lambda file: file.name)
def test_no_long_lived_credential_is_named(file: Path) -> None:
    texts = [text for text in _strings(documents(file)) if text != FORGET_KEYS]
    assert [found for text in texts if (found := CREDENTIAL.search(text))] == []


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in [str(key), *_strings(item)]]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [str(value)]


def test_every_job_that_needs_aws_trades_its_own_token_for_a_role() -> None:
    roles = {}
    for name, job in jobs().items():
        if any("pulumi " in line for line in [*job["script"], *job.get("before_script", [])]):
            assert job["id_tokens"] == {"AWS_TOKEN": {"aud": "$CI_SERVER_URL"}}, name
            assert job["variables"]["AWS_WEB_IDENTITY_TOKEN_FILE"] == "/tmp/aws-token"
            roles[name] = job["variables"]["AWS_ROLE_ARN"]
    assert roles == {
        "check-dev": "$GITLAB_ECR_DEPLOY_ROLE",
        "check-prod": "$GITLAB_ECR_DEPLOY_ROLE",
        "preview": "$GITLAB_ECR_PREVIEW_ROLE",
        "up-dev": "$GITLAB_ECR_DEPLOY_ROLE",
        "up-prod": "$GITLAB_ECR_DEPLOY_ROLE",
    }


def test_only_protected_commits_of_the_default_branch_are_deployed_and_production_waits_for_a_person() -> None:
    every = jobs()
    deploying = {name: job for name, job in every.items() if any("pulumi up" in line for line in job["script"])}
    assert {name: job["rules"] for name, job in deploying.items()} == {
        "up-dev": [NO_SCHEDULE, {"if": ON_DEFAULT_BRANCH}],
        "up-prod": [NO_SCHEDULE, {"if": ON_DEFAULT_BRANCH, "when": "manual"}],
    }
    for job in deploying.values():
        assert job["resource_group"] == "$STACK"
        assert job["interruptible"] is False
        assert job["environment"]["name"] in {"dev", "production"}


def test_each_deployment_is_followed_by_a_check_of_what_needs_a_token() -> None:
    every = jobs()
    deployed = {job["variables"]["STACK"]: name for name, job in every.items() if name.startswith("up-")}
    looked = {
        job["needs"][0]: job for job in every.values() if any(" check --function" in line for line in job["script"])
    }
    assert looked.keys() == set(deployed.values())
    for up, job in looked.items():
        assert job["variables"]["STACK"] == every[up]["variables"]["STACK"]
        assert job["environment"] == {"name": every[up]["environment"]["name"], "action": "access"}
        assert job["rules"] == [NO_SCHEDULE, {"if": ON_DEFAULT_BRANCH}]
        program, command, *arguments = shlex.split(job["script"][-1])
        assert program == ".venv/bin/gitlab-ecr"
        parser = commands.get_command(click.Context(commands), command)
        assert parser is not None
        assert parser.make_context(command, arguments, resilient_parsing=True).params["function"] == "$rotator"


def _stack_files() -> dict[str, dict[str, Any]]:
    """Our examples of what CI deploys; a user's own files are not our tests."""
    files = {name: ROOT / "tests" / "data" / "examples" / f"Pulumi.{name}.yaml" for name in ("dev", "prod")}
    return {name: yaml.safe_load(file.read_text())["config"] for name, file in files.items()}


def test_the_bootstraps_roles_may_create_what_ci_deploys() -> None:
    once = yaml.safe_load((ROOT / "tests" / "data" / "examples" / "Pulumi.bootstrap.yaml").read_text())["config"]
    args = once["gitlab-ecr:bootstrap"]
    account, region = once["gitlab-ecr:account"], once["aws:region"]
    names = BootstrapNames(account, region, args.get("prefix", "gitlab-ecr"))
    for stack, config in _stack_files().items():
        assert (config["gitlab-ecr:account"], config["aws:region"]) == (account, region), stack
        assert config["gitlab-ecr:permissionsBoundary"] == names.boundary_arn, stack
        assert config.get("gitlab-ecr:prefix", f"gitlab-ecr-{stack}").startswith(f"{names.prefix}-")
        assert config.get("gitlab-ecr:rolePath", f"/gitlab-ecr-{stack}/").startswith(f"/{names.prefix}-")
        # The bootstrap made the one of the jobs' GitLab, and a deployment may make none.
        assert config["gitlab-ecr:gitlab"]["existingOidcProvider"] is True


def test_ci_previews_the_stacks_whose_secrets_a_preview_may_decrypt() -> None:
    """CI's stacks are what lies in `stacks/`, whatever that is."""
    once = yaml.safe_load((ROOT / "stacks" / "Pulumi.bootstrap.yaml").read_text())["config"]
    (matrix,) = jobs()["preview"]["parallel"]["matrix"]
    assert matrix["STACK"] == once["gitlab-ecr:bootstrap"]["previews"]
    deployed = {job["variables"]["STACK"] for name, job in jobs().items() if name.startswith("up-")}
    assert {name for name in deployed if not (ROOT / "stacks" / f"Pulumi.{name}.yaml").exists()} == set()


def test_stack_files_are_validated_and_held_to_best_practices_before_a_preview() -> None:
    job = jobs()["stacks"]
    assert job["stage"] == "test"
    assert job["script"] == ["make validate", 'make best-practices ARGS="stacks/Pulumi.prod.yaml"']


def test_ci_reads_the_outputs_that_the_bootstrap_has() -> None:
    text = CI.read_text()
    program = (ROOT / "__main__.py").read_text()
    for variable, output in (("STATE", "state"), ("PREVIEW_ROLE", "previewRole"), ("DEPLOY_ROLE", "deployRole")):
        assert f"$GITLAB_ECR_{variable}" in text
        assert f'pulumi.export("{output}"' in program


def test_a_merge_request_previews_without_a_gitlab_token_and_shares_no_cache_with_a_deployment() -> None:
    every = jobs()
    preview = every["preview"]
    assert preview["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert "environment" not in preview
    assert preview["script"][0].startswith('test -z "${GITLAB_TOKEN:-}" || ')
    assert not [name for name in preview["variables"] if name.startswith("GITLAB_") and "ROLE" not in name]
    assert preview["cache"]["paths"] == [".pulumi/plugins"]
    deploying = [name for name, job in every.items() if "$GITLAB_ECR_DEPLOY_ROLE" in str(job.get("variables"))]
    assert sorted(deploying) == ["check-dev", "check-prod", "up-dev", "up-prod"]
    releasing = [name for name, job in every.items() if job["stage"] == "release"]
    assert [name for name in [*deploying, *releasing] if every[name]["cache"] != []] == []


def test_the_note_is_written_for_a_failed_preview_too() -> None:
    every = jobs()
    assert every["preview"]["artifacts"]["when"] == "always"
    assert every["note"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"', "when": "always"}]
    assert every["note"]["needs"] == ["preview"]
    assert every["note"]["environment"] == {"name": "merge-request-note", "action": "access"}


def test_a_preview_with_a_token_in_its_environment_stops() -> None:
    guard = jobs()["preview"]["script"][0]
    for token, code in (("glpat-fake-0000", 1), ("", 0)):
        done = subprocess.run(["/bin/sh", "-c", guard], env={"GITLAB_TOKEN": token}, capture_output=True, check=False)
        assert done.returncode == code


def test_the_push_template_forgets_docker_auth_config_before_it_logs_in() -> None:
    (job,) = template(ROOT / "templates" / "push.yml")[1].values()
    lines = job["before_script"]
    login = next(index for index, line in enumerate(lines) if "docker login" in line)
    assert "unset DOCKER_AUTH_CONFIG" in lines[:login]
    assert "--password-stdin" in lines[login]
    assert job["rules"] == [{"if": '$CI_COMMIT_REF_PROTECTED == "true"'}]


@pytest.mark.parametrize("file", ["push.yml", "inside-jobs/buildx.yml"])
def test_a_job_that_logs_out_forgets_docker_auth_config_first(file: str) -> None:
    (job,) = template(ROOT / "templates" / file)[1].values()
    assert job["after_script"] == ["unset DOCKER_AUTH_CONFIG", 'docker logout "${IMAGE%%/*}"']


def test_the_push_template_hands_its_token_to_awss_image_and_the_password_to_docker(tmp_path: Path) -> None:
    """A `docker` that notes what it is called with, and answers as AWS's image would."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\n(printf "%s|" "$@"; cat) > "$LOG/$1"\ntest "$1" = login || printf fake-password\n')
    docker.chmod(0o755)
    (job,) = template(ROOT / "templates" / "push.yml")[1].values()
    environment = {
        **{key: str(value) for key, value in job["variables"].items()},
        "IMAGE": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python",
        "AWS_TOKEN": "fake.job.token",
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "LOG": str(tmp_path),
    }
    script = "\n".join(job["before_script"])
    done = subprocess.run(["/bin/sh", "-euc", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run, login = (tmp_path / "run").read_text(), (tmp_path / "login").read_text()
    assert run.startswith("run|--rm|--interactive|")
    assert run.endswith(f"|{job['variables']['AWS_CLI']}|ecr|get-login-password|--region|eu-central-1|fake.job.token")
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert login == f"login|--username|AWS|--password-stdin|{registry}|fake-password"


def test_a_template_reads_inputs_as_variables_and_never_as_shell() -> None:
    for file in TEMPLATES:
        inputs, found = template(file)
        used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", file.read_text()))
        assert used == set(inputs)
        for job in found.values():
            scripts = [*job.get("before_script", []), *job.get("script", []), *job.get("after_script", [])]
            assert not [line for line in scripts if "$[[" in line]


@pytest.mark.parametrize(
    ("image", "fits"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python", True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/ci/python", True),
        ("docker.io/library/python", False),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", False),
    ],
)
def test_the_push_template_accepts_only_images_in_ecr(image: str, fits: bool) -> None:
    inputs, _ = template(ROOT / "templates" / "push.yml")
    assert bool(re.search(inputs["image"]["regex"], image)) is fits


def test_jobs_that_assume_a_role_forget_keys_that_take_precedence_over_it() -> None:
    taking = {
        name: job["before_script"]
        for name, job in [*jobs().items(), *rotate_jobs().items()]
        if "AWS_TOKEN" in job.get("id_tokens", {})
    }
    assert {"preview", "up-prod", "check-prod", "gitlab-ecr-prod-rotator"} <= taking.keys()
    assert [name for name, lines in taking.items() if FORGET_KEYS not in lines] == []


def test_shellcheck_finds_nothing_in_the_templates_and_the_ci_file(tmp_path: Path) -> None:
    raw = {f"{file.stem}-{at}": job for file in TEMPLATES for at, job in enumerate(template(file)[1].values())}
    for name, job in {**rotate_jobs(), **raw, **jobs()}.items():
        lines = [*job.get("before_script", []), *job.get("script", []), *job.get("after_script", [])]
        script = tmp_path / f"{name.strip('$[] ')}.sh".replace(" ", "-")
        script.write_text("\n".join(["#!/bin/sh", "set -e", *lines, ""]))
        # SC2153 takes GitLab's variables for misspelled ones of the script.
        done = subprocess.run([SHELLCHECK, "-e", "SC2153", str(script)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), name
