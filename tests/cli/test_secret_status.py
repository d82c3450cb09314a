"""What `status` and `check` say about a secret that jobs read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from plans import plan_of, target

from components.cli import secret_status
from components.cli.secret_status import SecretState, differs, health, secret_state
from components.contract.secret_target import SecretTarget

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_TARGET = SecretTarget("login-of-web", "acme/web", None)


def _state(monkeypatch: pytest.MonkeyPatch, about: Any, *stages: str) -> SecretState:
    class Client:
        def describe_secret(self, **_: Any) -> Any:
            if isinstance(about, str):
                raise ClientError({"Error": {"Code": about, "Message": "no"}}, "DescribeSecret")
            return about

        def list_secret_version_ids(self, **_: Any) -> Any:
            return {"Versions": [{"CreatedDate": _NOW, "VersionStages": [stage]} for stage in stages]}

    monkeypatch.setattr(secret_status, "aws_client", lambda *_: Client())
    return secret_state(plan_of(target("acme/web")), _TARGET)


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ("ResourceNotFoundException", secret_status.ABSENT),
        ("AccessDenied", "AccessDenied: no"),
        ({"DeletedDate": _NOW}, secret_status.DELETED),
        ({}, secret_status.EMPTY),
    ],
)
def test_a_secret_that_nobody_can_read_has_a_problem(monkeypatch: pytest.MonkeyPatch, about: Any, problem: str) -> None:
    state = _state(monkeypatch, about, "AWSPREVIOUS")
    assert health(state, _NOW) == problem
    assert state.problem


def test_a_secret_is_good_as_long_as_its_token_can_live(monkeypatch: pytest.MonkeyPatch) -> None:
    state = _state(monkeypatch, {"KmsKeyId": "theirs"}, "AWSPREVIOUS", "AWSCURRENT")
    assert (state.problem, health(state, _NOW + timedelta(hours=11))) == ("", "")
    assert health(state, _NOW + timedelta(hours=13)) == "expired: run `gitlab-ecr rotate`"
    assert differs(state, _TARGET) == "its KMS key is theirs, but the default is declared"
