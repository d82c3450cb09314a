"""One line of a log, given alone: doctor names its cause, or says that it cannot tell whose pull it was."""

import re
from pathlib import Path

import pytest

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.finding import Finding
from components.cli.doctor.of_log import of_log

PAGE = Path(__file__).parents[5] / "docs" / "doctor.md"
_BLOCK = re.compile(r"^### (\S+)\n(?:(?!^###).*\n)*?```text\n((?:.*\n)*?)```", re.MULTILINE)
EXAMPLES = [(heading, line) for heading, block in _BLOCK.findall(PAGE.read_text()) for line in block.splitlines()]
ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
OF_EITHER = {Cause.VARIABLE_ABSENT.value, Cause.NO_LOGIN.value}


def _finding(log: str) -> Finding:
    finding = of_log(log.encode()).finding
    assert finding is not None
    return finding


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 120
    assert len({heading for heading, _ in EXAMPLES}) > 50


@pytest.mark.parametrize(("heading", "line"), EXAMPLES)
def test_an_example_of_the_page_alone_names_the_cause_above_it(heading: str, line: str) -> None:
    finding = _finding(line)
    if finding.cause is Cause.LOGIN_MISSING:
        assert heading in OF_EITHER
        assert all(f"({cause})" in finding.what for cause in OF_EITHER)
    else:
        assert finding.cause.value == heading


@pytest.mark.parametrize(
    "line",
    [
        "no basic auth credentials",
        f'Error response from daemon: Head "https://{ECR}/v2/ci/node/manifests/1.0": no basic auth credentials',
        f"Error response from daemon: pull access denied for {ECR}/ci/node, repository does not exist",
        f'Error response from daemon: failed to resolve reference "{ECR}/a:1": authorization failed',
    ],
)
def test_a_line_that_runner_and_script_both_print_says_so(line: str) -> None:
    finding = _finding(line)
    assert finding.cause is Cause.LOGIN_MISSING
    assert finding.log_line == 1
    assert "the script asked" not in finding.line


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        (f"$ docker pull {ECR}/ci/node:1.0", Cause.NO_LOGIN),
        (f"Pulling docker image {ECR}/ci/node:1.0 ...", Cause.VARIABLE_ABSENT),
        ("Using Docker executor with image a ...\nGetting source from Git repository", Cause.NO_LOGIN),
    ],
)
def test_a_line_before_it_decides_whose_pull_it_was(before: str, cause: Cause) -> None:
    line = f'Error response from daemon: Head "https://{ECR}/v2/ci/node/manifests/1.0": no basic auth credentials'
    assert _finding(f"{before}\n{line}\n").cause is cause


@pytest.mark.parametrize(
    "line",
    [
        f"error checking push permissions: POST https://{ECR}/v2/ci/app/blobs/uploads/: 401 Unauthorized",
        f"ERROR: failed to solve: {ECR}/ci/app:1: failed to authorize: no basic auth credentials",
        f"Error: computing digest: GET https://{ECR}/v2/cli/manifests/1: unexpected status code 401 Unauthorized",
    ],
)
def test_a_line_that_only_a_script_prints_is_the_scripts(line: str) -> None:
    assert _finding(line).cause is Cause.NO_LOGIN
