"""`templates/rotate.yml`: when its jobs run, with which names, and what they install."""

import re
import subprocess

import pytest
from ci_file import ROOT, rotate_jobs

from components.names.naming import Names
from rehearsal.jobs import template_jobs


def test_the_jobs_run_only_on_their_own_schedules_and_one_after_the_other() -> None:
    names = Names("012345678901", "eu-central-1", "gitlab-ecr-prod")
    rotate = rotate_jobs()
    assert list(rotate) == [names.rotator, names.renewal]
    for name, job in rotate.items():
        schedule = f'$CI_PIPELINE_SOURCE == "schedule" && $CI_PIPELINE_SCHEDULE_DESCRIPTION == "{name}"'
        assert job["rules"] == [{"if": schedule}]
        assert (job["resource_group"], job["interruptible"], job["retry"]) == (names.rotator, False, 0)
        assert job["id_tokens"] == {"AWS_TOKEN": {"aud": "$CI_SERVER_URL"}}
        assert ".dkr.ecr." not in job["image"]


@pytest.mark.parametrize("role_path", ["", "/ci/access/"])
def test_the_jobs_compute_the_same_names_as_the_stack(role_path: str) -> None:
    names = Names("012345678901", "eu-central-1", "gitlab-ecr-prod", role_path)
    inputs = {"prefix": names.prefix, "account": names.account, "region": names.region, "role_path": role_path}
    for name, job in template_jobs(inputs).items():
        lines = [line for line in job["before_script"] if re.match(r"ROLES=|export AWS_ROLE_ARN|BUCKET=", line)]
        script = "\n".join([*lines, 'echo "$AWS_ROLE_ARN $BUCKET"'])
        environment = {key: str(value) for key, value in job["variables"].items()}
        done = subprocess.run(["/bin/sh", "-euc", script], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [names.role_arn(name, names.path), names.code_bucket]


def test_the_jobs_stop_on_a_branch_that_is_not_protected() -> None:
    guard = rotate_jobs()["gitlab-ecr-prod-rotator"]["before_script"][0]
    for protected, code in (("true", 0), ("false", 1)):
        environment = {"CI_COMMIT_REF_PROTECTED": protected, "CI_COMMIT_REF_NAME": "main"}
        done = subprocess.run(["/bin/sh", "-c", guard], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, "protect main first" in done.stdout) == (code, bool(code))


def test_the_jobs_install_the_projects_own_pins_by_hash() -> None:
    pins = (ROOT / "requirements-dev.txt").read_text()
    for job in rotate_jobs().values():
        wanted = job["variables"]["GITLAB_ECR_REQUIREMENTS"]
        packages = re.split(r"\n(?=\S)", wanted.strip())
        assert {package.partition("==")[0] for package in packages} == {
            "boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3",
        }  # fmt: skip
        stale = [package for package in packages if f"\n{package}\n" not in pins]
        assert stale == [], "copy them from requirements-dev.txt"
        assert any("pip install" in line and "--require-hashes" in line for line in job["before_script"])
