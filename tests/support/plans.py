"""Plans for the rotator, as tests need them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from components.contract import plan

ACCOUNT, REGION = "123456789012", "eu-central-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def audience(name: str, **changes: Any) -> plan.Audience:
    return replace(
        plan.Audience(
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/fake/pull/{name}",
            registries=(plan.Registry(ACCOUNT, REGION, (HOST,)),),
            inside=f"{name}/app",
            outside="secret/tools",
        ),
        **changes,
    )


FLAGS = plan.Flags(variable_type=plan.VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)


def target(path: str, audience: str = "backend", **changes: Any) -> plan.TokenTarget:
    return replace(
        plan.TokenTarget(
            owner_kind=plan.OwnerKind.PROJECT,
            owner=path,
            path=path,
            key="DOCKER_AUTH_CONFIG",
            environment_scope="*",
            audience=audience,
            flags=FLAGS,
            foreign=None,
        ),
        **changes,
    )


def plan_of(
    *targets: plan.TokenTarget, audiences: Mapping[str, plan.Audience] | None = None, **gitlab: Any
) -> plan.Plan:
    settings = plan.GitLab(
        url="https://gitlab.example.com",
        allow_http=False,
        proxy=None,
        token_secret="fake/gitlab-token",
        token_renewal=plan.TokenRenewal.OWN,
        ca_bundle=None,
        concurrency=1,
        requests_per_second=1000,
    )
    return plan.Plan(
        version=plan.VERSION,
        stack="test",
        region=REGION,
        state="/fake/rotator/state",
        gitlab=replace(settings, **gitlab),
        audiences=dict(audiences or {"backend": audience("backend")}),
        targets=targets,
        secrets=(),
        key_users=(),
    )


def secret_target(path: str, audience: str = "backend") -> plan.SecretTarget:
    return plan.SecretTarget(f"fake/audience/{path}", audience, None)


def secrets_plan(*targets: plan.SecretTarget, audiences: Mapping[str, plan.Audience] | None = None) -> plan.Plan:
    """A plan that writes secrets only, and nothing to GitLab."""
    return replace(plan_of(audiences=audiences), gitlab=None, secrets=targets)
