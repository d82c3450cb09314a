from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab


def claims_of(emulator: GitLab, api: Api, token: str, audience: str = "aws") -> dict[str, Any]:
    """Verified as a relying party does it: discovery, keys, signature, issuer, audience."""
    discovery = api.decoded("GET", "/.well-known/openid-configuration")[1]
    assert discovery["issuer"] == emulator.url
    assert discovery["jwks_uri"] == f"{emulator.url}/oauth/discovery/keys"
    keys = jwt.PyJWKSet.from_dict(api.decoded("GET", "/oauth/discovery/keys")[1])
    key = keys[jwt.get_unverified_header(token)["kid"]]
    # Time is the injected clock's, so it is compared here and not by the library.
    checks: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=emulator.url, options=checks)


def test_a_job_token_verifies_against_the_published_keys(emulator: GitLab, http: Any, clock: Any) -> None:
    clock.time = datetime(2026, 11, 22, 12, tzinfo=UTC)
    claims = claims_of(emulator, http(None), emulator.issue_id_token("acme/platform/app", aud="aws"))
    now = int(clock.time.timestamp())
    assert (claims["iat"], claims["exp"] - now) == (now, 300)
    project_id = claims.pop("project_id")
    assert claims["job_project_id"] == project_id
    assert project_id.isdecimal()
    expected = {
        "sub": "project_path:acme/platform/app:ref_type:branch:ref:main",
        "project_path": "acme/platform/app",
        "namespace_path": "acme/platform",
        "ref": "main",
        "ref_type": "branch",
        "ref_path": "refs/heads/main",
        "ref_protected": "false",
        "pipeline_source": "push",
        "user_login": "root",
    }
    assert {name: claims[name] for name in expected} == expected
    assert "environment" not in claims


def test_another_aud_is_refused(emulator: GitLab, http: Any) -> None:
    token = emulator.issue_id_token("acme/platform/app", aud="https://gitlab.example.com")
    with pytest.raises(jwt.InvalidAudienceError):
        claims_of(emulator, http(None), token)


def test_a_token_of_another_instance_does_not_verify(emulator: GitLab, http: Any) -> None:
    with GitLab.start() as other:
        other.create_project("acme/platform/app")
        token = other.issue_id_token("acme/platform/app", aud="aws")
    with pytest.raises(jwt.InvalidSignatureError):
        claims_of(emulator, http(None), token)


@pytest.mark.parametrize(
    ("ref", "ref_type", "protected"),
    [
        ("main", "branch", "true"),
        ("release/1/2", "branch", "true"),
        ("feature", "branch", "false"),
        ("v1", "tag", "true"),
        ("main", "tag", "false"),
    ],
)
def test_protection_follows_the_projects_rules(
    emulator: GitLab, http: Any, ref: str, ref_type: str, protected: str
) -> None:
    emulator.protect_branch("acme/platform/app", "main")
    emulator.protect_branch("acme/platform/app", "release/*")
    emulator.protect_tag("acme/platform/app", "v*")
    token = emulator.issue_id_token("acme/platform/app", aud="aws", ref=ref, ref_type=ref_type)
    claims = claims_of(emulator, http(None), token)
    assert claims["ref_protected"] == protected
    assert claims["sub"] == f"project_path:acme/platform/app:ref_type:{ref_type}:ref:{ref}"


def test_a_job_shows_its_pipeline_and_environment(emulator: GitLab, http: Any) -> None:
    token = emulator.issue_id_token(
        "acme/platform/app",
        aud="aws",
        ref_protected=True,
        pipeline_source="merge_request_event",
        environment="production",
        lifetime=timedelta(hours=1),
    )
    claims = claims_of(emulator, http(None), token)
    assert (claims["pipeline_source"], claims["environment"], claims["ref_protected"]) == (
        "merge_request_event",
        "production",
        "true",
    )
    assert claims["exp"] - claims["iat"] == 3600
