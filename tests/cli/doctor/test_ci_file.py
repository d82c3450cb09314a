"""The merged CI configuration of a project, or why GitLab does not show it."""

from typing import Any

import pytest
from scripted_gitlab import DOWN, scripted_api

from components.cli.doctor.ci_file import CiFile, ci_file_of


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"valid": False, "merged_yaml": None}, "GitLab cannot merge the CI configuration of acme/web at main"),
        ({"merged_yaml": ""}, "GitLab cannot merge the CI configuration of acme/web at main"),
        ([], "gitlab.example.com: GitLab answered 200 for projects/acme%2Fweb/ci/lint; try again"),
        (403, "gitlab.example.com: GitLab answered 403 for projects/acme%2Fweb/ci/lint: it does not exist, or"),
        (DOWN, "gitlab.example.com: GitLab is unreachable for projects/acme%2Fweb/ci/lint; try again"),
    ],
)
def test_a_configuration_that_is_not_shown_has_a_reason(answer: Any, words: str) -> None:
    found = ci_file_of("acme/web", "main", scripted_api({"projects/acme/web/ci/lint": answer}))
    assert isinstance(found, str)
    assert found.startswith(words)


def test_only_jobs_count() -> None:
    merged = "---\nstages:\n- test\n.hidden:\n  script: x\ntest:\n  script:\n  - make\nvariables:\n  A: script\n"
    found = ci_file_of("acme/web", "main", scripted_api({"projects/acme/web/ci/lint": {"merged_yaml": merged}}))
    assert isinstance(found, CiFile)
    assert list(found.jobs) == ["test"]
