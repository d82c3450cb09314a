"""The plan: the Pulumi program writes it, the rotator executes it.

It is plain JSON in the function's zip, complete in every preview, and holds no secrets, only their names. Roles,
registries and targets are fixed at deploy time; the event that starts a rotation cannot add any.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
from ..variables.targets import Flags, KeyUser, OwnerKind, Target, TokenTarget, VariableType
from .load import too_many
from .secret_target import SecretTarget
from .strict_decoding import decode
from .token_renewal import TokenRenewal, out_of_reach
from .urls import instance_url, url_problem

__all__ = [
    "Audience",
    "Flags",
    "GitLab",
    "KeyUser",
    "OwnerKind",
    "Plan",
    "Registry",
    "SecretTarget",
    "Target",
    "TokenRenewal",
    "TokenTarget",
    "VariableType",
    "dumps",
    "loads",
]

VERSION: Final = 4
VALUE_LIMIT: Final = 10_000
"""The most characters in a variable of the instance; in older GitLabs, in any variable. Source: GitLab docs, CI/CD
variables."""
_LONGEST: Final = 32 << 20  # characters: several times the largest possible plan
KEY_USER_LIMIT: Final = 30
"""The rotator's policy names each user twice; a role's inline policies hold 10,240 characters. Source: IAM quotas."""


@dataclass(frozen=True)
class Registry:
    """One ECR registry: an account in a region.

    Attributes:
        account: twelve digits.
        region: where `GetAuthorizationToken` is called; a token opens registries of its own region only.
        hosts: every registry host that gets an `auths` entry, the classic one first.
    """

    account: str
    region: str
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Audience:
    """A named set of repositories with one pull-only role; by default each consumer is its own audience.

    Attributes:
        role_arn: the role that asks for the token; the token has exactly this role's rights.
        registries: the registries that the token is published for.
        inside: a repository that the role may pull, for verifying a token; None when the declaration names none.
        outside: a repository that the role may not pull, also for verifying; None when its patterns allow every
            repository.
    """

    role_arn: str
    registries: tuple[Registry, ...]
    inside: str | None
    outside: str | None


@dataclass(frozen=True)
class GitLab:
    """The GitLab instance whose variables are written.

    Attributes:
        url: `https://` and the host; `http://` only with `allow_http`.
        allow_http: tokens may be sent in clear.
        proxy: the URL of the proxy to GitLab, without a password; None for the environment's.
        token_secret: the Secrets Manager secret of the GitLab token.
        token_renewal: who renews that token.
        ca_bundle: PEM certificates of a private CA; None for the public ones.
        concurrency: how many targets are written at once, 1 to 64.
        requests_per_second: the limit, 1 to 1000.
    """

    url: str
    allow_http: bool
    proxy: str | None
    token_secret: str
    token_renewal: TokenRenewal
    ca_bundle: str | None
    concurrency: int
    requests_per_second: int


@dataclass(frozen=True)
class Plan:
    """Everything the rotator needs to know.

    Attributes:
        stack: the stack's name in metrics and reports.
        region: the region of the secrets and of the state.
        state: the SSM parameter in which a run records for the next one which targets failed.
        gitlab: None when nothing is written to GitLab: then the rotator has neither a token nor a client for it.
        secrets: what it writes to Secrets Manager, for jobs that read their login themselves.
    """

    version: int
    stack: str
    region: str
    state: str
    gitlab: GitLab | None
    audiences: dict[str, Audience]
    targets: tuple[TokenTarget, ...]
    secrets: tuple[SecretTarget, ...]
    key_users: tuple[KeyUser, ...]


@dataclass(frozen=True)
class _Version:
    version: int


def dumps(plan: Plan) -> str:
    """Writes the plan as JSON, a line for each audience, target and user; equal plans give equal texts.

    Raises:
        ValueError: the plan contradicts itself.
    """
    _check(plan)
    # Whole lines: with `indent`, json would write a large plan in Python, several times as slowly.
    sections = ",\n".join(f" {_line(key)}: {_section(value)}" for key, value in sorted(vars(plan).items()))
    return f"{{\n{sections}\n}}"


def loads(text: str) -> Plan:
    """Reads a plan from JSON.

    Raises:
        ValueError: it is not JSON, has another version, or a key is missing, unknown or of the wrong type; names the
            key.
    """
    try:
        document = bounded_json.loads(text, limit=_LONGEST)
    except BoundedJsonError as error:
        raise ValueError(f"plan: {error}") from None
    version = decode(_Version, document, "plan", ignore_unknown=True).version
    if version != VERSION:
        raise ValueError(f"plan.version: got {version}; this rotator reads {VERSION}: deploy plan and code together")
    plan = decode(Plan, document, "plan")
    _check(plan)
    return plan


def with_owners(text: str, numbers: Mapping[str, str]) -> str:
    """The plan with the numbers of projects and groups, by path, in place of their paths."""
    plan = loads(text)
    targets = tuple(replace(target, owner=numbers.get(target.path, target.owner)) for target in plan.targets)
    users = tuple(replace(user, owner=numbers.get(user.path, user.owner)) for user in plan.key_users)
    return dumps(replace(plan, targets=targets, key_users=users))


def variables(plan: Plan) -> list[Target]:
    """Every variable that the rotator writes: first the targets, then the pairs for access keys."""
    pairs = [target for user in plan.key_users for target in (user.id_target, user.secret_target)]
    return [*plan.targets, *pairs]


def secrets(plan: Plan) -> list[str]:
    """The names of the secrets that a rotation reads."""
    foreign = {target.foreign for target in plan.targets if target.foreign is not None}
    return sorted({*([plan.gitlab.token_secret] if plan.gitlab else []), *foreign})


def _check(plan: Plan) -> None:
    if plan.gitlab is not None:
        _check_gitlab(plan.gitlab)
    elif variables(plan):
        raise ValueError("plan.gitlab: got null beside variables, which are written to GitLab; write the instance")
    if plan.gitlab is not None and (problem := too_many(len(plan.targets), plan.gitlab.requests_per_second)):
        raise ValueError(f"plan.targets: {problem}")
    for name, audience in plan.audiences.items():
        _check_audience(audience, f"plan.audiences.{name}.registries")
    for index, target in enumerate(plan.targets):
        _check_target(target, plan, f"plan.targets[{index}] ({target.name})")
    _check_secrets(plan)
    _check_key_users(plan)


def _check_secrets(plan: Plan) -> None:
    seen: set[str] = set()
    for index, target in enumerate(plan.secrets):
        where = f"plan.secrets[{index}] ({target.name})"
        _check_audience_of(target.audience, plan, where)
        if target.secret in seen:
            raise ValueError(f"{where}.secret: {target.secret!r} is listed twice; write each secret once")
        seen.add(target.secret)


def _check_audience_of(audience: str, plan: Plan, where: str) -> None:
    if audience not in plan.audiences:
        raise ValueError(f"{where}.audience: {audience!r} is not one of {sorted(plan.audiences)}")


def _check_audience(audience: Audience, where: str) -> None:
    if not audience.registries or not all(registry.hosts for registry in audience.registries):
        raise ValueError(f"{where}: write at least one, with one host or more each")
    hosts = [host for registry in audience.registries for host in registry.hosts]
    if twice := [host for host in hosts if hosts.count(host) > 1]:
        raise ValueError(f"{where}: {twice[0]} is listed twice; write each registry once")


def _check_gitlab(gitlab: GitLab) -> None:
    instance_url(gitlab.url, "plan.gitlab.url", allow_http=gitlab.allow_http)
    # A plan must not hold a password: anyone who can read the zip can read it.
    if gitlab.proxy is not None and (problem := url_problem(gitlab.proxy, allow_http=True)):
        raise ValueError(
            f"plan.gitlab.proxy: got a URL that {problem}; write http:// or https://, the proxy's host and port, "
            "without a user"
        )
    if gitlab.token_renewal is TokenRenewal.MANAGED and (why := out_of_reach(gitlab.url, gitlab.ca_bundle)):
        raise ValueError(f"plan.gitlab.token_renewal: got managed, but {why}; write own")
    for field, most in (("concurrency", 64), ("requests_per_second", 1000)):
        if not 1 <= (value := getattr(gitlab, field)) <= most:
            raise ValueError(f"plan.gitlab.{field}: got {value}; write 1 to {most}")


def _check_target(target: TokenTarget, plan: Plan, where: str) -> None:
    _check_audience_of(target.audience, plan, where)
    if target.owner_kind is OwnerKind.INSTANCE and (target.environment_scope != "*" or target.flags.hidden):
        raise ValueError(f"{where}: a variable of the instance has no environment scope and is never hidden")
    if target.foreign is not None and not target.flags.hidden:
        raise ValueError(f"{where}.foreign: only a hidden variable needs it, others keep their entries; leave it out")


def _check_key_users(plan: Plan) -> None:
    if len(plan.key_users) > KEY_USER_LIMIT:
        raise ValueError(
            f"plan.key_users: got {len(plan.key_users)} users, the policy of one rotator holds {KEY_USER_LIMIT}; "
            "move some of the consumers with access-keys to a second stack with a prefix of its own"
        )
    seen: set[str] = set()
    for index, user in enumerate(plan.key_users):
        where = f"plan.key_users[{index}] ({user.name})"
        if user.user in seen:
            # After a crash between two writes, the secret could not be recovered for the second pair.
            raise ValueError(f"{where}.user: {user.user!r} is listed twice; a user has one pair of variables")
        if not 0 < user.grace_minutes < user.max_age_minutes:
            raise ValueError(
                f"{where}.grace_minutes: got {user.grace_minutes} with a max_age_minutes of {user.max_age_minutes}; "
                "write a shorter grace, above 0"
            )
        seen.add(user.user)


def _section(value: object) -> str:
    if isinstance(value, dict):
        entries = typing.cast("dict[str, object]", value)
        return _listed("{}", [f"{_line(key)}: {_line(entries[key])}" for key in sorted(entries)])
    if isinstance(value, tuple):
        return _listed("[]", [_line(item) for item in typing.cast("tuple[object, ...]", value)])
    return _line(value)


def _listed(brackets: str, lines: list[str]) -> str:
    between = ",\n  ".join(lines)
    return f"{brackets[0]}\n  {between}\n {brackets[1]}" if lines else brackets


def _line(value: object) -> str:
    return json.dumps(value, default=_fields, sort_keys=True)


def _fields(value: object) -> dict[str, Any]:
    """A dataclass as JSON's object; `dataclasses.asdict` would copy every text of a large plan first."""
    if dataclasses.is_dataclass(value):
        return vars(value)
    raise TypeError(f"{type(value).__name__} does not belong in a plan")
