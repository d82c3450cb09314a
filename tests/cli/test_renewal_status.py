"""What `status` and `check` say of a renewal by Secrets Manager; the token is never read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from plans import plan_of, target

from components.cli import renewal_status
from components.cli.check import _renewal_row as row_of_check  # pyright: ignore[reportPrivateUsage] - the table's row
from components.cli.status import _renewal_row as row_of_status  # pyright: ignore[reportPrivateUsage] - the same
from components.contract.plan import TokenRenewal

_NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
_PLAN = plan_of(target("acme/web"), token_renewal=TokenRenewal.MANAGED)
_GOOD: dict[str, Any] = {
    "Type": "GitLabAccessToken",
    "RotationEnabled": True,
    "LastRotatedDate": _NOW - timedelta(days=3),
    "NextRotationDate": _NOW + timedelta(days=27),
    "VersionIdsToStages": {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "AWSPENDING"]},
}


class _Client:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def describe_secret(self, *, SecretId: str) -> Any:  # noqa: N803 - boto3's names
        assert SecretId == "fake/gitlab-token"
        if isinstance(self._answer, str):
            raise ClientError({"Error": {"Code": self._answer, "Message": "no"}}, "DescribeSecret")
        return self._answer


def _state(monkeypatch: pytest.MonkeyPatch, answer: Any) -> renewal_status.RenewalState:
    monkeypatch.setattr(renewal_status, "aws_client", lambda *_: _Client(answer))
    (state,) = renewal_status.renewal_states(_PLAN, _NOW)
    return state


def test_a_renewal_that_works_is_good_and_shows_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    state = _state(monkeypatch, _GOOD)
    assert row_of_status(state) == {
        "target": "GitLab token in fake/gitlab-token",
        "key": "",
        "registries": "",
        "valid_until": "2026-12-23T12:00Z",
        "last_rotation": "2026-11-23T12:00Z renewed",
        "health": "good",
        "audiences": (),
    }
    assert row_of_check(state) == {"target": "GitLab token in fake/gitlab-token", "ok": True, "found": ""}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DeletedDate": _NOW}, "somebody deleted it; restore it in Secrets Manager"),
        ({"Type": None}, "its type is not GitLabAccessToken, so nothing renews it: delete the secret, run `gitlab-ecr"),
        ({"KmsKeyId": "key/fake"}, "its KMS key is key/fake, which the role of the renewal may not use: give it the"),
        ({"RotationEnabled": False}, "nothing renews it: run `pulumi up`"),
        (
            {"VersionIdsToStages": {"v2": ["AWSCURRENT"], "v3": ["AWSPENDING"]}},
            "a renewal was interrupted; CloudTrail's event RotationFailed says why",
        ),
        (
            {"NextRotationDate": _NOW - timedelta(days=1)},
            "its renewal is overdue since 2026-11-25T12:00Z; CloudTrail's",
        ),
    ],
)
def test_each_problem_is_reported_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], words: str
) -> None:
    state = _state(monkeypatch, {**_GOOD, **change})
    assert state.problem.startswith(words)
    assert row_of_status(state)["health"] == row_of_check(state)["found"] == state.problem


def test_for_an_absent_secret_the_command_that_makes_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    state = _state(monkeypatch, "ResourceNotFoundException")
    assert state.problem == (
        "absent: run `gitlab-ecr token set --secret fake/gitlab-token --managed`, then `pulumi up`"
    )


def test_a_refusal_by_aws_is_shown_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "AccessDeniedException" in _state(monkeypatch, "AccessDeniedException").problem


def test_nothing_is_looked_up_for_a_plan_without_a_managed_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal_status, "aws_client", lambda *_: pytest.fail("looked up"))
    own = plan_of(target("acme/web"))
    for plan in (own, replace(own, gitlab=None, targets=())):
        assert renewal_status.renewal_states(plan, _NOW) == []
