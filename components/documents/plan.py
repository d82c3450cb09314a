"""The plan: the contract between the Pulumi program, which writes it, and the rotator, which does what it says.

It is plain JSON in the function's zip, complete in every preview, and holds no secret: it says where a secret lies.
Roles, registries and targets are fixed at deploy; the event that fires a rotation adds nothing to them.
"""

import dataclasses
import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from .strict_decoding import decode

VERSION: Final = 1


class OwnerKind(Enum):
    """What a CI/CD variable belongs to."""

    PROJECT = "project"
    GROUP = "group"


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
    """A set of repositories behind one pull-only role.

    Attributes:
        role_arn: the role whose session asks for the token; the token carries exactly its rights.
        registries: the registries that the token is published for.
        inside: a repository that the role may pull, for the probe; None when the declaration names none.
        outside: a repository that the role may not pull; None when its patterns allow every repository.
    """

    role_arn: str
    registries: tuple[Registry, ...]
    inside: str | None
    outside: str | None


@dataclass(frozen=True)
class Flags:
    """The wanted flags of a CI/CD variable, in GitLab's words. `hidden` can be set at creation only."""

    variable_type: str
    masked: bool
    protected: bool
    raw: bool
    hidden: bool


@dataclass(frozen=True)
class Target:
    """One CI/CD variable.

    Attributes:
        owner_kind: project or group.
        owner: the numeric id as text, which survives a rename, or the full path.
        path: the full path as declared, for messages.
        key: the variable's key.
        environment_scope: `*` or an environment's name or pattern.
        audiences: whose tokens stand in its `auths`; their registry hosts are disjoint.
        token: the name of the GitLab token that may write it.
        flags: what the rotator sets with every value.
    """

    owner_kind: OwnerKind
    owner: str
    path: str
    key: str
    environment_scope: str
    audiences: tuple[str, ...]
    token: str
    flags: Flags

    @property
    def name(self) -> str:
        """How messages call it: `project acme/web DOCKER_AUTH_CONFIG`, with the environment scope unless it is `*`."""
        scope = "" if self.environment_scope == "*" else f" ({self.environment_scope})"
        return f"{self.owner_kind.value} {self.path} {self.key}{scope}"


@dataclass(frozen=True)
class GitLab:
    """The GitLab instance whose variables are written.

    Attributes:
        url: `https://` and the host; `http://` only where the stack file allows it.
        tokens: the Secrets Manager secret of each named GitLab token.
        ca_bundle: PEM certificates of a private CA; None for the public ones.
        concurrency: how many targets are written at once, 1 to 64.
    """

    url: str
    tokens: dict[str, str]
    ca_bundle: str | None
    concurrency: int


@dataclass(frozen=True)
class Plan:
    """Everything the rotator needs to know."""

    version: int
    stack: str
    region: str
    gitlab: GitLab
    audiences: dict[str, Audience]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class _Version:
    version: int


def dumps(plan: Plan) -> str:
    """The plan as JSON; the same plan gives the same text.

    Raises:
        ValueError: the plan contradicts itself.
    """
    _check(plan)
    return json.dumps(dataclasses.asdict(plan), default=_enum_value, indent=1, sort_keys=True)


def loads(text: str) -> Plan:
    """The plan that a text holds.

    Raises:
        ValueError: not JSON, another version, a key missing, unknown, or of the wrong type; the message names it.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"plan: not JSON: {error}") from None
    version = decode(_Version, document, "plan", ignore_unknown=True).version
    if version != VERSION:
        raise ValueError(f"plan.version: got {version}; this rotator reads {VERSION}: deploy plan and code together")
    plan = decode(Plan, document, "plan")
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    for index, target in enumerate(plan.targets):
        where = f"plan.targets[{index}] ({target.name})"
        if target.token not in plan.gitlab.tokens:
            raise ValueError(f"{where}.token: {target.token!r} is not one of {sorted(plan.gitlab.tokens)}")
        seen: dict[str, str] = {}
        for audience in target.audiences:
            if audience not in plan.audiences:
                raise ValueError(f"{where}.audiences: {audience!r} is not one of {sorted(plan.audiences)}")
            for host in (host for registry in plan.audiences[audience].registries for host in registry.hosts):
                if host in seen:
                    raise ValueError(
                        f"{where}.audiences: {seen[host]!r} and {audience!r} both hold {host}; "
                        "one variable has one entry for a registry host: merge the two audiences"
                    )
                seen[host] = audience


def _enum_value(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} does not belong in a plan")
