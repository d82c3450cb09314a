"""What a trust policy sees of an id_token: of gitlab.com's more than of other issuers'."""

from typing import Any

import pytest
from ministack.services import cognito, sts

from rehearsal.cloud.web_identity import read_gitlab_com_claims

_CLAIMS = {"project_id": "7", "namespace_id": "5", "ref_protected": "true", "user_login": "jo"}


@pytest.mark.parametrize(
    ("host", "more"),
    [
        (
            "gitlab.com",
            {"gitlab.com:project_id": "7", "gitlab.com:namespace_id": "5", "gitlab.com:ref_protected": "true"},
        ),
        ("gitlab.example.com", {}),
        ("not-gitlab.com", {}),
    ],
)
def test_only_of_gitlab_com_it_sees_the_numbers_and_the_protection(
    monkeypatch: pytest.MonkeyPatch, host: str, more: dict[str, str]
) -> None:
    provider, subject = f"arn:aws:iam::123456789012:oidc-provider/{host}", {f"{host}:sub": "project_path:acme/web"}
    before: Any = lambda *_: (provider, subject)  # noqa: E731 - replaces the emulator's own
    monkeypatch.setattr(sts, "_web_identity_principal", before)
    monkeypatch.setattr(cognito, "_decode_id_token_unverified", lambda _: _CLAIMS)
    read_gitlab_com_claims()
    assert sts._web_identity_principal("a token", host, "a role") == (provider, {**subject, **more})
