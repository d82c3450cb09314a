"""GitLab as OpenID Connect issuer for CI jobs: discovery, keys, and `id_tokens`."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from .messages import Reply, json_reply
from .store import Group, Project
from .users import User

_DISCOVERY = "/.well-known/openid-configuration"
_KEYS = "/oauth/discovery/keys"
_KEY_ID = "fake-key-0001"
LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """The claims of a CI job's token, except those about its project."""

    aud: str | list[str]
    ref: str
    ref_type: str = "branch"
    ref_protected: bool | None = None
    pipeline_source: str = "push"
    environment: str | None = None
    lifetime: timedelta = LIFETIME


class Issuer:
    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def document(self, path: str, url: str) -> Reply | None:
        if path == _DISCOVERY:
            return json_reply(
                {
                    "issuer": url,
                    "jwks_uri": f"{url}{_KEYS}",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "claims_supported": ["iss", "sub", "aud", "exp", "iat"],
                }
            )
        if path == _KEYS:
            public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
            return json_reply({"keys": [public | {"kid": _KEY_ID, "use": "sig", "alg": "RS256"}]})
        return None

    def issue(self, job: Job, project: Project, namespace: Group, user: User, *, url: str, now: datetime) -> str:
        claims = _claims(job, project, namespace, user, url=url, now=now)
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})


def _claims(job: Job, project: Project, namespace: Group, user: User, *, url: str, now: datetime) -> dict[str, Any]:
    """As GitLab writes them: ids are strings, and `ref_protected` is the string of a boolean."""
    protected = project.protects(job.ref, job.ref_type) if job.ref_protected is None else job.ref_protected
    number = str(secrets.randbelow(10**6) + 10**6)
    prefix = "refs/heads/" if job.ref_type == "branch" else "refs/tags/"
    project_claims = {
        "project_id": str(project.id),
        "project_path": project.path,
        "namespace_id": str(namespace.id),
        "namespace_path": namespace.path,
    }
    claims: dict[str, Any] = {
        **project_claims,
        **{f"job_{name}": value for name, value in project_claims.items()},
        "user_id": str(user.id),
        "user_login": user.username,
        "user_email": f"{user.username}@example.com",
        "user_access_level": "maintainer",
        "pipeline_id": number,
        "pipeline_source": job.pipeline_source,
        "job_id": number,
        "ref": job.ref,
        "ref_type": job.ref_type,
        "ref_path": prefix + job.ref,
        "ref_protected": str(protected).lower(),
        "runner_id": 1,
        "runner_environment": "self-hosted",
        "sha": secrets.token_hex(20),
        "project_visibility": "private",
        "ci_config_ref_uri": f"{url.partition('://')[2]}/{project.path}//.gitlab-ci.yml@{prefix}{job.ref}",
        "jti": secrets.token_hex(16),
        "iss": url,
        "iat": int(now.timestamp()),
        "nbf": int((now - timedelta(seconds=5)).timestamp()),
        "exp": int((now + job.lifetime).timestamp()),
        "sub": f"project_path:{project.path}:ref_type:{job.ref_type}:ref:{job.ref}",
        "aud": job.aud,
    }
    if job.environment is not None:
        claims |= {
            "environment": job.environment,
            "environment_protected": "false",
            "deployment_tier": job.environment,
            "environment_action": "start",
        }
    return claims
