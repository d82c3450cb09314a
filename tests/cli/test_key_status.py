"""What `status` says about a pair of access keys that it cannot judge."""

from typing import Any

import pytest
from scripted_iam import key_user

from components.cli.gitlab_api import ABSENT
from components.cli.key_status import KeyStatus, key_status
from components.rotation.clock import SystemClock
from components.rotation.gitlab import GitLabError


class _GitLab:
    def __init__(self, *answers: Any) -> None:
        self.answers = iter(answers)

    def variable(self, _: Any) -> Any:
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "health"),
    [
        ((GitLabError("GitLab answered 403"),), "GitLab answered 403"),
        ((None, None), ABSENT),
        ((object(), None), ABSENT),
    ],
)
def test_a_pair_that_cannot_be_read_is_said_to_be_so(answers: Any, health: str) -> None:
    gitlab: Any = _GitLab(*answers)
    assert key_status(key_user(), gitlab, SystemClock().now()) == KeyStatus("", None, health)
